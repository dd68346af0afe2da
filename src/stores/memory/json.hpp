#pragma once
// A value as JSON text, for people: what quarantine and conflicts show of records in memory.

#include <string>

#include "model/value.hpp"

namespace duet {

/// Bytes as hexadecimal digits; a map as a list of pairs; NaN and infinities as strings.
[[nodiscard]] std::string json_of(const Value& value);

}  // namespace duet
