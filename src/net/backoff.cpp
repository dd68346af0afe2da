#include "net/backoff.hpp"

#include <algorithm>

namespace duet::net {
namespace {

constexpr int doubling_limit =
    30;  // 2^30 ms are twelve days: beyond any limit, and still no overflow

}  // namespace

Backoff::Backoff(std::chrono::milliseconds first, std::chrono::milliseconds limit,
                 std::uint64_t seed)
    : first_(std::max(first, std::chrono::milliseconds(1))),
      limit_(std::max(limit, std::chrono::milliseconds(1))),
      random_(seed) {}

std::chrono::milliseconds Backoff::next() {
    // Compared by division: first_ * 2^n may not fit.
    const std::int64_t factor = std::int64_t{1} << tries_;
    const bool beyond = first_.count() > limit_.count() / factor;
    const std::int64_t ceiling = beyond ? limit_.count() : first_.count() * factor;
    tries_ = std::min(tries_ + 1, doubling_limit);
    std::uniform_int_distribution<std::int64_t> between(0, ceiling);
    return std::chrono::milliseconds(between(random_));
}

void Backoff::reset() { tries_ = 0; }

}  // namespace duet::net
