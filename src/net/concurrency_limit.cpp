#include "net/concurrency_limit.hpp"

#include <algorithm>

namespace duet::net {

namespace {

constexpr double smoothing = 1.0 / 8;

}  // namespace

ConcurrencyLimit::ConcurrencyLimit(std::size_t first, std::size_t most)
    : limit_(std::clamp<std::size_t>(first, 1, std::max<std::size_t>(1, most))),
      most_(std::max<std::size_t>(1, most)) {}

void ConcurrencyLimit::answered(std::chrono::microseconds latency, bool full) {
    const auto micros = static_cast<double>(latency.count());
    latency_ = latency_ == 0 ? micros : latency_ + (micros - latency_) * smoothing;
    beside_ -= beside_ > 0 ? 1 : 0;
    full_ = full_ || full;
    if (++answers_ < limit_) return;
    best_ = best_ == 0 ? latency_ : std::min(best_ * (1 + forgetting), latency_);
    if (full_ && latency_ <= best_ * tolerance) limit_ = std::min(limit_ + 1, most_);
    answers_ = 0;
    full_ = false;
}

bool ConcurrencyLimit::overloaded() {
    if (beside_ > 0) {
        --beside_;
        return false;
    }
    beside_ = limit_ - 1;
    limit_ = std::max<std::size_t>(1, limit_ / 2);
    answers_ = 0;
    full_ = false;
    return true;
}

}  // namespace duet::net
