#include "stores/cassandra/pairing.hpp"

#include <gtest/gtest.h>

namespace duet::cassandra {
namespace {

RawTable plain() {
    RawTable table;
    table.keyspace = "shop";
    table.table = "orders";
    table.flags = {"compound"};
    table.columns = {
        {"note", "regular", "text"}, {"id", "partition_key", "uuid"}, {"amount", "regular", "int"}};
    return table;
}

std::string reason(const RawTable& table) { return interpret(table, UserTypes()).reason; }

TEST(Pairing, a_table_with_one_uuid_key_is_usable) {
    const TableInfo table = interpret(plain(), UserTypes());
    EXPECT_EQ(table.reason, "");
    EXPECT_EQ(table.key, Key());
    ASSERT_EQ(table.columns.size(), 2U);
    EXPECT_EQ(table.columns[0].name, "amount");
    EXPECT_EQ(table.columns[1].name, "note");
}

TEST(Pairing, the_key_has_its_columns_in_the_order_of_the_key) {
    RawTable table = plain();
    table.columns = {{"a", "clustering", "int", 1},
                     {"b", "clustering", "timestamp", 0},
                     {"c", "partition_key", "text", 1},
                     {"d", "partition_key", "frozen<list<int>>", 0}};
    const TableInfo info = interpret(table, UserTypes());
    EXPECT_EQ(info.reason, "");
    EXPECT_EQ(info.key.shape(), "d (frozen<list<int>>) ~ c (text) ~ b (timestamp) ~ a (int)");
    EXPECT_FALSE(info.key.columns()[1].clustering);
    EXPECT_TRUE(info.key.columns()[2].clustering);
}

TEST(Pairing, a_key_of_an_unknown_type_is_named) {
    RawTable table = plain();
    table.columns[1].type = "'com.example.Special'";
    EXPECT_NE(reason(table).find("key column id of type 'com.example.Special'"), std::string::npos);
}

TEST(Pairing, compact_storage_has_a_remedy) {
    RawTable table = plain();
    table.flags.clear();
    table.columns = {{"id", "partition_key", "uuid"},
                     {"column1", "clustering", "text"},
                     {"value", "regular", "blob"},
                     {"a", "static", "int"}};
    EXPECT_NE(reason(table).find("DROP COMPACT STORAGE"), std::string::npos);
}

TEST(Pairing, counters_and_static_columns_are_read_and_said_to_be_only_read) {
    RawTable counters = plain();
    counters.columns = {{"id", "partition_key", "uuid"}, {"hits", "regular", "counter"}};
    const TableInfo counted = interpret(counters, UserTypes());
    EXPECT_EQ(counted.reason, "");
    EXPECT_TRUE(counted.counters);
    ASSERT_EQ(counted.notes.size(), 1U);
    EXPECT_NE(counted.notes[0].find("shop.orders holds counters"), std::string::npos);

    RawTable statics = plain();
    statics.columns.push_back({"a_static", "static", "int"});
    statics.columns.push_back({"line", "clustering", "int"});
    const TableInfo info = interpret(statics, UserTypes());
    EXPECT_EQ(info.statics, std::vector<std::string>{"a_static"});
    EXPECT_EQ(info.columns[0].name, "a_static");
    ASSERT_EQ(info.notes.size(), 1U);
    EXPECT_NE(info.notes[0].find("shop.orders (a_static)"), std::string::npos);
}

TEST(Pairing, a_default_ttl_is_noted) {
    RawTable table = plain();
    table.default_ttl = 60;
    const TableInfo info = interpret(table, UserTypes());
    EXPECT_EQ(info.reason, "");
    ASSERT_EQ(info.notes.size(), 1U);
    EXPECT_NE(info.notes[0].find("end after 60 s by default"), std::string::npos);
}

TEST(Pairing, a_column_of_an_unknown_type_is_named_and_the_others_stay) {
    RawTable table = plain();
    table.columns[0].type = "'com.example.Special'";
    const TableInfo info = interpret(table, UserTypes());
    EXPECT_EQ(info.reason, "");
    EXPECT_EQ(info.columns.size(), 1U);
    ASSERT_EQ(info.notes.size(), 1U);
    EXPECT_NE(info.notes[0].find("note"), std::string::npos);
}

TEST(Pairing, a_dropped_column_that_is_back_is_not_dropped) {
    RawTable table = plain();
    table.dropped = {"note", "gone"};
    EXPECT_EQ(interpret(table, UserTypes()).dropped, std::vector<std::string>{"gone"});
}

TEST(Pairing, user_types_may_use_each_other_in_any_order) {
    const UserTypes types = resolve_types({{"outer", {"inner"}, {"frozen<inner>"}},
                                           {"inner", {"n"}, {"int"}},
                                           {"strange", {"x"}, {"nonsense"}}});
    ASSERT_TRUE(types.contains("outer"));
    EXPECT_EQ(types.find("outer")->second.elements[0].field_names, std::vector<std::string>{"n"});
    EXPECT_FALSE(types.contains("strange"));
}

TEST(Pairing, the_servers_keyspaces_and_duets_are_nobodys) {
    for (const char* name : {"system", "system_schema", "system_views", "duet"}) {
        EXPECT_TRUE(is_internal_keyspace(name)) << name;
    }
    EXPECT_FALSE(is_internal_keyspace("systematic"));
    EXPECT_TRUE(is_internal_keyspace("notes", "notes"));
}

}  // namespace
}  // namespace duet::cassandra
