#include "app/service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <utility>

#include "app/clocks.hpp"
#include "app/live_pair.hpp"
#include "app/plan_text.hpp"
#include "app/servers.hpp"
#include "app/wiring.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "net/http_server.hpp"
#include "net/runtime.hpp"
#include "net/transport.hpp"

namespace duet::app {

namespace {

constexpr std::chrono::milliseconds slice{100};  // the longest wait for a request to stop

Config with_period(Config config, std::chrono::milliseconds period) {
    config.period = period;
    return config;
}

/// Says that a pair's loop has ended, however it did: only then may the pair go.
struct Ending {
    bool& ended;
    ~Ending() { ended = true; }
};

}  // namespace

struct Service::Generation {
    struct Served {
        std::unique_ptr<LivePair> live;
        bool ended = false;
    };

    Generation(Config configuration, const Clock& clock, std::set<std::string>& force_deletes)
        : config(std::move(configuration)),
          forced(force_deletes),
          servers(config, clock),
          clocks(servers.session(), servers.client(), clock),
          daemon(clock, std::random_device{}()) {}

    Config config;
    std::set<std::string>& forced;  // the Service's: pairs that are still to be told
    Servers servers;
    Clocks clocks;
    sync::Daemon daemon;
    std::map<std::string, Served> served;
    bool connected = false;
    bool discovered = false;  // once at least
    bool leaving = false;
    bool journal_ended = true;
    net::HttpServer http;
    std::string discovery_failure;  // as last logged
    std::string planned_edition;    // of which the plans were made
    std::vector<PairPlan> plans;

