#pragma once
// V7: says where a server's clock is not Duet's. What has no stamp of its own is dated by a clock,
// so a drift decides conflicts.

#include <cstdint>
#include <map>
#include <string>

#include "base/task.hpp"
#include "base/time.hpp"
#include "cql/session.hpp"
#include "elastic/client.hpp"

namespace duet::app {

constexpr Micros drift_limit{1'000'000};
constexpr Micros clocks_looked_at_every{60'000'000};

/// How far a clock that showed `server` between two looks at ours is ahead of it (negative: behind)
/// for certain; all in microseconds, of which the server tells whole milliseconds only.
[[nodiscard]] std::int64_t drift_of(std::int64_t before, std::int64_t server, std::int64_t after);

class Clocks {
public:
    /// All outlive it.
    Clocks(cql::Session& session, elastic::Client& client, const Clock& clock)
        : session_(session), client_(client), clock_(clock) {}

    /// Asks both servers, once a minute however often it is called. A drift beyond the limit is
    /// logged when it begins and when it ends; the metric duet_clock_drift_seconds has any. A
    /// server that does not answer is not waited for.
    [[nodiscard]] Task<void> look();

private:
    cql::Session& session_;
    elastic::Client& client_;
    const Clock& clock_;
    std::int64_t looked_at_ = 0;
    std::map<std::string, bool> drifting_;  // by server, as last logged

    [[nodiscard]] Task<void> look_at_cassandra();
    [[nodiscard]] Task<void> look_at_elasticsearch();
    void note(const std::string& server, std::int64_t drift);
};

}  // namespace duet::app
