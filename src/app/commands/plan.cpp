#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "app/commands/command.hpp"
#include "app/plan_text.hpp"
#include "app/progress.hpp"
#include "app/text.hpp"
#include "base/error.hpp"
#include "stores/cassandra/catalog.hpp"
#include "stores/cassandra/statements.hpp"
#include "sync/verifier.hpp"

namespace duet::app {

namespace {

constexpr std::int64_t count_steps =
    128;  // ranges of the ring: a whole table in one query would time out

class Planner {
public:
    Planner(Servers& servers, bool ddl)
        : servers_(servers), ddl_(ddl), progress_(servers.clock()) {}

    Task<void> run(bool may_pair) {
        const Inventory inventory = co_await servers_.inventory();
        const std::vector<PairPlan> plans = plan_pairs(servers_.config(), inventory);
        if (ddl_) co_await print_state_ddl();
        std::size_t pairs = 0;
        for (const PairPlan& plan : plans) {
            if (!plan.problem.empty()) continue;
            ++pairs;
            fmt::print("{}\n", line_of(plan));
            std::string failure;
            try {
                co_await print_pair(plan);
            } catch (const Misconfigured& error) {
                failure = fmt::format("cannot be served: {}\n    {}", error.what(), error.hint());
            }
            progress_.clear();
            if (!failure.empty()) fmt::print("  {}\n", failure);
            std::fflush(stdout);
        }
        if (pairs == 0) fmt::print("There is nothing to pair.\n");
        fmt::print("{}", left_out_text(plans));
        if (!may_pair) {
            fmt::print(
                "The servers are not on this machine: `duet run` and `duet once` will ask for "
                "--all.\n");
        }
    }

private:
    Servers& servers_;
    bool ddl_;
    Progress progress_;

    Task<void> print_state_ddl() {
        if (co_await has_state(servers_)) co_return;
        const auto statements = co_await servers_.state().ddl_statements();
        for (const std::string& statement : statements) fmt::print("  {};\n", statement);
    }

    Task<void> print_pair(PairPlan plan) {
        LivePair live(servers_, std::move(plan));
        const Agreement agreed = co_await live.look();
        const PairPlan& of = live.plan();
        if (of.creates_table || of.creates_index) {
            co_await print_copy(live);
        } else {
            co_await print_differences(live, agreed);
        }
        progress_.clear();
        if (!of.creates_table && !agreed.new_columns.empty()) {
            fmt::print("  new columns: {}\n", fmt::join(agreed.new_columns, ", "));
        }
        if (!of.creates_index && !agreed.new_fields.empty()) {
            fmt::print("  new fields: {}\n", fmt::join(agreed.new_fields, ", "));
        }
        for (const std::string& note : agreed.schema.notes) fmt::print("  note: {}\n", note);
        if (!live.rows().missing_index().empty() && !live.rows().made_by_duet()) {
            fmt::print("  changes in the table would be noticed faster with: {};\n",
                       live.rows().missing_index());
        }
        if (ddl_) co_await print_ddl(of, agreed);
    }

    /// One side has nothing yet: all of the other is copied.
    Task<void> print_copy(LivePair& live) {
        if (!live.plan().creates_index) {
            co_await live.documents().refresh();
            const std::uint64_t documents = co_await live.documents().count();
            fmt::print("  to Cassandra: {} records\n", grouped(documents));
        }
        if (!live.plan().creates_table) {
            const std::uint64_t rows = co_await count_rows(live);
            fmt::print("  to Elasticsearch: {} records\n", grouped(rows));
        }
    }

    Task<std::uint64_t> count_rows(LivePair& live) {
        const auto width = static_cast<std::uint64_t>(UINT64_MAX / count_steps);
        std::uint64_t rows = 0;
        for (std::int64_t step = 0; step < count_steps; ++step) {
            const auto from =
                static_cast<std::uint64_t>(INT64_MIN) + width * static_cast<std::uint64_t>(step);
            const bool last = step == count_steps - 1;
            const TokenRange range{static_cast<std::int64_t>(from),
                                   last ? INT64_MAX : static_cast<std::int64_t>(from + width)};
            const RangeDigest digest = co_await live.rows().digest(range);
            rows += digest.count;
            progress_.show(live.name(), "counting", rows, static_cast<double>(step) / count_steps);
        }
        progress_.clear();
        co_return rows;
    }

    Task<void> print_differences(LivePair& live, const Agreement& agreed) {
        const auto context = live.reading(agreed);
        sync::Verifier verifier(*context);
        std::function<void(std::uint64_t)> tell = [this, &live](std::uint64_t records) {
            progress_.show(live.name(), "comparing", records, -1);
        };
        co_await live.documents().refresh();
        const sync::Comparison found = co_await verifier.compare(true, std::move(tell));
        progress_.clear();
        fmt::print("  {} rows, {} documents, {} equal already\n", grouped(found.rows),
                   grouped(found.documents), grouped(found.equal));
        if (found.different == 0) co_return;
        std::array<std::uint64_t, 5> kinds{};
        for (const sync::Difference& difference : found.differences) {
            ++kinds.at(static_cast<std::size_t>(difference.kind));
        }
        const bool all = found.different == found.differences.size();
        fmt::print("  {} differ{}:\n", grouped(found.different),
                   all ? "" : "; of the first of them");
        for (std::size_t i = 0; i < kinds.size(); ++i) {
            if (kinds.at(i) == 0) continue;
            fmt::print("    {}: {}\n", sync::name_of(static_cast<sync::Difference::Kind>(i)),
                       grouped(kinds.at(i)));
        }
    }

    Task<void> print_ddl(const PairPlan& plan, const Agreement& agreed) {
        if (plan.creates_keyspace) {
            std::string keyspace = plan.keyspace;
            cassandra::Replication replication;
            const std::string statement = co_await cassandra::keyspace_statement(
                servers_.session(), std::move(keyspace), std::move(replication));
            fmt::print("  {};\n", statement);
        }
        std::vector<Column> added;
        for (const Column& column : agreed.schema.columns) {
            if (std::ranges::find(agreed.new_columns, column.name) != agreed.new_columns.end()) {
                added.push_back(column);
            }
        }
        if (plan.creates_table) {
            fmt::print("  {};\n", cassandra::create_table(plan.keyspace, plan.table, "id",
                                                          agreed.schema.columns,
                                                          servers_.config().version_field));
        } else if (!added.empty()) {
            fmt::print("  {};\n", cassandra::add_columns(plan.keyspace, plan.table, added));
        }
    }
};

Task<Exit> plan(Servers& servers, bool ddl, bool may_pair) {
    Planner planner(servers, ddl);
    co_await planner.run(may_pair);
    co_return Exit::done;
}

}  // namespace

Exit perform(const PlanCommand& command, const Settings& settings) {
    const bool may_pair = may_pair_everything(settings);
    const bool ddl = command.ddl;
    return with_servers(settings, [ddl, may_pair](Servers& servers, const bool& /*stopping*/) {
        return plan(servers, ddl, may_pair);
    });
}

}  // namespace duet::app
