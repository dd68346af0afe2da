#include "app/clocks.hpp"

#include <cstdlib>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "elastic/index.hpp"

namespace duet::app {

std::int64_t drift_of(std::int64_t before, std::int64_t server, std::int64_t after) {
    const std::int64_t latest = server + 999;
    if (latest < before) return latest - before;
    return server > after ? server - after : 0;
}

Task<void> Clocks::look() {
    const std::int64_t now = clock_.now();
    const bool due =
        looked_at_ == 0 || now < looked_at_ || now - looked_at_ >= clocks_looked_at_every.count();
    if (!due) co_return;
    looked_at_ = now;
    try {
        co_await look_at_cassandra();
        co_await look_at_elasticsearch();
    } catch (const Error&) {
        co_return;  // the pairs say which server is away
    }
}

Task<void> Clocks::look_at_cassandra() {
    const std::int64_t before = clock_.now();
    std::string query = "SELECT toTimestamp(now()) FROM system.local";
    const cql::Rows rows = co_await session_.query(std::move(query));
    const auto millis = rows.size() == 0 ? std::nullopt : rows.cell(0, 0);
    if (!millis || millis->size() != sizeof(std::int64_t)) co_return;
    const std::int64_t server = load_big<std::int64_t>(millis->data()) * 1'000;
    note("cassandra", drift_of(before, server, clock_.now()));
}

/// Of several nodes the one that is farthest off.
Task<void> Clocks::look_at_elasticsearch() {
    const std::int64_t before = clock_.now();
    const std::vector<std::int64_t> nodes = co_await elastic::node_times(client_);
    const std::int64_t after = clock_.now();
    std::int64_t farthest = 0;
    for (const std::int64_t millis : nodes) {
        const std::int64_t drift = drift_of(before, millis * 1'000, after);
        if (std::abs(drift) > std::abs(farthest)) farthest = drift;
    }
    note("elasticsearch", farthest);
}

void Clocks::note(const std::string& server, std::int64_t drift) {
    const double seconds = static_cast<double>(drift) / 1e6;
    metrics::set("duet_clock_drift_seconds", {{"server", server}}, seconds);
    const bool drifts = std::abs(drift) > drift_limit.count();
    bool& drifting = drifting_[server];
    if (drifts && !drifting)
        log::warning("clocks differ", {{"server", server}, {"seconds_ahead", seconds}});
    if (!drifts && drifting) log::info("clocks agree again", {{"server", server}});
    drifting = drifts;
}

}  // namespace duet::app
