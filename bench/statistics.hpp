#pragma once
// The arithmetic of the figures.

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace duet::bench {

/// The smallest of the values that at least this share (above 0, at most 1) of them do not exceed;
/// 0 of none.
[[nodiscard]] double percentile(std::vector<double> values, double share);
/// The lower of the two in the middle.
[[nodiscard]] double median(std::vector<double> values);

/// How y grows with x: the p of y ~ x^p that fits best. 0: not at all; 1: as a line. Empty where
/// fewer than two points are above zero.
[[nodiscard]] std::optional<double> growth(std::span<const std::pair<double, double>> points);

/// How many of `rate` changes a second are due after so long; the first one at once.
[[nodiscard]] std::uint64_t due(std::chrono::duration<double> elapsed, int rate);

}  // namespace duet::bench
