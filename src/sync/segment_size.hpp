#pragma once
// How many rows one digest of the sweep should be about: so many that it takes the server 50 to
// 200 ms. A longer one keeps others waiting; of many shorter ones most of the cost is the asking.

#include <chrono>
#include <cstdint>

namespace duet::sync {

class SegmentSize {
public:
    /// A digest of so many rows has taken so long.
    void took(std::uint64_t rows, std::chrono::microseconds duration);
    /// A segment of more rows is cut in two.
    [[nodiscard]] std::uint64_t most() const;
    /// Neighbours that together have fewer become one.
    [[nodiscard]] std::uint64_t least() const;

private:
    double rows_per_second_ = 200'000;  // a guess, of few columns
};

constexpr std::chrono::milliseconds longest_digest{200};
constexpr std::chrono::milliseconds shortest_digest{50};
constexpr double rows_per_second_min = 10'000;     // segments of 2,000 rows
constexpr double rows_per_second_max = 2'000'000;  // of 400,000: what a moved one costs to read
constexpr std::uint64_t telling_rows = 1'000;      // of fewer the asking is most of the time

}  // namespace duet::sync