    [[nodiscard]] Task<void> run(bool may_pair, std::map<std::string, std::string>& left_out);
    [[nodiscard]] Task<bool> prepare();
    [[nodiscard]] Task<void> discover(std::map<std::string, std::string>& left_out);
    void take_over(std::vector<std::string>& fresh);
    [[nodiscard]] Task<void> serve(std::string name);
    [[nodiscard]] Task<void> open_journal();
    [[nodiscard]] Task<void> follow_journal();
    [[nodiscard]] Task<void> rest(std::chrono::milliseconds duration) const;
    void leave() {
        leaving = true;
        daemon.stop();
        http.close();
    }
    [[nodiscard]] Task<void> serve_http(net::HttpServer::Handler handler);
};

Task<void> Service::Generation::rest(std::chrono::milliseconds duration) const {
    for (; duration.count() > 0 && !leaving; duration -= slice) {
        co_await sleep_for(std::min(slice, duration));
    }
}

/// A port that cannot be had is no reason not to keep both sides in step.
Task<void> Service::Generation::serve_http(net::HttpServer::Handler handler) {
    try {
        net::Endpoint endpoint = net::Endpoint::parse(config.http.listen, http_port);
        co_await http.serve(std::move(endpoint), std::move(handler));
    } catch (const Error& error) {
        log::error("no page for people and metrics", {{"reason", error.what()}});
    }
}

/// Duet's own keyspace. False: a server went away meanwhile.
Task<bool> Service::Generation::prepare() {
    std::string reason;
    try {
        co_await servers.state().ensure();
    } catch (const Unavailable& error) {
        reason = error.what();
    }
    if (reason.empty()) co_return true;
    log::warning("waiting for Cassandra", {{"reason", reason}});
    co_await rest(std::chrono::milliseconds(1'000));
    co_return false;
}

/// Before the first pair, which reads what is written from its first look on.
Task<void> Service::Generation::open_journal() {
    co_await servers.open_journal();
    const journal::Journal* journal = servers.journal();
    const std::string& problem =
        journal == nullptr ? servers.journal_problem() : journal->problem();
    if (!problem.empty()) log::warning("no journal", {{"reason", problem}});
    if (journal == nullptr) co_return;
    log::info("following the journal", {{"folder", config.cassandra.cdc_directory}});
    journal_ended = false;
    std::string task = "journal";
    co_await net::spawn_here(follow_journal(), std::move(task));
}

Task<void> Service::Generation::follow_journal() {
    const Ending ending{journal_ended};
    co_await servers.journal()->follow(leaving);
}

Task<void> Service::Generation::run(bool may_pair, std::map<std::string, std::string>& left_out) {
    co_await servers.connect_patiently(leaving);
    if (leaving) co_return;
    connected = true;
    if (!may_pair) {
        const Inventory inventory = co_await servers.inventory();
        throw UsageError(needs_all(plan_pairs(config, inventory)));
    }
    for (bool ready = false; !ready && !leaving;) ready = co_await prepare();
    co_await open_journal();
    while (!leaving) {
        co_await discover(left_out);
        co_await clocks.look();
        co_await rest(discover_every);
    }
    daemon.stop();
    const auto all_ended = [this] {
        return journal_ended &&
               std::ranges::all_of(served, [](const auto& entry) { return entry.second.ended; });
    };
    while (!all_ended()) co_await sleep_for(std::chrono::milliseconds(20));
}

Task<void> Service::Generation::discover(std::map<std::string, std::string>& left_out) {
    std::string failure;
    try {
        // Read before: what changes meanwhile is another edition the next time.
        std::string edition = co_await servers.edition();
        if (edition != planned_edition) {
            const Inventory inventory = co_await servers.inventory();
            plans = plan_pairs(config, inventory);
            planned_edition = std::move(edition);
            daemon.retry_stopped();  // what was mended may be a mapping, a setting, a table
        }
    } catch (const Error& error) {
        failure = error.what();
    }
    if (!failure.empty()) {
        if (failure != discovery_failure)
            log::warning("looking for pairs waits", {{"reason", failure}});
        discovery_failure = failure;
        co_return;
    }
    if (!discovery_failure.empty()) log::info("looking for pairs goes on");
    discovery_failure.clear();
    if (leaving) co_return;

    std::vector<std::string> fresh;
    take_over(fresh);
    for (const std::string& name : fresh) {
        std::string task = "pair " + name;
        co_await net::spawn_here(serve(name), std::move(task));
    }
    std::map<std::string, std::string> now;
    for (const PairPlan& plan : plans) {
        if (plan.problem.empty()) continue;
        now[plan.name] = plan.problem;
        const auto before = left_out.find(plan.name);
        if (before != left_out.end() && before->second == plan.problem) continue;
        // Every server has many hidden indices of its own; `duet plan` and `duet status` name them
        // all.
        const bool hidden = plan.name.starts_with('.');
        log::write(hidden ? log::Level::debug : log::Level::info, "left out",
                   {{"name", plan.name}, {"reason", plan.problem}});
    }
    left_out = std::move(now);
    discovered = true;
}

void Service::Generation::take_over(std::vector<std::string>& fresh) {
    std::erase_if(served, [](const auto& entry) { return entry.second.ended; });
    for (const auto& [name, entry] : served) {
        const auto still = std::ranges::find_if(plans, [&](const PairPlan& plan) {
            return plan.name == name && plan.index == entry.live->plan().index &&
                   plan.problem.empty();
        });
        if (still == plans.end()) daemon.retire(name);
    }
    for (const PairPlan& plan : plans) {
        if (!plan.problem.empty() || served.contains(plan.name)) continue;
        served[plan.name].live = std::make_unique<LivePair>(servers, plan);
        if (forced.erase(plan.name) > 0) {
            log::warning("deletes are forced once", {{"pair", plan.name}});
            served[plan.name].live->pair().force_deletes();
        }
        fresh.push_back(plan.name);
    }
    // A mistyped name must not wait for a pair that comes one day.
    for (const std::string& name : forced) {
        const auto plan = std::ranges::find(plans, name, &PairPlan::name);
        log::warning("no deletes are forced",
                     {{"pair", name},
                      {"reason", plan == plans.end()
                                     ? "there is no pair of this name: `duet plan` names them all"
                                     : plan->problem + ": start again once that is mended"}});
    }
    forced.clear();
}

Task<void> Service::Generation::serve(std::string name) {
    Served& entry = served.at(name);
    const Ending ending{entry.ended};
    co_await daemon.serve(entry.live->pair(), config.period);
}

Service::Service(Settings settings, const Clock& clock)
    : settings_(std::move(settings)), clock_(clock) {}

Service::~Service() = default;

Task<void> Service::run() {
    for (bool first = true; !stopping_; first = false) {
        const std::uint64_t taken = reloads_;
        std::string failure;
        generation_.reset();  // where the next one cannot be built, there is none
        try {
            generation_ = std::make_unique<Generation>(settings_.config, clock_, forced_);
            co_await open_page();
            co_await generation_->run(may_pair_everything(settings_), left_out_);
        } catch (const Misconfigured& error) {
            if (first) throw;
            failure = fmt::format("{} ({})", error.what(), error.hint());
        } catch (const UsageError& error) {
            if (first) throw;
            failure = error.what();
        }
        if (failure.empty()) continue;
        // It ran before: a new configuration that does not work is no reason to leave for good.
        log::error("waiting for a better configuration", {{"reason", failure}});
        while (!stopping_ && reloads_ == taken) co_await sleep_for(slice);
        if (generation_) generation_->leave();
    }
}

Task<void> Service::open_page() {
    if (settings_.config.http.listen.empty()) co_return;
    net::HttpServer::Handler handler = [this](const net::HttpRequest& request) {
        return answer(request, overview());
    };
    std::string name = "http";
    co_await net::spawn_here(generation_->serve_http(std::move(handler)), std::move(name));
}

Overview Service::overview() const {
    const journal::Journal* journal = generation_ ? generation_->servers.journal() : nullptr;
    return {.connected = generation_ && generation_->connected,
            .discovered = generation_ && generation_->discovered,
            .pairs = statuses(),
            .left_out = left_out_,
            .journal = journal == nullptr ? std::nullopt : std::optional(status_of(*journal)),
            .now = clock_.now()};
}

void Service::stop() {
    stopping_ = true;
    if (generation_) generation_->leave();
}

void Service::reload() {
    Settings next;
    try {
        next = load_settings(settings_.options);
        if (!may_pair_everything(next)) {
            throw UsageError(
                "the servers are not on this machine: name what to pair in [[pair]], or start with "
                "--all");
        }
    } catch (const UsageError& error) {
        log::error("configuration refused, the old one stays", {{"reason", error.what()}});
        return;
    }
    const bool same = next.config == settings_.config;
    const bool only_period = next.config == with_period(settings_.config, next.config.period);
    settings_ = std::move(next);
    ++reloads_;
    if (generation_) generation_->daemon.retry_stopped();
    if (same) {
        log::info("configuration read again: nothing changed");
    } else if (only_period && generation_) {
        log::info("configuration read again: another period");
        generation_->config.period = settings_.config.period;
        generation_->daemon.set_period(settings_.config.period);
        for (auto& [name, entry] : generation_->served)
            entry.live->pair().configure(pair_settings(settings_.config, entry.live->plan()));
    } else {
        log::info("configuration read again: pairs start anew");
        if (generation_) generation_->leave();
    }
}

std::vector<sync::PairStatus> Service::statuses() const {
    return generation_ ? generation_->daemon.statuses() : std::vector<sync::PairStatus>{};
}

}  // namespace duet::app
