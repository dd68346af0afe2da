#include "base/remaining_time.hpp"

#include <cmath>

namespace duet {

std::optional<std::chrono::seconds> RemainingTime::at(double part, std::int64_t now) {
    if (part < last_) {
        began_ = now;
        first_ = part;
    }
    last_ = part;
    const double done = part - first_;
    const std::chrono::duration<double> took = std::chrono::microseconds(now - began_);
    if (done < telling_part || took < telling_time) return std::nullopt;
    const double left = took.count() * (1 - part) / done;
    return std::chrono::seconds(std::llround(left));
}

}  // namespace duet
