#include "journal/journal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include "unit/journal/world.hpp"

namespace duet::journal {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST(Journal, gives_a_table_the_keys_written_since_it_began) {
    World world;
    Journal journal(world.options());
    const auto one = journal.table(table_id(1), "shop", knows_nothing);
    const auto two = journal.table(table_id(2), "shop", knows_nothing);
    world.first.section({with_key("a"), with_key("b", 2), with_key("c", 3)});
    world.write();
    EXPECT_THAT(keys_of(journal, *one), ElementsAre("a"));
    EXPECT_THAT(keys_of(journal, *two), ElementsAre("b"));
    EXPECT_FALSE(one->queue().take_incomplete());
    EXPECT_THAT(keys_of(journal, *one), IsEmpty());
}

TEST(Journal, follows_to_the_next_segments) {
    World world;
    Journal journal(world.options());
    const auto table = journal.table(table_id(1), "shop", knows_nothing);
    world.first.section({with_key("a")});
    world.second.section({with_key("b")});
    world.write();
    EXPECT_THAT(keys_of(journal, *table), ElementsAre("a", "b"));
    BuiltSegment third(segment(102));
    third.section({with_key("c")});
    world.folder.write(third);
    world.folder.remove(segment(100));
    EXPECT_THAT(keys_of(journal, *table), ElementsAre("c"));
    EXPECT_FALSE(table->queue().take_incomplete());
}

TEST(Journal, reads_a_segment_to_its_end_that_cassandra_removed_meanwhile) {
    World world;
    Journal journal(world.options());
    const auto table = journal.table(table_id(1), "shop", knows_nothing);
    world.first.section({with_key("a")});
    world.write();
    world.folder.remove(segment(100));
    EXPECT_THAT(keys_of(journal, *table), ElementsAre("a"));
    EXPECT_FALSE(table->queue().take_incomplete());
}

/// The two segments are used up, Cassandra has dropped them, and this one is there.
void drop_all_before(World& world, std::int64_t next) {
    world.second.section({with_key("used")});
    BuiltSegment later(segment(next));
    later.section({with_key("a")});
    world.folder.write(later);
    world.folder.remove(segment(100));
    world.folder.remove(segment(101));
}

TEST(Journal, a_missing_segment_makes_every_table_incomplete_once) {
    World world;
    Journal journal(world.options());
    const auto one = journal.table(table_id(1), "shop", knows_nothing);
    const auto two = journal.table(table_id(2), "other", knows_nothing);
    drop_all_before(world, 103);
    EXPECT_THAT(keys_of(journal, *one), ElementsAre("a"));
    EXPECT_TRUE(one->queue().take_incomplete());
    EXPECT_TRUE(two->queue().take_incomplete());
    EXPECT_FALSE(one->queue().take_incomplete());
}

TEST(Journal, an_older_segment_that_is_still_there_proves_that_none_was_dropped) {
    World world;
    Journal journal(world.options());
    const auto table = journal.table(table_id(1), "shop", knows_nothing);
    drop_all_before(world, 103);
    world.folder.write(world.first);
    EXPECT_THAT(keys_of(journal, *table), ElementsAre("a"));
    EXPECT_FALSE(table->queue().take_incomplete());
}

TEST(Journal, that_proves_nothing_after_a_time_without_a_look) {
    World world;
    Journal journal(world.options());
    const auto table = journal.table(table_id(1), "shop", knows_nothing);
    drop_all_before(world, 103);
    world.folder.write(world.first);
    world.now += proof_limit + std::chrono::seconds(1);
    EXPECT_THAT(keys_of(journal, *table), ElementsAre("a"));
    EXPECT_TRUE(table->queue().take_incomplete());
}

TEST(Journal, a_run_of_the_node_that_ended_with_an_unused_segment_lost_none) {
    World world;
    Journal journal(world.options());
    const auto table = journal.table(table_id(1), "shop", knows_nothing);
    BuiltSegment next(segment(101 + run_gap));
    next.section({with_key("of the next run")});
    world.folder.remove(segment(100));
    world.folder.remove(segment(101));
    world.folder.write(next);
    EXPECT_THAT(keys_of(journal, *table), ElementsAre("of the next run"));
    EXPECT_FALSE(table->queue().take_incomplete());
}

TEST(Journal, a_run_whose_last_segments_were_used_may_have_had_more) {
    World world;
    world.second.section({with_key("used")});
    world.write();
    Journal journal(world.options());
    const auto table = journal.table(table_id(1), "shop", knows_nothing);
    drop_all_before(world, 101 + run_gap);
    EXPECT_THAT(keys_of(journal, *table), ElementsAre("a"));
    EXPECT_TRUE(table->queue().take_incomplete());
}

TEST(Journal, segments_that_come_late_are_read) {
    World world;
    Journal journal(world.options());
    const auto table = journal.table(table_id(1), "shop", knows_nothing);
    BuiltSegment later(segment(103));
    later.section({with_key("later")});
    world.folder.write(later);
    EXPECT_THAT(keys_of(journal, *table), ElementsAre("later"));
    BuiltSegment late(segment(102));
    late.section({with_key("late")});
    world.folder.write(late);
    EXPECT_THAT(keys_of(journal, *table), ElementsAre("late"));
    // As after a replay, which links segments again.
    world.folder.remove(segment(102));
    look(journal);
    world.folder.write(late);
    EXPECT_THAT(keys_of(journal, *table), ElementsAre("late"));
    EXPECT_FALSE(table->queue().take_incomplete());
}

TEST(Journal, a_segment_that_cannot_be_opened_is_a_problem_until_it_can) {
    World world;
    Journal journal(world.options());
    const auto table = journal.table(table_id(1), "shop", knows_nothing);
    const std::filesystem::path file = world.folder.path() / segment(102).log_file();
    std::filesystem::create_symlink(file, file);
    look(journal);
    EXPECT_THAT(journal.problem(),
                HasSubstr("CommitLog-7-102.log cannot be read: Too many levels"));
    look(journal);
    static_cast<void>(table->queue().take_incomplete());
    std::filesystem::remove(file);
    BuiltSegment third(segment(102));
    third.section({with_key("a")});
    world.folder.write(third);
    EXPECT_THAT(keys_of(journal, *table), ElementsAre("a"));
    EXPECT_EQ(journal.problem(), "");
    EXPECT_TRUE(table->queue().take_incomplete()) << "what was written meanwhile";
    EXPECT_FALSE(table->queue().take_incomplete());
}

TEST(Journal, waits_for_a_torn_tail_and_then_reads_it) {
    World world;
    Journal journal(world.options());
    const auto table = journal.table(table_id(1), "shop", knows_nothing);
    const std::size_t at = world.first.section({with_key("a")});
    Bytes torn = world.first.padded(Folder::file_size);
    torn[at + 7] ^= 1;
    world.folder.write(segment(100).log_file(), torn);
    look(journal);
    EXPECT_TRUE(table->queue().empty());
    world.write();
    EXPECT_THAT(keys_of(journal, *table), ElementsAre("a"));
    EXPECT_FALSE(table->queue().take_incomplete());
}

TEST(Journal, a_corrupt_section_costs_a_sweep_and_the_next_one_is_read) {
    World world;
    Journal journal(world.options());
    const auto table = journal.table(table_id(1), "shop", knows_nothing);
    const std::size_t at = world.first.section({with_key("a")});
    world.first.section({with_key("b")});
    world.second.section({with_key("c")});
    Bytes corrupt = world.first.padded(Folder::file_size);
    corrupt[at + 30] ^= 1;
    world.folder.write(world.second);
    world.folder.write(segment(100).log_file(), corrupt);
    EXPECT_THAT(keys_of(journal, *table), UnorderedElementsAre("b", "c"));
    EXPECT_TRUE(table->queue().take_incomplete());
}

TEST(Journal, what_stays_torn_is_corrupt_even_in_the_newest_segment) {
    World world;
    Journal journal(world.options());
    const auto table = journal.table(table_id(1), "shop", knows_nothing);
    const std::size_t at = world.first.section({with_key("a")});
    Bytes corrupt = world.first.padded(Folder::file_size);
    corrupt[at + 30] ^= 1;
    world.folder.write(segment(100).log_file(), corrupt);
    look(journal);
    world.now += torn_limit - std::chrono::milliseconds(1);
    look(journal);
    EXPECT_FALSE(table->queue().take_incomplete());
    world.now += std::chrono::milliseconds(1);
    look(journal);
    EXPECT_TRUE(table->queue().take_incomplete());
}

TEST(Journal, leaves_out_what_is_known) {
    World world;
    Journal journal(world.options());
    const auto knows_a = [](ByteView key, std::int64_t oldest_write) {
        return as_text(key) == "a" && oldest_write == Mutation().oldest_write;
    };
    const auto table = journal.table(table_id(1), "shop", knows_a);
    Mutation later = with_key("a");
    ++later.oldest_write;
    world.first.section({with_key("a"), with_key("b")});
    world.write();
    EXPECT_THAT(keys_of(journal, *table), ElementsAre("b"));
    world.first.section({later});
    world.write();
    EXPECT_THAT(keys_of(journal, *table), ElementsAre("a"));
}

TEST(Journal, a_write_in_several_tables_may_concern_every_one_of_the_keyspace) {
    World world;
    Journal journal(world.options());
    const auto one = journal.table(table_id(1), "shop", knows_nothing);
    const auto two = journal.table(table_id(2), "shop", knows_nothing);
    const auto far = journal.table(table_id(3), "other", knows_nothing);
    Mutation several = with_key("a");
    several.updates = 2;
    Mutation unknown = with_key("b", 9);
    unknown.updates = 2;
    world.first.section({several, unknown});
    world.write();
    EXPECT_THAT(keys_of(journal, *one), ElementsAre("a", "b"));
    EXPECT_THAT(keys_of(journal, *two), ElementsAre("a", "b"));
    EXPECT_THAT(keys_of(journal, *far), ElementsAre("b"));
}

TEST(Journal, deletes_nothing_that_it_does_not_own) {
    World world;
    Journal journal(world.options());
    world.second.section({with_key("a")});
    world.write();
    world.folder.complete(segment(100));
    look(journal);
    EXPECT_TRUE(world.folder.has(segment(100)));
}

TEST(Journal, an_owner_deletes_a_segment_when_its_keys_are_settled) {
    World world;
    Journal journal(world.options(true));
    const auto table = journal.table(table_id(1), "shop", knows_nothing);
    world.second.section({with_key("b")});
    world.write();
    look(journal);
    world.folder.complete(segment(100));
    look(journal);
    EXPECT_TRUE(world.folder.has(segment(100)));
    EXPECT_THAT(table->queue().take(1), ElementsAre("before"));
    look(journal);
    EXPECT_TRUE(world.folder.has(segment(100)));
    table->queue().settle();
    look(journal);
    EXPECT_TRUE(world.folder.has(segment(100))) << "another table may go on from there";
    world.now += latecomers;
    look(journal);
    EXPECT_FALSE(world.folder.has(segment(100)));
    EXPECT_FALSE(std::filesystem::exists(world.folder.path() / segment(100).index_file()));
    EXPECT_TRUE(world.folder.has(segment(101)));
}

TEST(Journal, an_owner_leaves_a_segment_that_cassandra_did_not_complete) {
    World world;
    Journal journal(world.options(true));
    world.second.section({with_key("b")});
    world.write();
    world.now += latecomers;
    look(journal);
    EXPECT_TRUE(world.folder.has(segment(100)));
}

TEST(Journal, says_from_its_start_how_late_a_compressed_one_shows_writes) {
    const Folder folder;
    BuiltSegment packed = BuiltSegment::lz4(segment(100));
    packed.section({with_key("a")});
    folder.write(packed);
    EXPECT_EQ(Journal({.folder = folder.path(), .sync_every = "10000ms"}).shown_every(), "10000ms");
    const World plain;
    EXPECT_EQ(Journal({.folder = plain.folder.path(), .sync_every = "10000ms"}).shown_every(), "");
}

TEST(Journal, says_why_it_cannot_read) {
    Journal nowhere({.folder = "/nowhere/cdc_raw"});
    EXPECT_THAT(nowhere.problem(), HasSubstr("/nowhere/cdc_raw cannot be read: No such file"));
    const Folder folder;
    folder.write(BuiltSegment({9, 100}));
    EXPECT_THAT(Journal({.folder = folder.path()}).problem(), HasSubstr("format 9 is not known"));
}

TEST(Journal, a_folder_that_is_still_empty_is_followed) {
    const Folder folder;
    Journal journal({.folder = folder.path()});
    const auto table = journal.table(table_id(1), "shop", knows_nothing);
    BuiltSegment built(segment(100));
    built.section({with_key("a")});
    folder.write(built);
    EXPECT_THAT(keys_of(journal, *table), ElementsAre("a"));
    EXPECT_TRUE(table->queue().take_incomplete());
}

}  // namespace
}  // namespace duet::journal
