#include <fmt/format.h>

#include <algorithm>
#include <string_view>

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
    Planner(Servers& servers, bool ddl, const bool& stopping)
        : servers_(servers), ddl_(ddl), stopping_(stopping), progress_(servers.clock()) {}

    Task<void> run(bool may_pair) {
        co_await servers_.open_journal();
        const Inventory inventory = co_await servers_.inventory();
        const std::vector<PairPlan> plans = plan_pairs(servers_.config(), inventory);
        has_state_ = co_await has_state(servers_);
        if (ddl_ && !has_state_) co_await print_state_ddl();
        std::size_t pairs = 0;
        for (const PairPlan& plan : plans) {
            if (!plan.problem.empty() || stopping_) continue;
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
    const bool& stopping_;
    bool has_state_ = false;
    Progress progress_;

    Task<void> print_state_ddl() {
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
        if (!of.creates_table && !live.missing_journal().empty()) {
            fmt::print("  no journal: {}\n", live.missing_journal());
        }
        if (!live.rows().missing_index().empty() && !live.rows().made_by_duet()) {
            fmt::print("  changes in the table would be noticed faster with: {};\n",
                       live.rows().missing_index());
        }
        if (ddl_) co_await print_ddl(live, agreed);
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
        sync::VerifierOptions options;
        options.deep = true;
        options.progress = [this, &live](std::uint64_t records, double part) {
            progress_.show(live.name(), "comparing", records, part);
        };
        sync::Verifier verifier(*context, std::move(options), stopping_);
        const sync::Comparison found = co_await verifier.compare();
        progress_.clear();
        fmt::print("  {} rows, {} documents, {} equal already\n", grouped(found.rows),
                   grouped(found.documents), grouped(found.equal));
        if (found.different > 0) fmt::print("  {} differ:\n", grouped(found.different));
        for (std::size_t i = 0; i < found.by_kind.size(); ++i) {
            if (found.by_kind.at(i) == 0) continue;
            fmt::print("    {}: {}\n", sync::name_of(static_cast<sync::Difference::Kind>(i)),
                       grouped(found.by_kind.at(i)));
        }
        fmt::print("{}", left_out_documents_text(live.documents().left_out()));
        if (co_await will_meet(live)) print_first_meeting(found.unstamped);
    }

    /// Both sides have not met yet, or the index is another one than then.
    Task<bool> will_meet(LivePair& live) {
        if (!has_state_) co_return true;
        const auto cursor = co_await servers_.state().load_cursor(live.name());
        if (!cursor) co_return true;
        const Cursor position = co_await live.documents().position();
        co_return !cursor->same_index(position);
    }

    void print_first_meeting(const sync::Comparison::Unstamped& unstamped) const {
        if (unstamped.alone + unstamped.different + unstamped.equal == 0) return;
        fmt::print("  first meeting, of documents without {}:\n", servers_.config().version_field);
        const auto line = [](std::uint64_t documents, std::string_view what) {
            if (documents > 0) fmt::print("    {} {}\n", grouped(documents), what);
        };
        line(unstamped.equal, "equal to their row: nothing is written");
        line(unstamped.alone, "without a row: they are copied");
        line(unstamped.different, winner());
    }

    /// Of a document without a stamp and its row with other content.
    std::string_view winner() const {
        switch (servers_.config().first_meeting) {
            case sync::FirstMeeting::cassandra:
                return "with another row: the row wins, the document is kept (`duet conflicts`)";
            case sync::FirstMeeting::elasticsearch:
                return "with another row: the document wins, the row is kept (`duet conflicts`)";
            case sync::FirstMeeting::stop:
                return "with another row: the pair stops (first_meeting = \"stop\")";
        }
        return {};
    }

    Task<void> print_ddl(LivePair& live, const Agreement& agreed) {
        co_await print_cql(live.plan(), agreed);
        const std::vector<std::string> requests = co_await live.documents().requests(agreed.schema);
        for (const std::string& request : requests) fmt::print("{}\n", request);
    }

    Task<void> print_cql(const PairPlan& plan, const Agreement& agreed) {
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
            fmt::print("  {};\n", cassandra::create_table(plan.keyspace, plan.table, agreed.schema,
                                                          servers_.config().version_field));
        } else if (!added.empty()) {
            fmt::print("  {};\n", cassandra::add_columns(plan.keyspace, plan.table, added));
        }
    }
};

Task<Exit> plan(Servers& servers, bool ddl, bool may_pair, const bool& stopping) {
    Planner planner(servers, ddl, stopping);
    co_await planner.run(may_pair);
    co_return stopping ? Exit::failed : Exit::done;
}

}  // namespace

Exit perform(const PlanCommand& command, const Settings& settings) {
    const bool may_pair = may_pair_everything(settings);
    const bool ddl = command.ddl;
    return with_servers(settings, [ddl, may_pair](Servers& servers, const bool& stopping) {
        return plan(servers, ddl, may_pair, stopping);
    });
}

}  // namespace duet::app
