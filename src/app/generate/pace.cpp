#include "app/generate/pace.hpp"

#include <algorithm>

namespace duet::app {

std::size_t Pace::due(std::int64_t now, std::size_t limit) {
    if (per_second_ <= 0) return limit;
    const auto passed = static_cast<double>(std::max<std::int64_t>(0, now - last_)) / 1e6;
    last_ = now;
    owed_ = std::min(owed_ + passed * per_second_, std::max(per_second_, 1.0));
    return static_cast<std::size_t>(std::min(owed_, static_cast<double>(limit)));
}

void Pace::made(std::size_t count) { owed_ = std::max(0.0, owed_ - static_cast<double>(count)); }

}  // namespace duet::app
