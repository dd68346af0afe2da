#include "app/commands/command.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <utility>

#include "base/error.hpp"
#include "base/log.hpp"
#include "net/runtime.hpp"
#include "stores/cassandra/state_schema.hpp"

namespace duet::app {

namespace {

Task<void> connect_and_work(Servers& servers, const Work& work, Servers::Side side,
                            const bool& stopping, Exit& exit) {
    co_await servers.connect(side);
    exit = co_await work(servers, stopping);
}

}  // namespace

Exit with_servers(const Settings& settings, const Work& work, Servers::Side side) {
    const SystemClock clock;
    net::Runtime runtime;
    bool stopping = false;
    const StopSignals signals(runtime, [&stopping] { stopping = true; });
    Servers servers(settings.config, clock);
    Exit exit = Exit::failed;
    runtime.run(connect_and_work(servers, work, side, stopping, exit));
    return exit;
}

StopSignals::StopSignals(net::Runtime& runtime, std::function<void()> stop)
    : stop_(std::move(stop)) {
    runtime.on_signal(SIGINT, [this] { receive(); });
    runtime.on_signal(SIGTERM, [this] { receive(); });
}

void StopSignals::receive() {
    if (++received_ == 1) {
        stop_();
        return;
    }
    // Whoever asks twice does not want to wait. Nothing is lost: a batch that was not settled is
    // repeated.
    log::warning("stopped at once");
    log::shutdown();
    std::_Exit(static_cast<int>(Exit::failed));
}

Task<std::vector<PairPlan>> find_pairs(Servers& servers, std::string only) {
    const Inventory inventory = co_await servers.inventory();
    std::vector<PairPlan> plans = plan_pairs(servers.config(), inventory);
    std::erase_if(plans, [&](const PairPlan& plan) {
        return !plan.problem.empty() || (!only.empty() && plan.name != only);
    });
    if (plans.empty() && !only.empty()) {
        throw UsageError(fmt::format("there is no pair {}: `duet plan` names them all", only));
    }
    co_return plans;
}

Task<bool> has_state(Servers& servers) {
    std::string cql = "SELECT table_name FROM system_schema.tables WHERE keyspace_name = '" +
                      servers.config().state.keyspace + "'";  // a plain name: config.cpp
    const cql::Rows rows = co_await servers.session().query(std::move(cql));
    // Fewer while a daemon is making them, the first time that it runs.
    co_return rows.size() >= cassandra::state_table_names().size();
}

Task<std::optional<std::vector<PairPlan>>> find_noted_pairs(Servers& servers, std::string only) {
    std::vector<PairPlan> plans = co_await find_pairs(servers, std::move(only));
    if (co_await has_state(servers)) co_return plans;
    fmt::print("There are no notes yet: Duet has not run with this Cassandra.\n");
    co_return std::nullopt;
}

}  // namespace duet::app
