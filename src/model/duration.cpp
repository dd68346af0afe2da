// Durations as text; the rest of text.hpp is in text.cpp.

#include <array>
#include <charconv>
#include <limits>

#include "model/text.hpp"

namespace duet {

namespace {

enum class Part : std::uint8_t { months, days, nanoseconds };

struct Unit {
    std::string_view name;
    Part part;
    std::uint64_t size;
};

constexpr std::uint64_t second = 1'000'000'000;
constexpr std::array cql_units = {
    Unit{"y", Part::months, 12},
    Unit{"mo", Part::months, 1},
    Unit{"w", Part::days, 7},
    Unit{"d", Part::days, 1},
    Unit{"h", Part::nanoseconds, 3'600 * second},
    Unit{"m", Part::nanoseconds, 60 * second},
    Unit{"s", Part::nanoseconds, second},
    Unit{"ms", Part::nanoseconds, 1'000'000},
    Unit{"us", Part::nanoseconds, 1'000},
    Unit{"ns", Part::nanoseconds, 1},
};
constexpr std::array iso_day_units = {
    Unit{"Y", Part::months, 12},
    Unit{"M", Part::months, 1},
    Unit{"W", Part::days, 7},
    Unit{"D", Part::days, 1},
};
constexpr std::array iso_time_units = {
    Unit{"H", Part::nanoseconds, 3'600 * second},
    Unit{"M", Part::nanoseconds, 60 * second},
    Unit{"S", Part::nanoseconds, second},
};

/// Magnitudes: the lowest numbers have no positive counterpart in signed integers.
struct Sums {
    std::array<std::uint64_t, 3> parts{};

    bool add(const Unit& unit, std::uint64_t count) {
        std::uint64_t amount = 0;
        std::uint64_t& sum = parts[static_cast<std::size_t>(unit.part)];
        return !__builtin_mul_overflow(count, unit.size, &amount) &&
               !__builtin_add_overflow(sum, amount, &sum);
    }
};

/// Counts with units, each unit after those before it.
template <std::size_t size>
bool add_all(std::string_view text, const std::array<Unit, size>& units, Sums& sums) {
    std::size_t next = 0;
    while (!text.empty()) {
        std::uint64_t count = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
        if (error != std::errc{}) return false;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        const std::string_view name = text.substr(0, text.find_first_of("0123456789"));
        text.remove_prefix(name.size());
        while (next < size && units[next].name != name) ++next;
        if (next == size || !sums.add(units[next++], count)) return false;
    }
    return true;
}

template <class Int>
bool to_signed(std::uint64_t magnitude, bool negative, Int& out) {
    const auto limit =
        static_cast<std::uint64_t>(std::numeric_limits<Int>::max()) + (negative ? 1 : 0);
    if (magnitude > limit) return false;
    out = static_cast<Int>(negative ? 0 - magnitude : magnitude);
    return true;
}

}  // namespace

std::string duration_text(const Duration& duration) {
    const bool negative = duration.months < 0 || duration.days < 0 || duration.nanoseconds < 0;
    std::string text = negative ? "-" : "";
    const auto append = [&](std::int64_t number, const char* unit) {
        const auto bits = static_cast<std::uint64_t>(number);
        text += std::to_string(number < 0 ? 0 - bits : bits) + unit;
    };
    if (duration.months != 0) append(duration.months, "mo");
    if (duration.days != 0) append(duration.days, "d");
    if (duration.nanoseconds != 0 || (duration.months == 0 && duration.days == 0)) {
        append(duration.nanoseconds, "ns");
    }
    return text;
}

std::optional<Duration> parse_duration(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    Sums sums;
    if (text.starts_with('P')) {
        const std::size_t time = text.find('T');
        const std::string_view days =
            text.substr(1, time == std::string_view::npos ? time : time - 1);
        const std::string_view times = time == std::string_view::npos ? "" : text.substr(time + 1);
        if (days.empty() && times.empty()) return std::nullopt;
        if (!add_all(days, iso_day_units, sums) || !add_all(times, iso_time_units, sums))
            return std::nullopt;
    } else if (text.empty() || !add_all(text, cql_units, sums)) {
        return std::nullopt;
    }
    Duration duration;
    const bool fits = to_signed(sums.parts[0], negative, duration.months) &&
                      to_signed(sums.parts[1], negative, duration.days) &&
                      to_signed(sums.parts[2], negative, duration.nanoseconds);
    return fits ? std::optional(duration) : std::nullopt;
}

}  // namespace duet
