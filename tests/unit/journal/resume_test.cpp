// Tables that go on from what an earlier process had settled.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/journal/world.hpp"

namespace duet::journal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

/// A process that has read and settled all there is: what it leaves.
Place settled_by_a_process(World& world, std::uint8_t table = 1) {
    Journal journal(world.options());
    const auto followed = journal.table(table_id(table), "shop", knows_nothing);
    static_cast<void>(keys_of(journal, *followed));
    followed->settle();
    return followed->settled();
}

/// What is written while nobody follows.
void write_into(World& world, BuiltSegment& built, std::vector<Mutation> mutations) {
    built.section(mutations);
    world.write();
}

TEST(ResumedTable, gets_what_was_written_since) {
    World world;
    write_into(world, world.first, {with_key("settled")});
    const Place left = settled_by_a_process(world);
    write_into(world, world.first, {with_key("a"), with_key("of another table", 2)});
    Journal journal(world.options());
    const auto table = journal.table(table_id(1), "shop", knows_nothing);
    EXPECT_TRUE(table->resume(left));
    EXPECT_TRUE(table->is_resuming());
    EXPECT_THAT(keys_of(journal, *table), ElementsAre("a"));
    EXPECT_FALSE(table->is_resuming());
    EXPECT_FALSE(table->queue().take_incomplete());
    write_into(world, world.first, {with_key("b")});
    EXPECT_THAT(keys_of(journal, *table), ElementsAre("b"));
}

TEST(ResumedTable, gets_what_was_written_between_the_begin_and_its_coming) {
    World world;
    const Place left = settled_by_a_process(world);
    Journal journal(world.options());
    write_into(world, world.first, {with_key("early")});
    look(journal);
    const auto table = journal.table(table_id(1), "shop", knows_nothing);
    EXPECT_TRUE(table->resume(left));
    EXPECT_THAT(keys_of(journal, *table), ElementsAre("early"));
}

TEST(ResumedTable, reads_all_segments_since) {
    World world;
    const Place left = settled_by_a_process(world);
    write_into(world, world.first, {with_key("a")});
    write_into(world, world.second, {with_key("b")});
    world.add(103, {with_key("c")});  // the one before held no rows of a table with CDC
    Journal journal(world.options());
    const auto table = journal.table(table_id(1), "shop", knows_nothing);
    EXPECT_TRUE(table->resume(left));
    EXPECT_THAT(keys_of(journal, *table), UnorderedElementsAre("a", "b", "c"));
    EXPECT_FALSE(table->queue().take_incomplete());
}

TEST(ResumedTable, cannot_where_nothing_proves_that_no_segment_was_dropped) {
    World world;
    write_into(world, world.second, {with_key("a")});
    const Place left = settled_by_a_process(world);
    EXPECT_EQ(left.segment, 101);
    world.add(102, {with_key("b")});
    {
        Journal journal(world.options());
        EXPECT_TRUE(journal.table(table_id(1), "shop", knows_nothing)->resume(left));
    }
    world.folder.remove(segment(100));
    world.folder.remove(segment(101));
    Journal journal(world.options());
    EXPECT_FALSE(journal.table(table_id(1), "shop", knows_nothing)->resume(left));
}

TEST(ResumedTable, of_an_owner_cannot_where_a_segment_is_missing) {
    World world;
    const Place left = settled_by_a_process(world);
    write_into(world, world.second, {with_key("a")});
    world.add(102, {with_key("b")});
    {
        Journal journal(world.options(true));
        EXPECT_TRUE(journal.table(table_id(1), "shop", knows_nothing)->resume(left));
    }
    world.folder.remove(segment(101));  // by an owner that knew nothing of this table
    Journal journal(world.options(true));
    EXPECT_FALSE(journal.table(table_id(1), "shop", knows_nothing)->resume(left));
}

TEST(ResumedTable, is_incomplete_where_its_segment_goes_before_it_is_read) {
    World world;
    const Place left = settled_by_a_process(world);
    write_into(world, world.first, {with_key("a")});
    write_into(world, world.second, {with_key("b")});
    Journal journal(world.options());
    const auto table = journal.table(table_id(1), "shop", knows_nothing);
    EXPECT_TRUE(table->resume(left));
    world.folder.remove(segment(100));
    look(journal);
    EXPECT_TRUE(table->queue().take_incomplete());
    EXPECT_FALSE(table->is_resuming());
}

