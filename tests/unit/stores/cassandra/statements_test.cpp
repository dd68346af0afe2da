#include "stores/cassandra/statements.hpp"

#include <gtest/gtest.h>

#include "stores/cassandra/agreements.hpp"
#include "stores/cassandra/types.hpp"

namespace duet::cassandra {
namespace {

Type typed(const char* cql) { return *parse_type(cql, UserTypes()); }

Layout layout() {
    Layout layout;
    layout.keyspace = "shop";
    layout.table = "Orders";
    layout.key = "id";
    layout.columns = {{"a\"b", typed("int"), true, true},
                      {"gone", typed("int"), false, false},
                      {"tags", typed("set<text>"), true, true}};
    layout.version = LayoutColumn{"updated_at", typed("timestamp"), true, true};
    return layout;
}

TEST(Statements, identifiers_are_quoted_and_their_quotes_doubled) {
    EXPECT_EQ(quoted("a\"b"), "\"a\"\"b\"");
    EXPECT_EQ(literal("o'clock"), "'o''clock'");
    EXPECT_EQ(table_name("shop", "Orders"), "\"shop\".\"Orders\"");
}

TEST(Statements, a_row_is_read_with_times_and_ttls_of_the_columns_that_are_there) {
    EXPECT_EQ(select_by_keys(layout()),
              "SELECT \"id\", \"updated_at\", writetime(\"updated_at\"), ttl(\"updated_at\"), "
              "\"a\"\"b\", writetime(\"a\"\"b\"), ttl(\"a\"\"b\"), "
              "\"tags\", maxwritetime(\"tags\"), ttl(\"tags\") "
              "FROM \"shop\".\"Orders\" WHERE \"id\" IN ?");
}

TEST(Statements, an_untimed_column_is_read_without_its_times) {
    Layout old = layout();
    old.columns[2].timed = false;
    EXPECT_EQ(select_by_token(old).find("maxwritetime"), std::string::npos);
    EXPECT_NE(select_by_token(old).find("\"tags\" FROM"), std::string::npos);
}

TEST(Statements, a_row_is_written_with_its_version_and_a_timestamp) {
    EXPECT_EQ(insert_row(layout()),
              "INSERT INTO \"shop\".\"Orders\" (\"id\", \"a\"\"b\", \"tags\", \"updated_at\") "
              "VALUES (?, ?, ?, ?) USING TIMESTAMP ?");
}

TEST(Statements, a_digest_counts_and_sums_each_column) {
    const std::vector<std::string> queries = digest_queries(layout());
    ASSERT_EQ(queries.size(), 1U);
    EXPECT_EQ(queries[0],
              "SELECT count(*), sum(token(\"id\")), "
              "count(\"a\"\"b\"), sum(writetime(\"a\"\"b\") * token(\"id\")), "
              "sum(cast(collection_count(\"tags\") AS bigint)), "
              "sum(maxwritetime(\"tags\") * token(\"id\")), "
              "count(\"updated_at\"), sum(writetime(\"updated_at\") * token(\"id\")) "
              "FROM \"shop\".\"Orders\" WHERE token(\"id\") > ? AND token(\"id\") <= ?");
}

TEST(Statements, a_digest_of_many_columns_is_several_queries) {
    Layout wide = layout();
    wide.columns.assign(100, {"c", typed("int"), true, true});
    EXPECT_EQ(digest_queries(wide).size(), 4U);
    wide.columns.clear();
    wide.version.reset();
    EXPECT_EQ(digest_queries(wide).size(), 1U);
}

TEST(Statements, a_table_is_made_with_frozen_insides_and_a_version) {
    const std::vector<Column> columns{{"n", typed("list<list<int>>")}};
    EXPECT_EQ(
        create_table("shop", "orders", "id", columns, "updated_at"),
        "CREATE TABLE IF NOT EXISTS \"shop\".\"orders\" (\"id\" uuid PRIMARY KEY, "
        "\"n\" list<frozen<list<int>>>, \"updated_at\" timestamp) WITH comment = 'made by Duet'");
    EXPECT_EQ(add_columns("shop", "orders", columns),
              "ALTER TABLE \"shop\".\"orders\" ADD (\"n\" list<frozen<list<int>>>)");
}

TEST(Statements, a_row_is_deleted_as_of_a_time) {
    EXPECT_EQ(delete_row(layout()),
              "DELETE FROM \"shop\".\"Orders\" USING TIMESTAMP ? WHERE \"id\" = ?");
}

TEST(Agreements, a_bucket_is_a_256th_of_the_ring_in_its_order) {
    EXPECT_EQ(bucket_of(INT64_MIN), 0);
    EXPECT_EQ(bucket_of(-1), 127);
    EXPECT_EQ(bucket_of(0), 128);
    EXPECT_EQ(bucket_of(INT64_MAX), 255);
}

}  // namespace
}  // namespace duet::cassandra
