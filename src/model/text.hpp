#pragma once
// The text forms of scalars, in documents and in the ids of records: what Duet writes, and what it
// reads back.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "model/type.hpp"
#include "model/value.hpp"

namespace duet {

/// The text of a scalar, without quotes: digits, ISO 8601, canonical UUID, base64 and so on. Never
/// of null or a collection.
void append_text(std::string& out, const Value& value, const Type& type);
/// True where that text is a JSON number or boolean, not to be quoted.
[[nodiscard]] bool is_bare(const Value& value, const Type& type);

/// The value of a text or of a number's own text; empty where the type cannot hold exactly that
/// (rule V6). Dates and timestamps as ISO 8601 or, timestamps, milliseconds since 1970.
[[nodiscard]] std::optional<Value> parse_scalar(std::string_view text, const Type& type);

/// "1mo2d3ns", with a minus before the whole; zero is "0ns".
[[nodiscard]] std::string duration_text(const Duration& duration);
/// That, CQL's units (y mo w d h m s ms us ns, in this order) and ISO 8601's ("P1Y2M3DT4H5M6S",
/// "P2W").
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);

/// "2026-11-20"; beyond the years 0000 to 9999 with a sign.
[[nodiscard]] std::string date_text(std::int64_t days);
/// The days since 1970 of a midnight; empty: it is none, or beyond CQL's dates of 32 bits.
[[nodiscard]] std::optional<std::int64_t> days_of(const Instant& instant);
/// "10:00:00.000000000".
[[nodiscard]] std::string time_text(std::int64_t nanoseconds);
[[nodiscard]] std::optional<std::int64_t> parse_time_of_day(std::string_view text);

/// A number's text as an integer: "12", "12.0", "1.2e1".
[[nodiscard]] std::optional<BigInteger> parse_integer(std::string_view text);

}  // namespace duet
