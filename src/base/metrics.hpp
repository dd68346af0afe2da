#pragma once
// Counters and gauges of the process, served as Prometheus text. Names carry their unit (style.md).

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
/// All of them in the Prometheus text format.
[[nodiscard]] std::string serialize();

}  // namespace duet::metrics
