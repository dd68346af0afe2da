#include "sync/segment_size.hpp"

#include <algorithm>

namespace duet::sync {

namespace {

constexpr double weight = 0.25;  // of the last digest: one slow answer says little

std::uint64_t rows_in(std::chrono::duration<double> time, double rows_per_second) {
    return static_cast<std::uint64_t>(rows_per_second * time.count());
}

}  // namespace

void SegmentSize::took(std::uint64_t rows, std::chrono::microseconds duration) {
    if (rows < telling_rows && duration < longest_digest) return;
    const double seconds = std::max(std::chrono::duration<double>(duration).count(), 1e-6);
    const double seen =
        std::clamp(static_cast<double>(rows) / seconds, rows_per_second_min, rows_per_second_max);
    rows_per_second_ += weight * (seen - rows_per_second_);
}

std::uint64_t SegmentSize::most() const { return rows_in(longest_digest, rows_per_second_); }

std::uint64_t SegmentSize::least() const { return rows_in(shortest_digest, rows_per_second_); }

}  // namespace duet::sync
