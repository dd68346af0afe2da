#pragma once
// Counters, gauges and histograms of the process, served as Prometheus text. Names carry their unit
// (CONTRIBUTING.md).

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace duet::metrics {

using Labels = std::initializer_list<std::pair<std::string, std::string>>;

/// Adds to a counter, made at its first use.
void add(std::string_view name, Labels labels, double amount = 1);
/// Sets a gauge, made at its first use.
void set(std::string_view name, Labels labels, double value);
/// Counts a duration in a histogram, made at its first use.
void observe(std::string_view name, Labels labels, double seconds);
/// Takes a gauge away, of something that is no more.
void remove(std::string_view name, Labels labels);
/// All of them in the Prometheus text format.
[[nodiscard]] std::string serialize();

}  // namespace duet::metrics
