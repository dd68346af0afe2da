#pragma once
// Durations as people write them: "200ms", "1s", "1h30m", "30d".

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace duet::app {

/// One or more numbers, each with its unit (ms, s, m, h, d), without blanks; empty when the text is
/// anything else, or too long a time for 64 bits of milliseconds.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// The shortest spelling that parse_duration() reads back: "1h30m", "0s".
[[nodiscard]] std::string format_duration(std::chrono::milliseconds duration);

}  // namespace duet::app