TEST(ResumedTable, whose_pair_takes_nothing_does_not_hold_up_the_others_for_long) {
    World world;
    const Place left = settled_by_a_process(world);
    std::vector<Mutation> many;
    const std::string padding(1'000, 'x');
    for (int i = 0; i < 3'000; ++i) many.push_back(with_key(std::to_string(i) + padding));
    BuiltSegment full(segment(100));
    full.section({with_key("before")});
    full.section(many);
    world.folder.write(segment(100).log_file(), full.padded(8U << 20));
    world.add(101, {with_key("of the other", 2)});
    Journal journal(world.options());
    const auto stuck = journal.table(table_id(1), "shop", knows_nothing);
    const auto other = journal.table(table_id(2), "shop", knows_nothing);
    EXPECT_TRUE(stuck->resume(left));
    EXPECT_TRUE(other->resume(left));
    look(journal);
    EXPECT_THAT(other->queue().take(1), IsEmpty());
    EXPECT_FALSE(stuck->queue().is_incomplete());
    world.now += stuck_limit;
    look(journal);
    EXPECT_THAT(other->queue().take(1), ElementsAre("of the other"));
    EXPECT_TRUE(stuck->queue().take_incomplete());
    EXPECT_FALSE(stuck->is_resuming());
}

TEST(ResumedTable, cannot_where_the_node_was_started_since) {
    for (const std::int64_t later : {run_gap - 1, run_gap}) {
        World world;
        const Place left = settled_by_a_process(world);
        world.add(left.segment + later, {with_key("a")});
        Journal journal(world.options());
        const auto table = journal.table(table_id(1), "shop", knows_nothing);
        EXPECT_EQ(table->resume(left), later < run_gap);
    }
}

TEST(ResumedTable, cannot_with_a_place_of_a_folder_that_is_farther) {
    World world;
    Journal journal(world.options());
    const auto table = journal.table(table_id(1), "shop", knows_nothing);
    EXPECT_FALSE(table->resume({103, 0}));
}

TEST(ResumedTable, is_incomplete_where_what_it_missed_cannot_be_read) {
    World world;
    const Place left = settled_by_a_process(world);
    const std::size_t at = world.first.section({with_key("a")});
    world.second.section({with_key("b")});
    world.write();
    Bytes corrupt = world.first.padded(Folder::file_size);
    corrupt[at + 30] ^= 1;
    world.folder.write(segment(100).log_file(), corrupt);
    Journal journal(world.options());
    const auto table = journal.table(table_id(1), "shop", knows_nothing);
    EXPECT_TRUE(table->resume(left));
    look(journal);
    EXPECT_FALSE(table->is_resuming());
    EXPECT_TRUE(table->queue().take_incomplete());
}

TEST(ResumedTable, each_goes_on_from_its_own_place) {
    World world;
    const Place far_back = settled_by_a_process(world);
    write_into(world, world.first, {with_key("a"), with_key("b", 2)});
    const Place near = settled_by_a_process(world);
    write_into(world, world.first, {with_key("c"), with_key("d", 2)});
    Journal journal(world.options());
    const auto one = journal.table(table_id(1), "shop", knows_nothing);
    const auto two = journal.table(table_id(2), "shop", knows_nothing);
    EXPECT_TRUE(one->resume(near));
    EXPECT_TRUE(two->resume(far_back));
    look(journal);
    EXPECT_THAT(one->queue().take(9), ElementsAre("c"));
    EXPECT_THAT(two->queue().take(9), ElementsAre("b", "d"));
}

TEST(ResumedTable, of_an_owner_finds_its_segments_and_keeps_them_until_it_has_read_them) {
    World world;
    const Place left = settled_by_a_process(world);
    write_into(world, world.first, {with_key("a")});
    write_into(world, world.second, {with_key("b")});
    world.folder.complete(segment(100));
    Journal journal(world.options(true));
    look(journal);
    const auto table = journal.table(table_id(1), "shop", knows_nothing);
    EXPECT_TRUE(table->resume(left));
    world.now += latecomers;
    EXPECT_THAT(keys_of(journal, *table), ElementsAre("a", "b"));
    EXPECT_FALSE(table->queue().take_incomplete());
    look(journal);
    EXPECT_FALSE(world.folder.has(segment(100)));
}

TEST(SettledPlace, moves_only_where_something_was_written_in_the_table) {
    World world;
    Journal journal(world.options());
    const auto table = journal.table(table_id(1), "shop", knows_nothing);
    const Place begin = table->settled();
    write_into(world, world.first, {with_key("of another table", 2)});
    look(journal);
    table->settle();
    EXPECT_EQ(table->settled(), begin);
    write_into(world, world.first, {with_key("a")});
    EXPECT_THAT(keys_of(journal, *table), ElementsAre("a"));
    table->settle();
    EXPECT_GT(table->settled(), begin);
    const Place after = table->settled();
    write_into(world, world.second, {with_key("of another table", 2)});
    look(journal);
    table->settle();
    EXPECT_GT(table->settled().segment, after.segment) << "the older one may go";
}

TEST(SettledPlace, passes_no_key_that_waits) {
    World world;
    Journal journal(world.options());
    const auto table = journal.table(table_id(1), "shop", knows_nothing);
    const Place begin = table->settled();
    write_into(world, world.first, {with_key("a"), with_key("b")});
    look(journal);
    EXPECT_THAT(table->queue().take(1), ElementsAre("a"));
    table->settle();
    EXPECT_EQ(table->settled(), begin);
    // Before the queue is ever empty, more comes.
    write_into(world, world.first, {with_key("c")});
    look(journal);
    EXPECT_THAT(table->queue().take(1), ElementsAre("b"));
    table->settle();
    const Place after_two = table->settled();
    EXPECT_GT(after_two, begin);
    EXPECT_THAT(table->queue().take(1), ElementsAre("c"));
    table->settle();
    EXPECT_GT(table->settled(), after_two);
}

TEST(SettledPlace, passes_nothing_that_was_lost) {
    World world;
    Journal journal(world.options());
    const auto table = journal.table(table_id(1), "shop", knows_nothing);
    write_into(world, world.first, {with_key("a")});
    look(journal);
    const Place before = table->settled();
    static_cast<void>(table->queue().take(1));
    static_cast<void>(table->queue().lose());
    table->settle();
    EXPECT_EQ(table->settled(), before);
}

TEST(SettledPlace, of_a_table_that_goes_on_stays_until_all_of_it_was_read) {
    World world;
    const Place left = settled_by_a_process(world);
    write_into(world, world.first, {with_key("a")});
    Journal journal(world.options());
    const auto table = journal.table(table_id(1), "shop", knows_nothing);
    EXPECT_TRUE(table->resume(left));
    table->settle();
    EXPECT_EQ(table->settled(), left);
    EXPECT_THAT(keys_of(journal, *table), ElementsAre("a"));
    table->settle();
    EXPECT_GT(table->settled(), left);
}

}  // namespace
}  // namespace duet::journal
