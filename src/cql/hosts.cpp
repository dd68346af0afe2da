#include "cql/hosts.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace duet::cql {
namespace {

constexpr std::uint16_t native_port = 9042;

}  // namespace

Hosts::Hosts(const std::vector<std::string>& addresses, std::uint64_t seed) {
    for (const std::string& address : addresses) {
        hosts_.push_back(
            {net::Endpoint::parse(address, native_port),
             net::Backoff(first_host_backoff, host_backoff_limit, seed + hosts_.size()),
             TimePoint{}});
    }
    if (hosts_.empty()) {
        throw UsageError("no Cassandra host is configured: set hosts in [cassandra]");
    }
}

Hosts::Choice Hosts::choose(TimePoint now) const {
    std::size_t best = turn_;
    for (std::size_t i = 0; i < hosts_.size(); ++i) {
        const std::size_t index = (turn_ + i) % hosts_.size();
        if (hosts_[index].not_before <= now) {
            return {index, std::chrono::milliseconds(0)};
        }
        if (hosts_[index].not_before < hosts_[best].not_before) {
            best = index;
        }
    }
    return {best, std::chrono::ceil<std::chrono::milliseconds>(hosts_[best].not_before - now)};
}

void Hosts::failed(std::size_t index, TimePoint now) {
    Host& host = hosts_.at(index);
    host.not_before = now + host.backoff.next();
    turn_ = (index + 1) % hosts_.size();
}

void Hosts::answered(std::size_t index) {
    Host& host = hosts_.at(index);
    host.backoff.reset();
    host.not_before = TimePoint{};
    turn_ = index;
}

}  // namespace duet::cql
