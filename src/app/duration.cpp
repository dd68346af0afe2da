#include "app/duration.hpp"

#include <array>
#include <charconv>
#include <cstdint>

namespace duet::app {

namespace {

struct Unit {
    std::string_view name;
    std::int64_t millis;
};

// From the largest on, as format_duration() needs them; "ms" is told from "m" by reading all
// letters of a unit.
constexpr std::array<Unit, 5> units{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};

std::optional<std::int64_t> millis_of(std::string_view unit) {
    for (const Unit& candidate : units) {
        if (candidate.name == unit) return candidate.millis;
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    if (text.empty()) return std::nullopt;
    std::int64_t total = 0;
    while (!text.empty()) {
        if (text.front() < '0' || text.front() > '9') return std::nullopt;
        std::int64_t number = 0;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
        if (read.ec != std::errc{}) return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
        const std::size_t letters = std::min(text.find_first_of("0123456789"), text.size());
        const auto unit = millis_of(text.substr(0, letters));
        if (!unit) return std::nullopt;
        text.remove_prefix(letters);
        std::int64_t part = 0;
        if (__builtin_mul_overflow(number, *unit, &part) ||
            __builtin_add_overflow(total, part, &total)) {
            return std::nullopt;
        }
    }
    return std::chrono::milliseconds(total);
}

std::string format_duration(std::chrono::milliseconds duration) {
    std::int64_t rest = duration.count();
    if (rest == 0) return "0s";
    std::string text;
    for (const Unit& unit : units) {
        if (rest < unit.millis) continue;
        text += std::to_string(rest / unit.millis);
        text += unit.name;
        rest %= unit.millis;
    }
    return text;
}

}  // namespace duet::app
