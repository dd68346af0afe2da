#include "stores/cassandra/statements.hpp"

#include <gmock/gmock.h>
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
    layout.key = Key();
    layout.columns = {{"a\"b", typed("int"), true, true},
                      {"gone", typed("int"), false, false},
                      {"tags", typed("set<text>"), true, true}};
    layout.version = LayoutColumn{"updated_at", typed("timestamp"), true, true};
    return layout;
}

Layout clustered() {
    Layout layout;
    layout.keyspace = "iot";
    layout.table = "readings";
    layout.key = Key({{"Site", typed("text"), false},
                      {"sensor", typed("int"), false},
                      {"at", typed("timestamp"), true},
                      {"n", typed("int"), true}});
    layout.columns = {{"v", typed("int"), true, true}, {"s", typed("int"), true, true, true}};
    layout.hashes = true;
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
    EXPECT_EQ(select_by_token(old, Detail::contents).find("maxwritetime"), std::string::npos);
    EXPECT_NE(select_by_token(old, Detail::contents).find("\"tags\" FROM"), std::string::npos);
}

TEST(Statements, of_versions_alone_the_write_times_are_read) {
    EXPECT_EQ(select_by_token(layout(), Detail::versions),
              "SELECT \"id\", \"updated_at\", writetime(\"updated_at\"), ttl(\"updated_at\"), "
              "writetime(\"a\"\"b\"), maxwritetime(\"tags\") FROM \"shop\".\"Orders\" "
              "WHERE token(\"id\") > ? AND token(\"id\") <= ?");
    EXPECT_EQ(select_by_token(clustered(), Detail::versions).find("\"s\""), std::string::npos)
        << "a static column is no part of a row's version";
}

TEST(Statements, a_row_is_written_with_its_version_and_a_timestamp) {
    EXPECT_EQ(insert_row(layout()),
              "INSERT INTO \"shop\".\"Orders\" (\"id\", \"a\"\"b\", \"tags\", \"updated_at\") "
              "VALUES (?, ?, ?, ?) USING TIMESTAMP ? AND TTL ?");
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

TEST(Statements, rows_of_a_partition_are_asked_for_by_their_clustering_columns) {
    EXPECT_EQ(select_by_keys(clustered()),
              "SELECT \"Site\", \"sensor\", \"at\", \"n\", "
              "\"v\", writetime(\"v\"), ttl(\"v\"), \"s\", writetime(\"s\"), ttl(\"s\") "
              "FROM \"iot\".\"readings\" WHERE \"Site\" = ? AND \"sensor\" = ? "
              "AND (\"at\", \"n\") IN ?");
    Layout wide = clustered();
    wide.key = Key({{"a", typed("text"), false}, {"b", typed("text"), false}});
    EXPECT_TRUE(select_by_keys(wide).ends_with("WHERE \"a\" = ? AND \"b\" = ?"));
}

TEST(Statements, static_columns_are_not_written) {
    EXPECT_EQ(insert_row(clustered()),
              "INSERT INTO \"iot\".\"readings\" (\"Site\", \"sensor\", \"at\", \"n\", \"v\") "
              "VALUES (?, ?, ?, ?, ?) USING TIMESTAMP ? AND TTL ?");
}

TEST(Statements, a_digest_tells_the_rows_of_a_partition_apart) {
    const std::string token = "token(\"Site\", \"sensor\")";
    const std::string query = digest_queries(clustered())[0];
    EXPECT_TRUE(query.starts_with("SELECT count(\"n\"), sum(" + token +
                                  " * cast(blob_as_varint(mask_hash(\"at\")) AS bigint)"
                                  " * cast(blob_as_varint(mask_hash(\"n\")) AS bigint)), min(" +
                                  token + "), max(" + token + "), count(\"v\")"))
        << query;
    Layout old = clustered();
    old.hashes = false;
    EXPECT_EQ(digest_queries(old)[0].find("mask_hash"), std::string::npos);
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
    Schema schema;
    schema.columns = {{"n", typed("list<list<int>>")}};
    EXPECT_EQ(create_table("shop", "orders", schema, "updated_at"),
              "CREATE TABLE IF NOT EXISTS \"shop\".\"orders\" (\"id\" uuid, "
              "\"n\" list<frozen<list<int>>>, \"updated_at\" timestamp, PRIMARY KEY ((\"id\"))) "
              "WITH comment = 'made by Duet'");
    EXPECT_EQ(add_columns("shop", "orders", schema.columns),
              "ALTER TABLE \"shop\".\"orders\" ADD (\"n\" list<frozen<list<int>>>)");
}

TEST(Statements, a_table_is_made_with_the_key_it_had_or_a_uuid_by_a_free_name) {
    Schema schema;
    schema.columns = {{"id", typed("text")}};
    EXPECT_THAT(create_table("shop", "orders", schema, "updated_at"),
                testing::HasSubstr("(\"_id\" uuid, \"id\" text, \"updated_at\" timestamp, PRIMARY "
                                   "KEY ((\"_id\")))"));
    schema.key = Key({{"sensor", typed("text"), false},
                      {"day", typed("date"), false},
                      {"at", typed("timestamp"), true}});
    schema.columns = {{"value", typed("double")}};
    EXPECT_THAT(create_table("shop", "readings", schema, "updated_at"),
                testing::HasSubstr("(\"sensor\" text, \"day\" date, \"at\" timestamp, \"value\" "
                                   "double, \"updated_at\" timestamp, PRIMARY KEY ((\"sensor\", "
                                   "\"day\"), \"at\"))"));
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
