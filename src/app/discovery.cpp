#include "app/discovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <tuple>

#include "app/glob.hpp"
#include "app/index_name.hpp"
#include "stores/cassandra/catalog.hpp"
#include "stores/elasticsearch/catalog.hpp"

namespace duet::app {

namespace {

/// What both servers have, found by name.
struct Known {
    explicit Known(const Inventory& inventory)
        : keyspaces(inventory.keyspaces.begin(), inventory.keyspaces.end()) {
        for (const KnownTable& table : inventory.tables) {
            tables.emplace(table.keyspace + "." + table.table, &table);
        }
        for (const KnownIndex& index : inventory.indices) indices.emplace(index.name, &index);
        for (const KnownView& view : inventory.views)
            views.emplace(view.keyspace + "." + view.view, &view);
    }

    std::set<std::string> keyspaces;
    std::map<std::string, const KnownTable*> tables;
    std::map<std::string, const KnownIndex*> indices;
    std::map<std::string, const KnownView*> views;
};

constexpr std::size_t cql_name_limit = 48;  // Cassandra's own

std::string first_of(const std::string& one, const std::string& other) {
    return one.empty() ? other : one;
}

/// What the table is like, and that one which is only read has one direction.
void follow_table(const KnownTable& table, PairPlan& plan) {
    plan.notes = table.notes;
    if (!table.only_read) return;
    if (plan.shape.direction == sync::Direction::to_cassandra) {
        plan.problem = fmt::format(
            "table {} can only be read, and its [[pair]] goes to_cassandra: take the direction "
            "away, or leave the table out",
            plan.name);
    }
    plan.shape.direction = sync::Direction::to_elasticsearch;
}

/// Empty: no view has the name of the table that would be made.
std::string problem_of_view(const PairPlan& plan, const Known& known) {
    const auto view = known.views.find(plan.name);
    if (view == known.views.end()) return {};
    std::string problem = fmt::format(
        "{0} is a materialized view of {1}.{2}, which Cassandra alone writes: leave it out: "
        "tables = [\"*\", \"!{3}\"]",
        plan.name, view->second->keyspace, view->second->table, view->second->view);
    if (!plan.creates_index) problem += fmt::format(", or give index {} another name", plan.index);
    return problem;
}

/// What both servers say about this table and this index.
PairPlan plan_for(const TableName& name, const std::string& index, const Known& known,
                  const Shape& shape) {
    PairPlan plan{.name = name.keyspace + "." + name.table,
                  .keyspace = name.keyspace,
                  .table = name.table,
                  .index = index,
                  .shape = shape};
    const auto table_at = known.tables.find(plan.name);
    const auto index_at = known.indices.find(index);
    plan.creates_keyspace = !known.keyspaces.contains(name.keyspace);
    plan.creates_table = table_at == known.tables.end();
    plan.creates_index = index_at == known.indices.end();
    if (!plan.creates_index) plan.alias_of = index_at->second->stands_for;
    if (!plan.creates_table) follow_table(*table_at->second, plan);
    const std::string of_table =
        plan.creates_table ? problem_of_view(plan, known) : table_at->second->problem;
    const std::string of_index = plan.creates_index ? "" : index_at->second->problem;
    plan.problem = first_of(first_of(of_table, of_index), plan.problem);
    if (plan.problem.empty() && plan.creates_table && name.table.size() > cql_name_limit) {
        plan.problem = fmt::format(
            "its table would be called {}, and Cassandra takes names of at most {} characters; "
            "name its table in a [[pair]]: keyspace = \"{}\", tables = [\"one table\"], "
            "index = \"{}\"",
            name.table, cql_name_limit, name.keyspace, index);
    }
    if (!plan.problem.empty() || !plan.creates_index) return plan;
    if (const auto problem = elasticsearch::index_name_problem(index)) {
        plan.problem = fmt::format(
            "{}; name its index in a [[pair]]: keyspace = \"{}\", tables = [\"{}\"], "
            "index = \"{}\"",
            *problem, name.keyspace, name.table, "a name in lower case");
    }
    return plan;
}

PairPlan index_left_out(const std::string& index, std::string problem) {
    PairPlan plan;
    plan.name = index;
    plan.index = index;
    plan.problem = std::move(problem);
    return plan;
}

/// No [[pair]]: every keyspace that is not the servers' own, and every index named after one.
void plan_everything(const Config& config, const Inventory& inventory, const Known& known,
                     std::vector<PairPlan>& plans) {
    const std::string pattern = PairRule{}.index;
    std::set<std::string> taken;
    for (const KnownTable& table : inventory.tables) {
        if (cassandra::is_internal_keyspace(table.keyspace, config.state.keyspace)) continue;
        const TableName name{table.keyspace, table.table};
        plans.push_back(plan_for(name, index_name(pattern, name), known, {}));
        taken.insert(plans.back().index);
    }
    for (const KnownIndex& index : inventory.indices) {
        if (taken.contains(index.name)) continue;
        const auto name = table_name(pattern, index.name, {});
        if (!index.stands_for.empty() && !name) continue;  // an alias of other uses
        if (!index.problem.empty()) {
            plans.push_back(index_left_out(index.name, index.problem));
        } else if (!name) {
            plans.push_back(
                index_left_out(index.name,
                               "its name is not keyspace.table; name it in a [[pair]]: keyspace, "
                               "tables = [\"one table\"], index = \"" +
                                   index.name + "\""));
        } else if (cassandra::is_internal_keyspace(name->keyspace, config.state.keyspace)) {
            plans.push_back(index_left_out(
                index.name, "keyspace " + name->keyspace + " is Cassandra's or Duet's own"));
        } else if (!known.keyspaces.contains(name->keyspace)) {
            plans.push_back(index_left_out(
                index.name, fmt::format("there is no keyspace {0}: create it, or name it in a "
                                        "[[pair]]: keyspace = \"{0}\"",
                                        name->keyspace)));
        } else {
            plans.push_back(plan_for(*name, index.name, known, {}));
        }
    }
}

/// One direction: the source must be there.
void check_source(PairPlan& plan) {
    if (!plan.problem.empty()) return;
    if (plan.shape.direction == sync::Direction::to_elasticsearch && plan.creates_table) {
        plan.problem = fmt::format(
            "there is no table {}, and its [[pair]] goes to_elasticsearch only: create the table, "
            "or take the direction away",
            plan.name);
    }
    if (plan.shape.direction == sync::Direction::to_cassandra && plan.creates_index) {
        plan.problem = fmt::format(
            "there is no index {}, and its [[pair]] goes to_cassandra only: create the index, or "
            "take the direction away",
            plan.index);
    }
}

void plan_rule(const PairRule& rule, const Inventory& inventory, const Known& known,
               std::vector<PairPlan>& plans) {
    const bool one_table = rule.tables.size() == 1 && is_literal(rule.tables.front());
    const TableName given{rule.keyspace, one_table ? rule.tables.front() : ""};
    const auto add = [&](PairPlan plan) {
        check_source(plan);
        plans.push_back(std::move(plan));
    };
    for (const KnownTable& table : inventory.tables) {
        if (table.keyspace != rule.keyspace || !chosen(rule.tables, table.table)) continue;
        const TableName name{table.keyspace, table.table};
        add(plan_for(name, index_name(rule.index, name), known, rule.shape));
    }
    for (const KnownView& view : inventory.views) {
        const bool named = std::ranges::find(rule.tables, view.view) != rule.tables.end();
        if (view.keyspace != rule.keyspace || !named) continue;
        const TableName name{view.keyspace, view.view};
        add(plan_for(name, index_name(rule.index, name), known, rule.shape));
    }
    for (const KnownIndex& index : inventory.indices) {
        const auto name = table_name(rule.index, index.name, given);
        if (name && chosen(rule.tables, name->table))
            add(plan_for(*name, index.name, known, rule.shape));
    }
}

/// An index behind an alias that is paired is no pair of its own; where its name leads to a table
/// that is there, refuse_shared() names both.
void leave_to_aliases(std::vector<PairPlan>& plans) {
    std::map<std::string, std::string> aliases;  // by the index behind
    for (const PairPlan& plan : plans) {
        if (!plan.alias_of.empty()) aliases.emplace(plan.alias_of, plan.index);
    }
    for (PairPlan& plan : plans) {
        const auto alias = aliases.find(plan.index);
        if (alias == aliases.end() || !(plan.table.empty() || plan.creates_table)) continue;
        plan = index_left_out(plan.index, "it is served by its alias " + alias->second);
    }
}

/// Two tables on one index, or one table on two indices, would overwrite each other: both are left
/// out.
void refuse_shared(std::vector<PairPlan>& plans) {
    const auto is_pair = [](const PairPlan& plan) { return !plan.table.empty(); };
    const auto refuse = [&](auto key, auto other, std::string_view what) {
        std::map<std::string, std::set<std::string>> users;
        for (const PairPlan& plan : plans) {
            if (is_pair(plan)) users[key(plan)].insert(other(plan));
        }
        for (PairPlan& plan : plans) {
            if (!is_pair(plan) || users[key(plan)].size() < 2) continue;
            std::string all;
            for (const std::string& user : users[key(plan)]) {
                all += (all.empty() ? "" : " and ") + user;
            }
            plan.problem =
                fmt::format("{} {} would belong to {}: change one [[pair]]", what, key(plan), all);
        }
    };
    for (std::size_t i = 1; i < plans.size(); ++i) {
        PairPlan& before = plans[i - 1];
        if (before.name != plans[i].name || before.index != plans[i].index) continue;
        before.problem = "it stands in two [[pair]] that say different things: change one of them";
        plans[i].problem = before.problem;
    }
    const auto index = [](const PairPlan& plan) { return first_of(plan.alias_of, plan.index); };
    const auto name = [](const PairPlan& plan) { return plan.name; };
    refuse(index, name, "index");
    refuse(name, index, "table");
}

}  // namespace

std::vector<PairPlan> plan_pairs(const Config& config, const Inventory& inventory) {
    const Known known(inventory);
    std::vector<PairPlan> plans;
    if (config.pairs.empty()) plan_everything(config, inventory, known, plans);
    for (const PairRule& rule : config.pairs) plan_rule(rule, inventory, known, plans);
    const auto by_name = [](const PairPlan& left, const PairPlan& right) {
        return std::tie(left.name, left.index) < std::tie(right.name, right.index);
    };
    std::ranges::sort(plans, by_name);
    const auto same = std::ranges::unique(plans);  // found from its table and from its index
    plans.erase(same.begin(), same.end());
    leave_to_aliases(plans);
    refuse_shared(plans);
    return plans;
}

bool may_be_paired(const Config& config, const std::string& name) {
    const std::size_t dot = name.find('.');
    const std::string keyspace = name.substr(0, dot);
    const std::string table = dot == std::string::npos ? "" : name.substr(dot + 1);
    return config.pairs.empty() || std::ranges::any_of(config.pairs, [&](const PairRule& rule) {
               return rule.keyspace == keyspace && chosen(rule.tables, table);
           });
}

}  // namespace duet::app
