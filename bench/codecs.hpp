#pragma once
// The micro-benchmarks of duet_micro as figures.

#include <string>

#include "setting.hpp"

namespace duet::bench {

/// Runs them, each for so long at least; a JSON array.
[[nodiscard]] std::string measure_codecs(const Setting& setting, double min_seconds);

}  // namespace duet::bench
