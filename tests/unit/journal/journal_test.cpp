#include "journal/journal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include "unit/journal/folder.hpp"

namespace duet::journal {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

SegmentName segment(std::int64_t id) { return {7, id}; }

Mutation with_key(std::string key, std::uint8_t table = 1) {
    Mutation mutation;
    mutation.key = std::move(key);
    mutation.table = table_id(table);
    return mutation;
}

void look(Journal& journal) {
    for (int i = 0; i <= looks_between_lists; ++i) {
        while (journal.look()) {
        }
    }
}

bool knows_nothing(ByteView /*key*/, std::int64_t /*oldest_write*/) { return false; }

std::vector<std::string> keys_of(Journal& journal, Journal::Table& table) {
    look(journal);
    std::vector<std::string> keys = table.queue().take(100);
    table.queue().settle();
    return keys;
}

/// One segment in use and the next, already made, as Cassandra always has them.
struct World {
    Folder folder;
    BuiltSegment first{segment(100)};
    BuiltSegment second{segment(101)};

    World() {
        first.section({with_key("before")});
        write();
    }
    void write() const {
        folder.write(first);
        folder.write(second);
    }
    [[nodiscard]] JournalOptions options(bool owner = false) const {
        return {.folder = folder.path(), .owner = owner};
    }
};

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

TEST(Journal, a_missing_segment_makes_every_table_incomplete_once) {
    World world;
    Journal journal(world.options());
    const auto one = journal.table(table_id(1), "shop", knows_nothing);
    const auto two = journal.table(table_id(2), "other", knows_nothing);
    BuiltSegment later(segment(103));
    later.section({with_key("a")});
    world.folder.write(later);
    EXPECT_THAT(keys_of(journal, *one), ElementsAre("a"));
    EXPECT_TRUE(one->queue().take_incomplete());
    EXPECT_TRUE(two->queue().take_incomplete());
    EXPECT_FALSE(one->queue().take_incomplete());
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
    for (int i = 0; i < torn_limit - 1; ++i) static_cast<void>(journal.look());
    EXPECT_FALSE(table->queue().take_incomplete());
    static_cast<void>(journal.look());
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
    EXPECT_FALSE(world.folder.has(segment(100)));
    EXPECT_FALSE(std::filesystem::exists(world.folder.path() / segment(100).index_file()));
    EXPECT_TRUE(world.folder.has(segment(101)));
}

TEST(Journal, an_owner_leaves_a_segment_that_cassandra_did_not_complete) {
    World world;
    Journal journal(world.options(true));
    world.second.section({with_key("b")});
    world.write();
    look(journal);
    EXPECT_TRUE(world.folder.has(segment(100)));
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

TEST(KeyQueue, holds_each_key_once) {
    KeyQueue queue;
    for (const char* key : {"a", "b", "a"}) queue.push(as_bytes(key), 1);
    EXPECT_EQ(queue.size(), 2U);
    EXPECT_THAT(queue.take(1), ElementsAre("a"));
    queue.push(as_bytes("a"), 2);
    EXPECT_THAT(queue.take(5), ElementsAre("b", "a"));
}

TEST(KeyQueue, holds_a_segment_until_the_last_of_its_keys_is_settled) {
    KeyQueue queue;
    queue.push(as_bytes("a"), 1);
    queue.push(as_bytes("b"), 1);
    static_cast<void>(queue.take(1));
    queue.settle();
    EXPECT_TRUE(queue.holds(1));
    static_cast<void>(queue.take(1));
    EXPECT_TRUE(queue.holds(1));
    queue.settle();
    EXPECT_FALSE(queue.holds(1));
}

TEST(KeyQueue, drops_everything_and_says_so_when_too_much_waits) {
    KeyQueue queue;
    const std::string large(1000, 'x');
    for (std::size_t i = 0; !queue.take_incomplete(); ++i) {
        ASSERT_LT(i, queue_limit / 1000);
        queue.push(as_bytes(large + std::to_string(i)), 1);
    }
    EXPECT_TRUE(queue.empty());
    EXPECT_FALSE(queue.holds(1));
}

}  // namespace
}  // namespace duet::journal
