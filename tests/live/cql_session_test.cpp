// The client against a real Cassandra.

#include <random>

#include "cql/token.hpp"
#include "live/cql_live.hpp"

namespace duet::cql {
namespace {

Bound bound(ByteView bytes) { return {Bound::Kind::value, {bytes.begin(), bytes.end()}}; }

Bound bound_int(std::int32_t value) {
    Bound result;
    result.kind = Bound::Kind::value;
    append_big(result.bytes, value);
    return result;
}

std::int64_t load_long(const Rows& rows, std::size_t row, std::size_t column) {
    return load_big<std::int64_t>(rows.cell(row, column).value().data());
}

Task<void> tokens_equal_the_servers(std::string keyspace) {
    Session session(live::cassandra_options());
    co_await live::make_keyspace(session, keyspace);
    co_await session.query("CREATE TABLE " + keyspace + ".t (k blob PRIMARY KEY)");
    const PreparedPtr insert =
        co_await session.prepare("INSERT INTO " + keyspace + ".t (k) VALUES (?)");
    std::mt19937 random(4711);
    for (std::size_t size = 1; size <= 300; ++size) {
        Bytes key(1 + size % 70);
        for (std::uint8_t& byte : key) byte = static_cast<std::uint8_t>(random());
        std::vector<Bound> values;
        values.push_back(bound(key));
        co_await session.execute(insert, std::move(values));
    }
    const Rows rows = co_await session.query("SELECT k, token(k) FROM " + keyspace + ".t");
    EXPECT_GE(rows.size(), 290U);
    for (std::size_t row = 0; row < rows.size(); ++row) {
        EXPECT_EQ(murmur3_token(*rows.cell(row, 0)), load_long(rows, row, 1))
            << to_hex(*rows.cell(row, 0));
    }
    co_await live::drop_keyspace(session, keyspace);
}
TEST(LiveSession, tokens_equal_the_servers) {
    live::run(tokens_equal_the_servers("duet_cql_token"));
}

Task<void> every_row_comes_once_over_all_pages(std::string keyspace) {
    constexpr std::int32_t count = 5'000;
    Session session(live::cassandra_options());
    co_await live::make_keyspace(session, keyspace);
    co_await session.query("CREATE TABLE " + keyspace + ".t (k int PRIMARY KEY, v text)");
    const PreparedPtr insert =
        co_await session.prepare("INSERT INTO " + keyspace + ".t (k, v) VALUES (?, ?)");
    const std::string text(100, 'v');
    for (std::int32_t first = 0; first < count; first += 100) {
        std::vector<BatchItem> items;
        for (std::int32_t k = first; k < first + 100; ++k) {
            items.push_back({insert, {bound_int(k), bound(as_bytes(text))}});
        }
        RequestOptions options;
        options.timestamp = 1'000'000 + first;
        co_await session.batch(std::move(items), std::move(options));
    }
    const PreparedPtr select =
        co_await session.prepare("SELECT k, v, writetime(v) FROM " + keyspace + ".t");
    RequestOptions options;
    options.page_size = 700;
    const std::vector<Bound> none;
    std::vector<int> seen(count, 0);
    int pages = 0;
    do {
        const Rows rows = co_await session.execute(select, none, options);
        ++pages;
        for (std::size_t row = 0; row < rows.size(); ++row) {
            const auto k = load_big<std::int32_t>(rows.cell(row, 0).value().data());
            ++seen.at(static_cast<std::size_t>(k));
            EXPECT_EQ(as_text(rows.cell(row, 1).value()), text);
            EXPECT_EQ(load_long(rows, row, 2), 1'000'000 + k / 100 * 100);
        }
        options.paging_state = rows.paging_state;
    } while (!options.paging_state.empty());
    EXPECT_EQ(seen, std::vector<int>(count, 1));
    EXPECT_GE(pages, count / 700);
    co_await live::drop_keyspace(session, keyspace);
}
TEST(LiveSession, every_row_comes_once_over_all_pages) {
    live::run(every_row_comes_once_over_all_pages("duet_cql_pages"));
}

Task<void> a_new_column_appears_in_a_prepared_select(std::string keyspace) {
    Session session(live::cassandra_options());
    co_await live::make_keyspace(session, keyspace);
    co_await session.query("CREATE TABLE " + keyspace + ".t (k int PRIMARY KEY, a int)");
    co_await session.query("INSERT INTO " + keyspace + ".t (k, a) VALUES (1, 2)");
    const PreparedPtr select = co_await session.prepare("SELECT * FROM " + keyspace + ".t");
    const std::vector<Bound> none;
    const Rows before = co_await session.execute(select, none);
    EXPECT_EQ(before.columns.size(), 2U);
    co_await session.query("ALTER TABLE " + keyspace + ".t ADD b int");
    co_await session.await_schema_agreement();
    co_await session.query("UPDATE " + keyspace + ".t SET b = 3 WHERE k = 1");
    for (int i = 0; i < 2; ++i) {
        const Rows after = co_await session.execute(select, none);
        EXPECT_EQ(after.columns.size(), 3U);
        EXPECT_EQ(after.columns.at(2).name, "b");
        EXPECT_EQ(load_big<std::int32_t>(after.cell(0, 2).value().data()), 3);
    }
    co_await live::drop_keyspace(session, keyspace);
}
TEST(LiveSession, a_new_column_appears_in_a_prepared_select) {
    live::run(a_new_column_appears_in_a_prepared_select("duet_cql_alter"));
}

Task<void> unset_leaves_a_column_alone_and_null_clears_it(std::string keyspace) {
    Session session(live::cassandra_options());
    co_await live::make_keyspace(session, keyspace);
    co_await session.query("CREATE TABLE " + keyspace + ".t (k int PRIMARY KEY, a int, b int)");
    const PreparedPtr insert =
        co_await session.prepare("INSERT INTO " + keyspace + ".t (k, a, b) VALUES (?, ?, ?)");
    std::vector<Bound> all = {bound_int(1), bound_int(2), bound_int(3)};
    co_await session.execute(insert, std::move(all));
    std::vector<Bound> some = {bound_int(1), Bound{Bound::Kind::unset, {}}, Bound{}};
    co_await session.execute(insert, std::move(some));
    const Rows rows = co_await session.query("SELECT a, b FROM " + keyspace + ".t");
    EXPECT_EQ(load_big<std::int32_t>(rows.cell(0, 0).value().data()), 2);
    EXPECT_FALSE(rows.cell(0, 1).has_value());
    co_await live::drop_keyspace(session, keyspace);
}
TEST(LiveSession, unset_leaves_a_column_alone_and_null_clears_it) {
    live::run(unset_leaves_a_column_alone_and_null_clears_it("duet_cql_unset"));
}

Task<void> a_conditional_write_tells_what_it_met(std::string keyspace) {
    Session session(live::cassandra_options());
    co_await live::make_keyspace(session, keyspace);
    co_await session.query("CREATE TABLE " + keyspace + ".t (k int PRIMARY KEY, a int)");
    const PreparedPtr insert = co_await session.prepare("INSERT INTO " + keyspace +
                                                        ".t (k, a) VALUES (?, ?) IF NOT EXISTS");
    RequestOptions options;
    options.idempotent = false;
    // Three times: the columns of the answer differ between applied and not, and must not be mixed
    // up.
    for (int i = 0; i < 3; ++i) {
        std::vector<Bound> values = {bound_int(1), bound_int(10 + i)};
        const Rows rows = co_await session.execute(insert, std::move(values), options);
        EXPECT_EQ(rows.columns.at(0).name, "[applied]");
        EXPECT_EQ(rows.columns.size(), i == 0 ? 1U : 3U);
        EXPECT_EQ(rows.cell(0, 0).value()[0], i == 0 ? 1 : 0);
    }
    co_await live::drop_keyspace(session, keyspace);
}
TEST(LiveSession, a_conditional_write_tells_what_it_met) {
    live::run(a_conditional_write_tells_what_it_met("duet_cql_lwt"));
}

Task<void> refusals_of_the_server_are_query_errors(std::string keyspace) {
    Session session(live::cassandra_options());
    co_await live::make_keyspace(session, keyspace);
    std::int32_t code = 0;
    try {
        co_await session.query("SELECT * FROM " + keyspace + ".nothing");
    } catch (const QueryError& error) {
        code = error.code();
    }
    EXPECT_EQ(code, 0x2200);
    bool misconfigured = false;
    try {
        co_await session.query("SELECT * FROM duet_cql_no_such_keyspace.t");
    } catch (const Misconfigured&) {
        misconfigured = true;
    }
    EXPECT_TRUE(misconfigured);
    co_await live::drop_keyspace(session, keyspace);
}
TEST(LiveSession, refusals_of_the_server_are_query_errors) {
    live::run(refusals_of_the_server_are_query_errors("duet_cql_errors"));
}

}  // namespace
}  // namespace duet::cql
