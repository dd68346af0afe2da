#pragma once
// Moments. The project counts in microseconds since 1970-01-01T00:00:00Z, like Cassandra's
// WRITETIME.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace duet {

using Micros = std::chrono::microseconds;

/// Where the time comes from; injected, so that tests and the simulation decide what it is.
class Clock {
public:
    virtual ~Clock() = default;
    /// Microseconds since 1970 (UTC).
    [[nodiscard]] virtual std::int64_t now() const = 0;
};

/// The machine's clock.
class SystemClock final : public Clock {
public:
    [[nodiscard]] std::int64_t now() const override;
};

/// A date of the proleptic Gregorian calendar; `days` since 1970-01-01.
struct CivilDate {
    std::int64_t year = 1970;
    unsigned month = 1;
    unsigned day = 1;
};
[[nodiscard]] std::int64_t days_from_civil(const CivilDate& date);
[[nodiscard]] CivilDate civil_from_days(std::int64_t days);

/// A moment with nanoseconds kept apart, so that the years -10000 to +10000 fit.
struct Instant {
    std::int64_t seconds = 0;       // since 1970, may be negative
    std::uint32_t nanoseconds = 0;  // 0 .. 999,999,999
};

/// Reads ISO 8601 as Elasticsearch's `strict_date_optional_time` takes it: a date, optionally `T`
/// and a time, a fraction of up to nine digits and an offset (`Z`, `+hh:mm`, `+hhmm`, `+hh`; none
/// means UTC); a space may stand for `T`. Years of more than four digits carry a sign. Empty when
/// the text is none of these.
[[nodiscard]] std::optional<Instant> parse_iso8601(std::string_view text);

/// `2026-11-20T10:00:00.123Z`; the fraction has 0, 3, 6 or 9 digits, as many as `digits` says.
[[nodiscard]] std::string format_iso8601(const Instant& instant, int digits);
void append_iso8601(std::string& out, const Instant& instant, int digits);

[[nodiscard]] Instant instant_from_micros(std::int64_t micros);
[[nodiscard]] Instant instant_from_millis(std::int64_t millis);
/// Floor to microseconds or milliseconds; empty when the number does not fit 64 bits.
[[nodiscard]] std::optional<std::int64_t> to_micros(const Instant& instant);
[[nodiscard]] std::optional<std::int64_t> to_millis(const Instant& instant);

}  // namespace duet
