#pragma once
// Which host to try next: in turn, and one that failed only after a while. Sans-io; the time is
// given.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "net/backoff.hpp"
#include "net/transport.hpp"

namespace duet::cql {

using TimePoint = std::chrono::steady_clock::time_point;

constexpr std::chrono::milliseconds first_host_backoff{100};
constexpr std::chrono::milliseconds host_backoff_limit{2'000};

class Hosts {
public:
    struct Choice {
        std::size_t index = 0;
        std::chrono::milliseconds wait{0};  // before it is tried
    };

    /// Throws UsageError for an address that cannot be read, and where there is none.
    Hosts(const std::vector<std::string>& addresses, std::uint64_t seed);

    /// The host that may be tried soonest; among those that may be tried now, the next in turn.
    [[nodiscard]] Choice choose(TimePoint now) const;
    /// It did not answer: the turn goes to the next, and this one waits longer each time.
    void failed(std::size_t index, TimePoint now);
    /// It answered: it keeps the turn.
    void answered(std::size_t index);

    [[nodiscard]] std::size_t size() const { return hosts_.size(); }
    [[nodiscard]] const net::Endpoint& endpoint(std::size_t index) const {
        return hosts_.at(index).endpoint;
    }

private:
    struct Host {
        net::Endpoint endpoint;
        net::Backoff backoff;
        TimePoint not_before;
    };

    std::vector<Host> hosts_;
    std::size_t turn_ = 0;
};

}  // namespace duet::cql
