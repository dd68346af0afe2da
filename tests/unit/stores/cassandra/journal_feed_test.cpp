#include "stores/cassandra/journal_feed.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/error.hpp"
#include "cql/token.hpp"
#include "net/runtime.hpp"
#include "stores/cassandra/keys.hpp"
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

/// A table whose partitions hold these rows.
struct Rows {
    std::map<std::int64_t, std::vector<Id>> by_token;
    bool away = false;

    Task<RowPage> read(TokenRange place, std::size_t limit) {
        if (away) throw Unavailable("gone");
        RowPage page;
        for (const Id& id : by_token[place.upto]) {
            if (page.rows.size() < limit) page.rows.push_back({id, State(), std::nullopt});
        }
        page.complete = by_token[place.upto].size() <= limit;
        co_return page;
    }
    JournalFeed::ReadPartition reader() {
        return [this](TokenRange place, std::size_t limit) { return read(place, limit); };
    }
};

struct Fed : World {
    TableInfo info;
    Rows rows;
    journal::Journal log{{.folder = folder.path()}};
    JournalFeed feed{log, info, false};

    explicit Fed(TableInfo of = table()) : info(std::move(of)) {
        feed.read_with(info, rows.reader());
    }
};

Mutation of(std::string partition) {
    Mutation mutation;
    mutation.key = std::move(partition);
    return mutation;
}

TableInfo keyed_by(std::vector<KeyColumn> columns) {
    TableInfo info = table();
    info.key = Key(std::move(columns));
    return info;
}

const KeyColumn by_name{"name", {.kind = Kind::text}};
const KeyColumn by_number{"number", {.kind = Kind::int_}};
const KeyColumn at{"at", {.kind = Kind::int_}, true};

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
        feed.read_with(table(has_list), {});
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

TEST(JournalFeed, one_column_of_any_type_names_a_record) {
    Fed by_text(keyed_by({by_name}));
    by_text.write({of("a name"), of("a~name")}, by_text.log);
    EXPECT_THAT(by_text.ids(by_text.feed), ElementsAre(Id::of("a name"), Id::of("a~name")));
    Fed by_int(keyed_by({by_number}));
    by_int.write({of(std::string("\0\0\0\7", 4))}, by_int.log);
    EXPECT_THAT(by_int.ids(by_int.feed), ElementsAre(Id::of("7")));
}

TEST(JournalFeed, several_columns_are_framed_together) {
    Fed world(keyed_by({by_name, by_number}));
    const std::string key("\0\3abc\0\0\4\0\0\0\7\0", 13);
    world.write({of(key), of(key.substr(1)), of(key + "x")}, world.log);
    EXPECT_THAT(world.ids(world.feed), ElementsAre(Id::of("abc~7")));
    EXPECT_EQ(partition_key(world.info.key, Id::of("abc~7")),
              Bytes(as_bytes(key).begin(), as_bytes(key).end()));
}

/// The table's partition `name` has so many rows.
void fill(Fed& world, const std::string& name, std::size_t count) {
    std::vector<Id>& rows = world.rows.by_token[cql::murmur3_token(as_bytes(name))];
    for (std::size_t i = 0; i < count; ++i) rows.push_back(Id::of(name + "~" + std::to_string(i)));
}

TEST(JournalFeed, a_partition_of_many_rows_nominates_them_all) {
    Fed world(keyed_by({by_name, at}));
    fill(world, "a", 2);
    fill(world, "b", 1);
    world.write({of("a"), of("b"), of("a")}, world.log);
    EXPECT_THAT(world.ids(world.feed, 500),
                ElementsAre(Id::of("a~0"), Id::of("a~1"), Id::of("b~0")));
    EXPECT_FALSE(world.next(world.feed, 500).incomplete);
}

TEST(JournalFeed, a_huge_partition_is_for_the_sweep) {
    Fed world(keyed_by({by_name, at}));
    fill(world, "a", JournalFeed::partition_limit + 1);
    world.write({of("a")}, world.log);
    const RowChanges found = world.next(world.feed, 500);
    EXPECT_EQ(found.changes.size(), JournalFeed::partition_limit);
    EXPECT_TRUE(found.incomplete);
}

TEST(JournalFeed, what_does_not_fit_comes_next_and_not_more_is_acknowledged) {
    Fed world(keyed_by({by_name, at}));
    for (const char* name : {"a", "b", "c"}) {
        fill(world, name, JournalFeed::partition_limit);
        world.write({of(name)}, world.log);
    }
    EXPECT_EQ(world.next(world.feed, 500).changes.size(), 500U);
    EXPECT_EQ(world.next(world.feed, 250).changes.size(), 250U);
    world.runtime.run(world.feed.acknowledge());
    const RowChanges rest = world.next(world.feed, 500);
    ASSERT_EQ(rest.changes.size(), 500U);
    EXPECT_EQ(rest.changes.front().id, Id::of("b~0"));
    EXPECT_TRUE(rest.caught_up);
    world.runtime.run(world.feed.acknowledge());
    EXPECT_TRUE(world.next(world.feed, 500).changes.empty());
}

TEST(JournalFeed, a_partition_that_cannot_be_read_now_comes_again) {
    Fed world(keyed_by({by_name, at}));
    fill(world, "a", 1);
    world.write({of("a")}, world.log);
    world.rows.away = true;
    EXPECT_THROW((void)world.next(world.feed, 500), Unavailable);
    world.rows.away = false;
    EXPECT_THAT(world.ids(world.feed, 500), ElementsAre(Id::of("a~0")));
}

TEST(JournalFeed, rows_of_one_partition_written_at_one_time_are_one_echo) {
    Fed world(keyed_by({by_name, at}));
    fill(world, "a", 2);
    world.feed.remember(Id::of("a~0"), moment);
    world.feed.remember(Id::of("a~1"), moment);
    world.write({of("a")}, world.log);
    EXPECT_TRUE(world.next(world.feed, 500).changes.empty());
    EXPECT_EQ(world.log.counts().echoes, 1U);
    world.write({of("a")}, world.log);
    EXPECT_EQ(world.next(world.feed, 500).changes.size(), 2U);
}

TEST(JournalFeed, one_that_begins_late_is_incomplete) {
    World world;
    journal::Journal log({.folder = world.folder.path()});
    JournalFeed feed(log, table(), true);
    feed.read_with(table(), {});
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
