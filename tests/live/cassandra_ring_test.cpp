// Digests and rows by token range against a real Cassandra.

#include <algorithm>

#include "live/cassandra_world.hpp"
#include "stores/cassandra/types.hpp"

namespace duet {
namespace {

constexpr std::int64_t t0 = 1'700'000'000'000'000;

/// Contents of a table "a int, b set<int>, c map<text, int>, d frozen<list<int>>, e text" that
/// differ in what they lack.
std::vector<Content> contents_of(std::size_t count) {
    std::vector<Content> contents(count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto n = static_cast<std::int64_t>(i);
        std::vector<Value>& values = contents[i].values;
        values.resize(5);
        if (i % 2 == 0) {
            values[0] = n;
        }
        if (i % 3 == 0) {
            values[1] = List{n, n + 1, n};  // one of them twice
        }
        if (i % 4 == 0) {
            values[2] = Map{{std::string("k"), n}};
        }
        if (i % 5 == 0) {
            values[3] = List{};
        }
        if (i % 7 == 0) {
            values[4] = std::string("text");
        }
    }
    return contents;
}

constexpr const char* columns =
    "a int, b set<int>, c map<text, int>, d frozen<list<int>>, e text, updated_at timestamp";

std::vector<Write> writes_of(live::CassandraWorld& world, const std::vector<Content>& contents) {
    std::vector<Write> writes(contents.size());
    for (std::size_t i = 0; i < contents.size(); ++i) {
        writes[i].id = world.new_id();
        writes[i].content = &contents[i];
        writes[i].version = Version{t0 + static_cast<std::int64_t>(i)};
        writes[i].timestamp = t0 + static_cast<std::int64_t>(i);
    }
    return writes;
}

CASSANDRA_STORY(CassandraRingLive, the_digest_of_what_was_inserted_is_the_sum_of_its_writes) {
    auto table = co_await world.table("digested", columns);
    const std::vector<Content> contents = contents_of(400);
    const std::vector<Write> writes = writes_of(world, contents);
    const std::vector<Outcome> outcomes = co_await table->insert(writes);
    for (const TokenRange range :
         {TokenRange{INT64_MIN, 0}, TokenRange{0, INT64_MAX}, TokenRange{}}) {
        RangeDigest expected = table->digest_of(writes[0]);
        expected = RangeDigest{0, 0, std::vector<std::uint64_t>(expected.columns.size())};
        for (std::size_t i = 0; i < writes.size(); ++i) {
            EXPECT_EQ(outcomes[i].kind, Outcome::Kind::applied);
            const std::int64_t token = table->token(writes[i].id);
            if (token > range.after && token <= range.upto) {
                expected += table->digest_of(writes[i]);
            }
        }
        const RangeDigest found = co_await table->digest(range);
        EXPECT_EQ(found.count, expected.count);
        EXPECT_EQ(found.token_sum, expected.token_sum);
        EXPECT_EQ(found.columns, expected.columns);
        const auto confirmed = co_await table->confirm(range, expected);
        EXPECT_EQ(confirmed, found);
    }
}

CASSANDRA_STORY(CassandraRingLive, the_digests_of_pages_are_what_the_server_says_of_their_range) {
    auto table = co_await world.table("pages", columns);
    const std::vector<Content> contents = contents_of(400);
    const std::vector<Write> writes = writes_of(world, contents);
    (void)co_await table->insert(writes);
    (void)co_await world.cql("UPDATE $.pages SET c = {}, e = null WHERE id = " +
                             writes[0].id.to_string());
    RangeDigest sum;
    TokenRange rest;
    for (bool complete = false; !complete;) {
        const RowPage page = co_await table->rows(rest, 150, "", Detail::contents);
        sum += page.digest;
        rest.after = page.read_upto;
        complete = page.complete;
    }
    const RangeDigest found = co_await table->digest(TokenRange());
    EXPECT_EQ(sum.count, found.count);
    EXPECT_EQ(sum.token_sum, found.token_sum);
    EXPECT_EQ(sum.columns, found.columns);
}

CASSANDRA_STORY(CassandraRingLive, any_write_moves_the_digest) {
    auto table = co_await world.table("moved", columns);
    const std::vector<Content> contents = contents_of(20);
    const std::vector<Write> writes = writes_of(world, contents);
    (void)co_await table->insert(writes);
    const std::string id = writes[0].id.to_string();
    const std::string older = " USING TIMESTAMP " + std::to_string(t0 - 1'000);
    const std::string same = " USING TIMESTAMP " + std::to_string(t0);
    const std::vector<std::string> statements{
        "UPDATE $.moved SET e = 'x' WHERE id = " + id,
        "UPDATE $.moved" + older + " SET e = 'late' WHERE id = " + writes[1].id.to_string(),
        "UPDATE $.moved SET c = c + {'more': 1} WHERE id = " + id,
        "UPDATE $.moved" + same + " SET b = b + {77} WHERE id = " + id,
        "UPDATE $.moved SET a = null WHERE id = " + id,
        "UPDATE $.moved SET updated_at = 1 WHERE id = " + id,
        "INSERT INTO $.moved (id) VALUES (00000000-0000-4000-8000-000000000000)",
        "DELETE FROM $.moved WHERE id = " + id};
    RangeDigest before = co_await table->digest(TokenRange());
    const auto confirmed = co_await table->confirm(TokenRange(), before);
    EXPECT_EQ(confirmed, before);
    for (const std::string& statement : statements) {
        (void)co_await world.cql(statement);
        const auto still = co_await table->confirm(TokenRange(), before);
        EXPECT_FALSE(still) << statement;
        const RangeDigest after = co_await table->digest(TokenRange());
        EXPECT_FALSE(after == before) << statement;
        before = after;
    }
}

CASSANDRA_STORY(CassandraRingLive, an_empty_range_has_a_digest_of_zeros) {
    auto table = co_await world.table("empty", columns);
    const RangeDigest digest = co_await table->digest(TokenRange());
    EXPECT_EQ(digest.count, 0U);
    EXPECT_EQ(digest.token_sum, 0U);
    EXPECT_EQ(digest.columns, std::vector<std::uint64_t>(12));
    RangeDigest nothing;
    const auto confirmed = co_await table->confirm(TokenRange(), std::move(nothing));
    EXPECT_EQ(confirmed, digest);
}

CASSANDRA_STORY(CassandraRingLive, a_hundred_columns_are_digested_in_parts) {
    std::string wide;
    for (int i = 0; i < 100; ++i) {
        wide += (i == 0 ? "c" : ", c") + std::to_string(100 + i) + " int";
    }
    auto table = co_await world.table("wide", wide);
    Content content;
    content.values.resize(100);
    content.values[3] = std::int64_t{1};
    content.values[97] = std::int64_t{2};
    const std::vector<Content> contents(5, content);
    const std::vector<Write> writes = writes_of(world, contents);
    (void)co_await table->apply(writes);
    RangeDigest expected = table->digest_of(writes[0]);
    for (std::size_t i = 1; i < writes.size(); ++i) {
        expected += table->digest_of(writes[i]);
    }
    const RangeDigest found = co_await table->digest(TokenRange());
    EXPECT_EQ(found, expected);
    const auto confirmed = co_await table->confirm(TokenRange(), expected);
    EXPECT_EQ(confirmed, expected);
}

CASSANDRA_STORY(CassandraRingLive, rows_come_page_by_page_in_token_order_each_once) {
    auto table = co_await world.table("paged", columns);
    const std::vector<Content> contents = contents_of(700);
    const std::vector<Write> writes = writes_of(world, contents);
    (void)co_await table->insert(writes);
    const std::int64_t upto = table->token(writes[0].id);
    std::vector<Id> expected;
    for (const Write& write : writes) {
        if (table->token(write.id) <= upto) {
            expected.push_back(write.id);
        }
    }
    std::vector<Id> found;
    TokenRange range{INT64_MIN, upto};
    for (bool complete = false; !complete;) {
        const RowPage page = co_await table->rows(range, 100, "", Detail::contents);
        EXPECT_LE(page.rows.size(), 100U);
        EXPECT_TRUE(page.complete || page.read_upto > range.after);
        for (const Change& change : page.rows) {
            found.push_back(change.id);
            EXPECT_TRUE(change.row && change.row->exists && change.row->version);
        }
        complete = page.complete;
        range.after = page.read_upto;
    }
    EXPECT_TRUE(std::is_sorted(found.begin(), found.end(), [&](const Id& a, const Id& b) {
        return table->token(a) < table->token(b);
    }));
    std::sort(found.begin(), found.end());
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(found, expected);
}

CASSANDRA_STORY(CassandraRingLive, large_rows_are_read_in_small_pages) {
    auto table = co_await world.table("large_rows", "b blob");
    std::vector<Content> contents(24);
    for (Content& content : contents) {
        content.values = {Blob{Bytes(1U << 20)}};
    }
    const std::vector<Write> writes = writes_of(world, contents);
    (void)co_await table->insert(writes);
    std::size_t rows = 0;
    std::size_t largest_later = 0;
    TokenRange range;
    for (bool complete = false, first = true; !complete; first = false) {
        const RowPage page = co_await table->rows(range, 500, "", Detail::contents);
        rows += page.rows.size();
        largest_later = first ? 0 : std::max(largest_later, page.rows.size());
        complete = page.complete;
        range.after = page.read_upto;
    }
    EXPECT_EQ(rows, writes.size());
    EXPECT_LE(largest_later, 4U);
}

CASSANDRA_STORY(CassandraRingLive, tombstones_make_pages_smaller_and_do_not_stop_a_read) {
    std::string wide;
    std::string names = "id";
    std::string nulls;
    for (int i = 0; i < 95; ++i) {
        const std::string name = "c" + std::to_string(100 + i);
        wide += (i == 0 ? "" : ", ") + name + " int";
        names += ", " + name;
        nulls += ", null";
    }
    auto table = co_await world.table("tombstones", wide + ", z int");
    std::string values;
    for (int batch = 0; batch < 200; ++batch) {
        std::string cql = "BEGIN UNLOGGED BATCH ";
        for (int i = 0; i < 10; ++i) {
            const std::string id = world.new_id().to_string();
            cql += "INSERT INTO $.tombstones (" + names + ", z) VALUES (" + id + nulls + ", 1); ";
        }
        (void)co_await world.cql(cql + "APPLY BATCH");
    }
    std::size_t rows = 0;
    TokenRange range;
    for (bool complete = false; !complete;) {
        const RowPage page = co_await table->rows(range, 5'000, "", Detail::contents);
        rows += page.rows.size();
        complete = page.complete;
        range.after = page.read_upto;
    }
    EXPECT_EQ(rows, 2'000U);
    const RangeDigest digest = co_await table->digest(TokenRange());
    EXPECT_EQ(digest.count, 2'000U);
}

CASSANDRA_STORY(CassandraRingLive, reading_a_table_that_was_changed_asks_for_another_look) {
    auto table = co_await world.table("changing", "a int, b int");
    const std::vector<Content> contents{Content{{std::int64_t{1}, std::int64_t{2}}, ""}};
    const std::vector<Write> writes = writes_of(world, contents);
    (void)co_await table->apply(writes);
    (void)co_await world.cql("ALTER TABLE $.changing DROP b");
    bool again = false;
    try {
        (void)co_await table->rows(TokenRange(), 10, "", Detail::contents);
    } catch (const Unavailable&) {
        again = true;
    }
    EXPECT_TRUE(again);
    const Schema schema = co_await table->describe();
    co_await table->provision(schema, false);
    const RowPage page = co_await table->rows(TokenRange(), 10, "", Detail::contents);
    EXPECT_EQ(page.rows.size(), 1U);
}

}  // namespace
}  // namespace duet
