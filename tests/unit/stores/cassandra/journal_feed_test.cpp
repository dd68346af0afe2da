#include "stores/cassandra/journal_feed.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/runtime.hpp"
#include "unit/journal/folder.hpp"

namespace duet::cassandra {
namespace {

using journal::BuiltSegment;
using journal::Mutation;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t moment = 1'700'000'000'000'000;

Uuid record(std::uint8_t last) {
    Uuid id;
    id.bytes[15] = last;
    return id;
}

Mutation of(const Uuid& id, std::int64_t oldest_write = moment) {
    Mutation mutation;
    mutation.key = as_text(id.bytes);
    mutation.oldest_write = oldest_write;
    return mutation;
}

TableInfo table(bool with_list = false) {
    TableInfo info;
    info.keyspace = "shop";
    info.table = "orders";
    info.table_id = journal::table_id(1);
    info.cdc = true;
    Type list{.kind = Kind::list, .elements = {Type{}}};
    if (with_list) info.columns.push_back({"tags", std::move(list)});
    return info;
}

struct World {
    journal::Folder folder;
    BuiltSegment segment{{7, 100}};
    net::Runtime runtime;

    World() { folder.write(segment); }
    void write(const std::vector<Mutation>& mutations, journal::Journal& journal) {
        segment.section(mutations);
        folder.write(segment);
        while (journal.look()) {
        }
    }
    Task<void> ask(JournalFeed& feed, std::size_t limit, RowChanges& into) {
        into = co_await feed.next(limit);
    }
    RowChanges next(JournalFeed& feed, std::size_t limit = 100) {
        RowChanges found;
        runtime.run(ask(feed, limit, found));
        return found;
    }
    std::vector<Id> ids(JournalFeed& feed, std::size_t limit = 100) {
        std::vector<Id> all;
        for (const Change& change : next(feed, limit).changes) all.push_back(change.id);
        return all;
    }
};

struct Fed : World {
    journal::Journal log{{.folder = folder.path()}};
    JournalFeed feed{log, table(), false};
};

TEST(JournalFeed, nominates_what_was_written_until_it_is_acknowledged) {
    Fed world;
    world.write({of(record(1)), of(record(2)), of(record(3)), of(record(1))}, world.log);
    const RowChanges first = world.next(world.feed, 2);
    EXPECT_EQ(first.changes.size(), 2U);
    EXPECT_FALSE(first.caught_up);
    EXPECT_THAT(world.ids(world.feed, 2), ElementsAre(record(1), record(2)));
    world.runtime.run(world.feed.acknowledge());
    EXPECT_THAT(world.ids(world.feed, 2), ElementsAre(record(3)));
    world.runtime.run(world.feed.acknowledge());
    EXPECT_THAT(world.ids(world.feed), IsEmpty());
    EXPECT_FALSE(world.next(world.feed).incomplete);
}

TEST(JournalFeed, duets_own_writes_are_echoes_once_each) {
    Fed world;
    world.feed.remember(record(1), moment);
    world.feed.remember(record(2), moment);
    world.write({of(record(1)), of(record(2), moment + 1), of(record(3))}, world.log);
    EXPECT_THAT(world.ids(world.feed), ElementsAre(record(2), record(3)));
    world.runtime.run(world.feed.acknowledge());
    world.write({of(record(1))}, world.log);
    EXPECT_THAT(world.ids(world.feed), ElementsAre(record(1)));
}

TEST(JournalFeed, the_deletion_that_comes_before_a_collection_is_part_of_the_echo) {
    for (const bool has_list : {true, false}) {
        World world;
        journal::Journal log({.folder = world.folder.path()});
        JournalFeed feed(log, table(has_list), false);
        feed.remember(record(1), moment);
        world.write({of(record(1), moment - 1)}, log);
        EXPECT_EQ(world.ids(feed).empty(), has_list);
    }
}

TEST(JournalFeed, a_key_of_another_shape_is_of_another_table) {
    Fed world;
    Mutation several;
    several.key = "a text";
    several.table = journal::table_id(9);
    several.updates = 2;
    world.write({several, of(record(1))}, world.log);
    EXPECT_THAT(world.ids(world.feed), ElementsAre(record(1)));
}

TEST(JournalFeed, one_that_begins_late_is_incomplete) {
    World world;
    journal::Journal log({.folder = world.folder.path()});
    JournalFeed feed(log, table(), true);
    EXPECT_TRUE(world.next(feed).incomplete);
    EXPECT_FALSE(world.next(feed).incomplete);
}

TEST(JournalFeed, says_what_a_table_lacks) {
    EXPECT_EQ(JournalFeed::reason_against(table()), "");
    TableInfo without = table();
    without.cdc = false;
    EXPECT_EQ(JournalFeed::reason_against(without),
              "the table has no CDC: ALTER TABLE \"shop\".\"orders\" WITH cdc = true");
}

TEST(OwnWrites, forgets_the_oldest) {
    OwnWrites writes;
    for (std::size_t i = 0; i <= OwnWrites::limit; ++i) {
        writes.remember(record(1).bytes, static_cast<std::int64_t>(i));
    }
    EXPECT_FALSE(writes.take(record(1).bytes, 0));
    EXPECT_TRUE(writes.take(record(1).bytes, 1));
    EXPECT_FALSE(writes.take(record(1).bytes, 1));
    EXPECT_FALSE(writes.take(record(2).bytes, 2));
}

}  // namespace
}  // namespace duet::cassandra
