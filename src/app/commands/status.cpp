#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_from.hpp>

#include "app/commands/command.hpp"
#include "app/journal_status.hpp"
#include "app/plan_text.hpp"
#include "app/progress.hpp"
#include "app/text.hpp"
#include "base/error.hpp"
#include "net/http_client.hpp"

namespace duet::app {

namespace {

namespace json = boost::json;

constexpr std::chrono::milliseconds daemon_timeout{2'000};
constexpr std::size_t kept_limit = 1'000;  // beaten contents that are counted, a pair

/// What the servers, Duet's notes and a running daemon say of a pair.
struct PairState {
    PairPlan plan;
    std::string state;         // new, level, behind, failed; or waiting, stopped: a daemon says so
    std::string problem;       // failed, waiting, stopped: why, and what to do
    std::string feeds = "-";   // how changes are noticed
    std::string no_journal;    // why not by the journal, where there could be one
    std::uint64_t behind = 0;  // writes of the index that are not settled yet
    std::size_t quarantined = 0;
    std::size_t kept = 0;
    std::int64_t first_met = 0;  // microseconds since 1970; 0: not yet
    /// What a daemon that answers at `[http] listen` says; empty: nobody knows.
    std::optional<double> lag_seconds;
    std::optional<double> sweep_seconds;
    json::value step;          // of a first copy, as in /api/status; null: none goes on
    std::string left_out;      // documents that can be no records
    std::uint64_t future = 0;  // versions too far ahead of the clock (V7)
};

std::optional<double> number_in(const json::object& pair, const char* name) {
    const json::value* found = pair.if_contains(name);
    const bool known = found != nullptr && found->is_number();
    return known ? std::optional(found->to_number<double>()) : std::nullopt;
}

std::string text_in(const json::object& pair, const char* name) {
    const json::value* found = pair.if_contains(name);
    return found != nullptr && found->is_string() ? std::string(found->as_string()) : "";
}

std::string with_remedy(const std::string& reason, const std::string& hint) {
    return hint.empty() ? reason : reason + ": " + hint;
}

/// "first copy to Elasticsearch, 42 %, 3 min left"; empty: no step goes on.
std::string text_of_step(const json::value& step) {
    const json::object* told = step.if_object();
    const std::string what = told == nullptr ? "" : text_in(*told, "what");
    if (what.empty()) return {};
    std::optional<std::chrono::seconds> left;
    if (const auto seconds = number_in(*told, "seconds_left"))
        left = std::chrono::seconds(static_cast<std::int64_t>(*seconds));
    return step_text(what, number_in(*told, "part").value_or(0), left);
}

std::string seconds_or_dash(std::optional<double> seconds) {
    return seconds ? fmt::format("{:.1f} s", *seconds) : "-";
}

/// Writes that were acknowledged after the saved cursor, Duet's own among them.
std::uint64_t distance(const Cursor& cursor, const Cursor& position) {
    std::uint64_t writes = 0;
    for (std::size_t i = 0; i < position.shards.size(); ++i) {
        const std::int64_t from = cursor.same_index(position) ? cursor.shards[i] : -1;
        writes += static_cast<std::uint64_t>(std::max<std::int64_t>(position.shards[i] - from, 0));
    }
    return writes;
}

class StatusWork {
public:
    explicit StatusWork(Servers& servers) : servers_(servers) {}

    Task<Exit> run(bool as_json) {
        co_await servers_.open_journal();
        const Inventory inventory = co_await servers_.inventory();
        const std::vector<PairPlan> plans = plan_pairs(servers_.config(), inventory);
        elasticsearch_version_ = co_await servers_.client().version();
        has_notes_ = co_await has_state(servers_);
        co_await find_gone(inventory, plans);
        if (servers_.journal() != nullptr) journal_ = status_of(*servers_.journal());
        std::vector<PairState> states;
        for (const PairPlan& plan : plans) {
            if (!plan.problem.empty()) continue;
            PairState state = co_await state_of(plan);
            states.push_back(std::move(state));
        }
        co_await ask_daemon(states);
        if (as_json) {
            print_json(states, plans);
        } else {
            print_text(states, plans);
        }
        co_return Exit::done;
    }

private:
    Servers& servers_;
    std::string elasticsearch_version_;
    bool has_notes_ = false;
    std::vector<std::string> gone_;  // pairs of which only Duet's notes are left
    std::optional<JournalStatus> journal_;

    /// Pairs that Duet has met and that have neither a table nor an index now.
    Task<void> find_gone(const Inventory& inventory, const std::vector<PairPlan>& plans) {
        if (!has_notes_) co_return;
        const std::vector<std::string> met = co_await servers_.state().pairs();
        for (const std::string& name : met) {
            const bool planned =
                std::ranges::any_of(plans, [&](const PairPlan& plan) { return plan.name == name; });
            const bool has_table =
                std::ranges::any_of(inventory.tables, [&](const KnownTable& table) {
                    return table.keyspace + "." + table.table == name;
                });
            if (!planned && !has_table && may_be_paired(servers_.config(), name))
                gone_.push_back(name);
        }
    }

    Task<PairState> state_of(PairPlan plan) {
        PairState state;
        state.plan = std::move(plan);
        try {
            co_await read(state);
        } catch (const Misconfigured& error) {
            state.problem = with_remedy(error.what(), error.hint());
        } catch (const Error& error) {
            state.problem = error.what();
        }
        if (!state.problem.empty()) state.state = "failed";
        co_return state;
    }

    Task<void> read(PairState& state) {
        state.state = "new";
        const std::string name = state.plan.name;
        // Also of a pair that was never met: something may stand in its way.
        LivePair live(servers_, state.plan);
        const Agreement agreed = co_await live.look();
        state.plan.notes = agreed.schema.notes;
        if (!has_notes_) co_return;
        const auto cursor = co_await servers_.state().load_cursor(name);
        const auto quarantine = co_await servers_.state().list_quarantine(name);
        const auto kept = co_await servers_.state().list_beaten(name, kept_limit);
        state.quarantined = quarantine.size();
        state.kept = kept.size();
        if (!cursor) co_return;
        state.first_met = cursor->first_met;
        if (state.plan.creates_index) co_return;
        state.feeds = live.pair().feeds();
        state.no_journal = live.missing_journal();
        const Cursor position = co_await live.documents().position();
        state.behind = distance(*cursor, position);
        state.state = state.behind == 0 ? "level" : "behind";
    }

    /// How far a daemon has looked is known to it alone.
    Task<void> ask_daemon(std::vector<PairState>& states) {
        const std::string& listen = servers_.config().http.listen;
        if (listen.empty()) co_return;
        net::HttpClientOptions options;
        options.urls = {"http://" + listen};
        options.default_port = http_port;
        options.request_timeout = daemon_timeout;
        net::HttpClient client(std::move(options));
        net::HttpRequest request;
        request.target = "/api/status";
        std::string body;
        try {
            const net::HttpResponse response = co_await client.request(request, true);
            body = response.body;
        } catch (const Error&) {
            co_return;  // none is running, or not on this machine
        }
        take_over(body, states);
    }

    void take_over(const std::string& body, std::vector<PairState>& states) {
        boost::system::error_code error;
        const json::value answer = json::parse(body, error);
        const json::object* all = error ? nullptr : answer.if_object();
        const json::value* pairs = all == nullptr ? nullptr : all->if_contains("pairs");
        if (pairs == nullptr || !pairs->is_array()) return;  // somebody else's port
        const json::value* followed = all->if_contains("journal");
        if (journal_ && followed != nullptr) take_counts(*journal_, json::serialize(*followed));
        for (const json::value& entry : pairs->as_array()) {
            const json::object* pair = entry.if_object();
            if (pair == nullptr) continue;
            const std::string name = text_in(*pair, "pair");
            const auto found = std::ranges::find_if(
                states, [&](const PairState& state) { return state.plan.name == name; });
            if (found == states.end()) continue;
            found->lag_seconds = number_in(*pair, "lag_seconds");
            found->sweep_seconds = number_in(*pair, "sweep_seconds");
            if (const json::value* step = pair->if_contains("step")) found->step = *step;
            found->left_out = text_in(*pair, "left_out");
            found->future =
                static_cast<std::uint64_t>(number_in(*pair, "dated_in_the_future").value_or(0));
            const std::string phase = text_in(*pair, "state");
            if (phase != "waiting" && phase != "stopped") continue;
            found->state = phase;
            found->problem = with_remedy(text_in(*pair, "reason"), text_in(*pair, "hint"));
        }
    }

    void print_text(const std::vector<PairState>& states,
                    const std::vector<PairPlan>& plans) const {
        fmt::print("Cassandra {} at {}\nElasticsearch {} at {}\n",
                   servers_.session().release_version(),
                   fmt::join(servers_.config().cassandra.hosts, ", "), elasticsearch_version_,
                   fmt::join(servers_.config().elasticsearch.urls, ", "));
        if (!has_notes_) fmt::print("Duet has not run with this Cassandra yet.\n");
        std::size_t width = 4;
        for (const PairState& state : states) width = std::max(width, state.plan.name.size());
        fmt::print("\n{:<{}}  {:<7}  {:>9}  {:>8}  {:>8}  {:>10}  {:>6}  feeds\n", "pair", width,
                   "state", "behind", "lag", "sweep", "quarantine", "beaten");
        for (const PairState& state : states) {
            fmt::print("{:<{}}  {:<7}  {:>9}  {:>8}  {:>8}  {:>10}  {:>6}  {}\n", state.plan.name,
                       width, state.state, grouped(state.behind),
                       seconds_or_dash(state.lag_seconds), seconds_or_dash(state.sweep_seconds),
                       state.quarantined, state.kept, state.feeds);
            if (!state.problem.empty()) fmt::print("  {}\n", state.problem);
            const std::string step = text_of_step(state.step);
            if (!step.empty()) fmt::print("  {}\n", step);
            for (const std::string& note : state.plan.notes) fmt::print("  note: {}\n", note);
            if (!state.no_journal.empty()) fmt::print("  no journal: {}\n", state.no_journal);
            fmt::print("{}", left_out_documents_text(state.left_out));
            if (state.future > 0)
                fmt::print("  versions in the future: {}\n", counted(state.future, "record"));
        }
        for (const std::string& name : gone_)
            fmt::print("{}: its table and its index are gone, and the pair with them\n", name);
        if (journal_) fmt::print("\n{}", text_of(*journal_));
        fmt::print("{}", left_out_text(plans));
    }

    void print_json(const std::vector<PairState>& states,
                    const std::vector<PairPlan>& plans) const {
        json::array pairs;
        for (const PairState& state : states) {
            pairs.push_back(
                {{"pair", state.plan.name},
                 {"index", state.plan.index},
                 {"state", state.state},
                 {"problem", state.problem},
                 {"notes", json::array(state.plan.notes.begin(), state.plan.notes.end())},
                 {"feeds", state.feeds},
                 {"no_journal", state.no_journal},
                 {"behind", state.behind},
                 {"lag_seconds", json::value_from(state.lag_seconds)},
                 {"sweep_seconds", json::value_from(state.sweep_seconds)},
                 {"step", state.step},
                 {"left_out", state.left_out},
                 {"dated_in_the_future", state.future},
                 {"quarantined", state.quarantined},
                 {"beaten", state.kept},
                 {"first_met_micros", state.first_met}});
        }
        json::array left_out;
        for (const PairPlan& plan : plans) {
            if (!plan.problem.empty())
                left_out.push_back({{"name", plan.name}, {"reason", plan.problem}});
        }
        const json::value all{
            {"version", DUET_VERSION},
            {"cassandra", servers_.session().release_version()},
            {"elasticsearch", elasticsearch_version_},
            {"pairs", std::move(pairs)},
            {"journal", journal_ ? json::parse(json_of(*journal_)) : json::value(nullptr)},
            {"left_out", std::move(left_out)}};
        fmt::print("{}\n", json::serialize(all));
    }
};

Task<Exit> status(Servers& servers, bool as_json) {
    StatusWork work(servers);
    co_return co_await work.run(as_json);
}

}  // namespace

Exit perform(const StatusCommand& command, const Settings& settings) {
    const bool as_json = command.json;
    return with_servers(settings, [as_json](Servers& servers, const bool& /*stopping*/) {
        return status(servers, as_json);
    });
}

}  // namespace duet::app
