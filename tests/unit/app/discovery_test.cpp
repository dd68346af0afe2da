#include "app/discovery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace duet::app {
namespace {

using testing::HasSubstr;

/// "shop.orders" each.
Inventory inventory(std::vector<std::string> keyspaces, const std::vector<std::string>& tables,
                    const std::vector<std::string>& indices) {
    Inventory all{.keyspaces = std::move(keyspaces), .tables = {}, .indices = {}, .views = {}};
    for (const std::string& table : tables) {
        const std::size_t dot = table.find('.');
        all.tables.push_back({table.substr(0, dot), table.substr(dot + 1), "", {}, false});
    }
    for (const std::string& index : indices) all.indices.push_back({index, ""});
    return all;
}

Config with(std::vector<PairRule> rules) {
    Config config;
    config.pairs = std::move(rules);
    return config;
}

PairRule rule(std::string keyspace, std::vector<std::string> tables = {"*"},
              std::string index = "{keyspace}.{table}") {
    return {std::move(keyspace), std::move(tables), std::move(index), {}};
}

std::vector<std::string> names(const std::vector<PairPlan>& plans) {
    std::vector<std::string> all;
    for (const PairPlan& plan : plans) all.push_back(plan.name);
    return all;
}

TEST(Discovery, a_table_and_the_index_of_its_name_are_one_pair) {
    const auto plans = plan_pairs({}, inventory({"shop"}, {"shop.orders"}, {"shop.orders"}));
    ASSERT_EQ(plans.size(), 1U);
    EXPECT_EQ(plans[0].name, "shop.orders");
    EXPECT_EQ(plans[0].index, "shop.orders");
    EXPECT_EQ(plans[0].problem, "");
    EXPECT_FALSE(plans[0].creates_table || plans[0].creates_index || plans[0].creates_keyspace);
}

TEST(Discovery, a_table_without_an_index_gets_one) {
    const auto plans = plan_pairs({}, inventory({"shop"}, {"shop.orders"}, {}));
    ASSERT_EQ(plans.size(), 1U);
    EXPECT_TRUE(plans[0].creates_index);
    EXPECT_FALSE(plans[0].creates_table);
}

TEST(Discovery, an_index_without_a_table_makes_one_in_a_keyspace_that_exists) {
    const auto plans = plan_pairs({}, inventory({"shop"}, {}, {"shop.orders"}));
    ASSERT_EQ(plans.size(), 1U);
    EXPECT_TRUE(plans[0].creates_table);
    EXPECT_FALSE(plans[0].creates_keyspace);
    EXPECT_EQ(plans[0].table, "orders");
    EXPECT_EQ(plans[0].problem, "");
}

TEST(Discovery, an_index_makes_no_keyspace_unless_a_rule_names_it) {
    const auto all = inventory({}, {}, {"shop.orders"});
    const auto unnamed = plan_pairs({}, all);
    ASSERT_EQ(unnamed.size(), 1U);
    EXPECT_THAT(unnamed[0].problem, HasSubstr("there is no keyspace shop"));

    const auto named = plan_pairs(with({rule("shop")}), all);
    ASSERT_EQ(named.size(), 1U);
    EXPECT_TRUE(named[0].creates_keyspace && named[0].creates_table);
    EXPECT_EQ(named[0].problem, "");
}

TEST(Discovery, an_index_of_another_name_is_left_out_and_named) {
    const auto plans = plan_pairs({}, inventory({"shop"}, {}, {"logs-2026"}));
    ASSERT_EQ(plans.size(), 1U);
    EXPECT_EQ(plans[0].name, "logs-2026");
    EXPECT_THAT(plans[0].problem, HasSubstr("not keyspace.table"));
}

TEST(Discovery, the_servers_own_keyspaces_are_not_paired) {
    const auto plans = plan_pairs(
        {}, inventory({"system", "duet", "shop"},
                      {"system.local", "duet.cursor", "system_auth.roles", "shop.a"}, {}));
    EXPECT_THAT(names(plans), testing::ElementsAre("shop.a"));
}

TEST(Discovery, an_index_named_after_an_own_keyspace_makes_no_table_there) {
    const auto plans = plan_pairs({}, inventory({"duet"}, {}, {"duet.cursor"}));
    ASSERT_EQ(plans.size(), 1U);
    EXPECT_THAT(plans[0].problem, HasSubstr("own"));
}

TEST(Discovery, what_a_server_says_against_a_table_or_an_index_is_the_reason) {
    Inventory all = inventory({"shop"}, {"shop.a", "shop.b"}, {"shop.b", ".hidden"});
    all.tables[0].problem = "its key is no uuid";
    all.indices[0].problem = "it is closed";
    all.indices[1].problem = "it is hidden";
    const auto plans = plan_pairs({}, all);
    ASSERT_EQ(plans.size(), 3U);
    EXPECT_EQ(plans[0].name, ".hidden");
    EXPECT_EQ(plans[0].problem, "it is hidden");
    EXPECT_EQ(plans[1].problem, "its key is no uuid");
    EXPECT_EQ(plans[2].problem, "it is closed");
}

TEST(Discovery, a_table_in_capitals_has_an_index_of_its_own) {
    const auto plans = plan_pairs({}, inventory({"shop"}, {"shop.Orders"}, {}));
    ASSERT_EQ(plans.size(), 1U);
    EXPECT_EQ(plans[0].problem, "");
    EXPECT_EQ(plans[0].index, "shop.~orders");
}

TEST(Discovery, an_index_that_is_called_as_a_view_is_left_out_and_named) {
    Inventory all = inventory({"shop"}, {"shop.products"}, {"shop.by_price"});
    all.views = {{"shop", "by_price", "products"}, {"shop", "by_name", "products"}};
    for (const Config& config : {with({}), with({rule("shop")}), with({rule("shop", {"by_*"})})}) {
        const auto plans = plan_pairs(config, all);
        ASSERT_FALSE(plans.empty());
        EXPECT_EQ(plans[0].name, "shop.by_price");
        EXPECT_THAT(plans[0].problem, HasSubstr("a materialized view of shop.products"));
        EXPECT_THAT(plans[0].problem, HasSubstr("tables = [\"*\", \"!by_price\"]"));
        EXPECT_THAT(names(plans), testing::Not(testing::Contains("shop.by_name")));
    }
    const auto without = plan_pairs(with({rule("shop", {"*", "!by_price"})}), all);
    EXPECT_THAT(names(without), testing::ElementsAre("shop.products"));
}

TEST(Discovery, a_rule_that_names_a_view_is_told_what_it_is) {
    Inventory all = inventory({"shop"}, {"shop.products"}, {});
    all.views = {{"shop", "by_price", "products"}};
    const auto plans = plan_pairs(with({rule("shop", {"products", "by_price"})}), all);
    ASSERT_THAT(names(plans), testing::ElementsAre("shop.by_price", "shop.products"));
    EXPECT_THAT(plans[0].problem, HasSubstr("a materialized view of shop.products"));
    EXPECT_EQ(plans[1].problem, "");
}

TEST(Discovery, two_names_that_would_collide_are_both_named) {
    const auto shared = plan_pairs(with({rule("shop", {"a"}, "one"), rule("shop", {"b"}, "one")}),
                                   inventory({"shop"}, {"shop.a", "shop.b"}, {}));
    ASSERT_EQ(shared.size(), 2U);
    EXPECT_THAT(shared[0].problem, HasSubstr("shop.a and shop.b"));
    EXPECT_THAT(shared[1].problem, HasSubstr("shop.a and shop.b"));
}

TEST(Discovery, a_name_that_elasticsearch_refuses_is_reported_with_its_remedy) {
    const auto plans = plan_pairs({}, inventory({"shop"}, {"shop.a_x20_b"}, {}));
    ASSERT_EQ(plans.size(), 1U);
    EXPECT_THAT(plans[0].problem, HasSubstr("or a blank"));
    EXPECT_THAT(plans[0].problem, HasSubstr("tables = [\"a_x20_b\"]"));
}

TEST(Discovery, a_name_too_long_for_cassandra_is_told) {
    const std::string index = "shop." + std::string(20, '-');
    const auto plans = plan_pairs({}, inventory({"shop"}, {}, {index}));
    ASSERT_EQ(plans.size(), 1U);
    EXPECT_THAT(plans[0].problem, HasSubstr("at most 48 characters"));
    EXPECT_THAT(plans[0].problem, HasSubstr(index));
}

TEST(Discovery, that_remedy_works) {
    const auto plans = plan_pairs(with({rule("shop", {"Orders"}, "shop.big_orders")}),
                                  inventory({"shop"}, {"shop.Orders", "shop.other"}, {}));
    ASSERT_EQ(plans.size(), 1U);
    EXPECT_EQ(plans[0].index, "shop.big_orders");
    EXPECT_EQ(plans[0].problem, "");
}

TEST(Discovery, a_fixed_index_name_finds_its_table_from_either_side) {
    const Config config = with({rule("shop", {"Orders"}, "big")});
    const auto plans = plan_pairs(config, inventory({"shop"}, {}, {"big"}));
    ASSERT_EQ(plans.size(), 1U);
    EXPECT_EQ(plans[0].name, "shop.Orders");
    EXPECT_TRUE(plans[0].creates_table);
}

TEST(Discovery, rules_choose_tables_by_globs) {
    const Config config = with({rule("shop", {"*", "!audit_*"})});
    const auto plans =
        plan_pairs(config, inventory({"shop", "web"}, {"shop.orders", "shop.audit_1", "web.hits"},
                                     {"shop.audit_2", "web.pages", "shop.carts"}));
    EXPECT_THAT(names(plans), testing::ElementsAre("shop.carts", "shop.orders"));
}

TEST(Discovery, two_tables_on_one_index_are_refused_and_both_named) {
    const Config config = with({rule("a", {"*"}, "all.{table}"), rule("b", {"*"}, "all.{table}")});
    const auto plans = plan_pairs(config, inventory({"a", "b"}, {"a.t", "b.t"}, {}));
    ASSERT_EQ(plans.size(), 2U);
    for (const PairPlan& plan : plans) {
        EXPECT_THAT(plan.problem, HasSubstr("index all.t would belong to a.t and b.t"));
    }
}

TEST(Discovery, one_table_on_two_indices_is_refused) {
    const Config config = with({rule("a"), rule("a", {"t"}, "other")});
    const auto plans = plan_pairs(config, inventory({"a"}, {"a.t", "a.u"}, {}));
    ASSERT_EQ(plans.size(), 3U);
    EXPECT_THAT(plans[0].problem, HasSubstr("table a.t would belong to a.t and other"));
    EXPECT_THAT(plans[1].problem, HasSubstr("table a.t would belong to a.t and other"));
    EXPECT_EQ(plans[2].problem, "");
}

TEST(Discovery, two_rules_that_agree_make_one_pair) {
    const Config config = with({rule("a"), rule("a", {"t*"})});
    const auto plans = plan_pairs(config, inventory({"a"}, {"a.t"}, {"a.t"}));
    ASSERT_EQ(plans.size(), 1U);
    EXPECT_EQ(plans[0].problem, "");
}

TEST(Discovery, one_direction_needs_its_source) {
    PairRule to_index = rule("shop");
    to_index.shape.direction = sync::Direction::to_elasticsearch;
    PairRule to_table = rule("shop");
    to_table.shape.direction = sync::Direction::to_cassandra;
    const Inventory both = inventory({"shop"}, {"shop.orders"}, {"shop.carts"});
    const auto from_tables = plan_pairs(with({to_index}), both);
    ASSERT_THAT(names(from_tables), testing::ElementsAre("shop.carts", "shop.orders"));
    EXPECT_THAT(from_tables[0].problem, HasSubstr("there is no table shop.carts"));
    EXPECT_EQ(from_tables[1].problem, "");
    const auto from_indices = plan_pairs(with({to_table}), both);
    EXPECT_EQ(from_indices[0].problem, "");
    EXPECT_THAT(from_indices[1].problem, HasSubstr("there is no index shop.orders"));
}

TEST(Discovery, two_rules_that_say_different_things_of_a_table_are_refused) {
    PairRule narrow = rule("shop", {"orders"});
    narrow.shape.columns = {"!secret"};
    const Inventory one = inventory({"shop"}, {"shop.orders"}, {});
    const auto plans = plan_pairs(with({rule("shop"), narrow}), one);
    ASSERT_EQ(plans.size(), 2U);
    EXPECT_THAT(plans[0].problem, HasSubstr("two [[pair]]"));
    EXPECT_THAT(plans[1].problem, HasSubstr("two [[pair]]"));
    EXPECT_EQ(plan_pairs(with({rule("shop"), rule("shop", {"orders"})}), one).size(), 1U);
}

TEST(Discovery, a_table_that_can_only_be_read_goes_one_way) {
    Inventory known = inventory({"shop"}, {"shop.hits"}, {"shop.hits"});
    known.tables[0].only_read = true;
    known.tables[0].notes = {"it holds counters"};
    const auto plans = plan_pairs({}, known);
    ASSERT_EQ(plans.size(), 1U);
    EXPECT_EQ(plans[0].problem, "");
    EXPECT_EQ(plans[0].notes, known.tables[0].notes);
    EXPECT_EQ(plans[0].shape.direction, sync::Direction::to_elasticsearch);
    PairRule back = rule("shop");
    back.shape.direction = sync::Direction::to_cassandra;
    const auto refused = plan_pairs(with({back}), known);
    ASSERT_EQ(refused.size(), 1U);
    EXPECT_THAT(refused[0].problem, HasSubstr("shop.hits can only be read"));
}

/// "shop.orders" as an alias of an index.
Inventory with_alias(Inventory all, std::string alias, std::string index) {
    all.indices.push_back({std::move(alias), "", std::move(index)});
    return all;
}

TEST(Discovery, an_alias_of_one_index_is_the_tables_index) {
    const auto plans =
        plan_pairs({}, with_alias(inventory({"shop"}, {"shop.orders"}, {"shop.orders-2", "other"}),
                                  "shop.orders", "shop.orders-2"));
    ASSERT_EQ(names(plans), (std::vector<std::string>{"other", "shop.orders", "shop.orders-2"}));
    EXPECT_EQ(plans[1].problem, "");
    EXPECT_EQ(plans[1].index, "shop.orders");
    EXPECT_EQ(plans[1].alias_of, "shop.orders-2");
    EXPECT_FALSE(plans[1].creates_table || plans[1].creates_index);
    EXPECT_EQ(plans[2].problem, "it is served by its alias shop.orders");
}

TEST(Discovery, an_alias_leads_to_a_table_as_an_index_does) {
    const auto plans = plan_pairs(
        {}, with_alias(inventory({"shop"}, {}, {"orders_v7"}), "shop.orders", "orders_v7"));
    ASSERT_EQ(names(plans), (std::vector<std::string>{"orders_v7", "shop.orders"}));
    EXPECT_EQ(plans[0].problem, "it is served by its alias shop.orders");
    EXPECT_EQ(plans[1].problem, "");
    EXPECT_TRUE(plans[1].creates_table);
}

TEST(Discovery, an_alias_for_other_uses_is_not_mentioned) {
    const auto plans = plan_pairs(
        {}, with_alias(inventory({"shop"}, {}, {"shop.orders"}), "everything", "shop.orders"));
    EXPECT_EQ(names(plans), (std::vector<std::string>{"shop.orders"}));
    EXPECT_EQ(plans[0].problem, "");
}

TEST(Discovery, two_tables_that_share_an_index_by_an_alias_are_refused) {
    const auto plans =
        plan_pairs({}, with_alias(inventory({"shop"}, {"shop.orders", "shop.old"}, {"shop.old"}),
                                  "shop.orders", "shop.old"));
    ASSERT_EQ(names(plans), (std::vector<std::string>{"shop.old", "shop.orders"}));
    for (const PairPlan& plan : plans)
        EXPECT_THAT(plan.problem, HasSubstr("index shop.old would belong to shop.old and "
                                            "shop.orders"));
}

}  // namespace
}  // namespace duet::app
