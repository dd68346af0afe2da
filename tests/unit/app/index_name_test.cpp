#include "app/index_name.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace duet::app {
namespace {

using testing::HasSubstr;

constexpr std::string_view standard = "{keyspace}.{table}";

TEST(IndexName, joins_keyspace_and_table) {
    EXPECT_EQ(index_name(standard, {"shop", "orders"}), "shop.orders");
}

TEST(IndexName, leads_back_to_its_table) {
    EXPECT_EQ(table_name(standard, "shop.orders", {}), (TableName{"shop", "orders"}));
    EXPECT_EQ(table_name("search-{table}-{keyspace}", "search-orders-shop", {}),
              (TableName{"shop", "orders"}));
}

TEST(IndexName, leads_to_no_table_where_it_does_not_fit_the_pattern) {
    for (const char* index : {"orders", "shop.", ".orders", "sh-op.orders", ""}) {
        EXPECT_EQ(table_name(standard, index, {}), std::nullopt) << index;
    }
}

TEST(IndexName, of_a_name_in_other_letters_leads_back_to_it) {
    for (const TableName& name : {TableName{"Shop", "OrderLines"}, TableName{"_shop", "_orders"},
                                  TableName{"shop", "logs_x2d_2026_x2e_11"}}) {
        const std::string index = index_name(standard, name);
        EXPECT_EQ(table_name(standard, index, {}), name) << index;
        EXPECT_EQ(table_name(standard, index, {name.keyspace, ""}), name) << index;
    }
    EXPECT_EQ(index_name(standard, {"Shop", "OrderLines"}), "~shop.~order~lines");
    EXPECT_EQ(index_name(standard, {"_shop", "_orders"}), "~_shop._orders");
}

TEST(IndexName, that_is_no_tables_leads_to_an_escaped_one) {
    EXPECT_EQ(table_name("{table}", "logs-2026.11", {"web", ""}),
              (TableName{"web", "logs_x2d_2026_x2e_11"}));
    EXPECT_EQ(table_name(standard, "shop.orders.2026", {}), (TableName{"shop", "orders_x2e_2026"}));
    EXPECT_EQ(table_name("{table}-{keyspace}", "logs-2026-shop", {}),
              (TableName{"shop", "logs_x2d_2026"}));
}

TEST(IndexName, that_could_mean_two_tables_leads_to_none) {
    EXPECT_EQ(table_name("{keyspace}_{table}", "web_shop_orders", {}), std::nullopt);
    EXPECT_EQ(table_name("{keyspace}_{table}", "shop_orders", {}), (TableName{"shop", "orders"}));
}

TEST(IndexName, a_given_keyspace_is_the_only_one) {
    EXPECT_EQ(table_name("{keyspace}_{table}", "web_shop_orders", {"web", ""}),
              (TableName{"web", "shop_orders"}));
    EXPECT_EQ(table_name(standard, "shop.orders", {"web", ""}), std::nullopt);
    EXPECT_EQ(table_name("s-{table}", "s-orders", {"web", ""}), (TableName{"web", "orders"}));
}

TEST(IndexName, a_fixed_name_serves_its_one_table) {
    EXPECT_EQ(table_name("search", "search", {"shop", "Orders"}), (TableName{"shop", "Orders"}));
    EXPECT_EQ(table_name("search", "other", {"shop", "Orders"}), std::nullopt);
}

TEST(PatternProblem, wants_a_name_that_elasticsearch_takes) {
    EXPECT_THAT(pattern_problem("Shop.{table}", false).value_or(""), HasSubstr("upper-case"));
    EXPECT_EQ(pattern_problem("_{table}", false), std::nullopt) << "it becomes ~_";
    EXPECT_THAT(pattern_problem(".{table}", false).value_or(""), HasSubstr("servers' own"));
}

TEST(PatternProblem, asks_for_a_table_where_there_are_several) {
    EXPECT_THAT(pattern_problem("search", false).value_or(""), HasSubstr("{table}"));
    EXPECT_EQ(pattern_problem("search", true), std::nullopt);
}

TEST(PatternProblem, knows_two_marks_only) {
    EXPECT_THAT(pattern_problem("{cluster}.{table}", false).value_or(""), HasSubstr("braces"));
    EXPECT_THAT(pattern_problem("{table}.{table}", false).value_or(""), HasSubstr("once"));
    EXPECT_EQ(pattern_problem("{keyspace}.{table}", false), std::nullopt);
}

TEST(PatternProblem, wants_the_marks_apart) {
    EXPECT_THAT(pattern_problem("{keyspace}{table}", false).value_or(""), HasSubstr("between"));
}

}  // namespace
}  // namespace duet::app
