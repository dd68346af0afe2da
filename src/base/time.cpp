#include "base/time.hpp"

#include <array>
#include <limits>

namespace duet {
namespace {

constexpr std::int64_t seconds_per_day = 86'400;
constexpr std::int64_t days_per_400_years = 146'097;
/// Days from 0000-03-01 to 1970-01-01. Years that begin in March have their leap day at the end.
constexpr std::int64_t days_to_1970 = 719'468;
constexpr int year_digits_limit = 9;    // +-999,999,999, as java.time
constexpr int offset_hours_limit = 18;  // as java.time

constexpr std::int64_t floor_div(std::int64_t value, std::int64_t by) {
    return value / by - (value % by < 0 ? 1 : 0);
}

bool is_leap(std::int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

unsigned days_in_month(std::int64_t year, unsigned month) {
    if (month == 2) {
        return is_leap(year) ? 29 : 28;
    }
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/// Walks over a text; each step takes what it can read, or nothing.
class Scanner {
public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    [[nodiscard]] bool next_is(char wanted) const { return rest_.starts_with(wanted); }
    [[nodiscard]] bool next_is_digit() const {
        return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
    }
    bool take(char wanted) {
        if (!next_is(wanted)) {
            return false;
        }
        rest_.remove_prefix(1);
        return true;
    }
    /// At most `limit` digits; how many there were is left in `count`.
    std::int64_t take_digits(int limit, int& count) {
        std::int64_t value = 0;
        for (count = 0; count < limit && next_is_digit(); ++count) {
            value = value * 10 + (rest_.front() - '0');
            rest_.remove_prefix(1);
        }
        return value;
    }
    /// Exactly two digits, at most `limit`; -1 where they are not.
    int take_two(int limit) {
        int count = 0;
        const std::int64_t value = take_digits(2, count);
        return count == 2 && value <= limit ? static_cast<int>(value) : -1;
    }

private:
    std::string_view rest_;
};

/// yyyy, yyyy-MM or yyyy-MM-dd.
bool parse_date(Scanner& text, CivilDate& date) {
    const bool negative = text.take('-');
    const bool has_sign = negative || text.take('+');
    int count = 0;
    date.year = text.take_digits(year_digits_limit, count);
    if (count < 4 || (count > 4 && !has_sign)) {
        return false;
    }
    date.year = negative ? -date.year : date.year;
    if (!text.take('-')) {
        return count == 4;  // more digits are a number: -12345 is a moment of 1969
    }
    const int month = text.take_two(12);
    if (month < 1) {
        return false;
    }
    date.month = static_cast<unsigned>(month);
    if (!text.take('-')) {
        return true;
    }
    const int day = text.take_two(31);
    date.day = static_cast<unsigned>(day);
    return day >= 1 && date.day <= days_in_month(date.year, date.month);
}

/// HH, HH:mm or HH:mm:ss, the last with a fraction of up to nine digits.
bool parse_time(Scanner& text, Instant& since_midnight) {
    const int hour = text.take_two(23);
    if (hour < 0) {
        return false;
    }
    since_midnight.seconds = hour * 3'600;
    if (!text.take(':')) {
        return true;
    }
    const int minute = text.take_two(59);
    if (minute < 0) {
        return false;
    }
    since_midnight.seconds += minute * 60;
    if (!text.take(':')) {
        return true;
    }
    const int second = text.take_two(59);
    if (second < 0) {
        return false;
    }
    since_midnight.seconds += second;
    if (!text.take('.') && !text.take(',')) {
        return true;
    }
    int count = 0;
    std::int64_t fraction = text.take_digits(9, count);
    for (int i = count; i < 9; ++i) {
        fraction *= 10;
    }
    since_midnight.nanoseconds = static_cast<std::uint32_t>(fraction);
    return count > 0;
}

/// Z, +hh:mm, +hhmm, +hh, or nothing; the seconds that local time is ahead of UTC.
bool parse_offset(Scanner& text, std::int64_t& seconds) {
    seconds = 0;
    if (text.at_end() || text.take('Z')) {
        return true;
    }
    const bool negative = text.take('-');
    if (!negative && !text.take('+')) {
        return false;
    }
    const int hours = text.take_two(offset_hours_limit);
    if (hours < 0) {
        return false;
    }
    int minutes = 0;
    if (!text.at_end()) {
        text.take(':');
        minutes = text.take_two(hours == offset_hours_limit ? 0 : 59);
        if (minutes < 0) {
            return false;
        }
    }
    seconds = (hours * 3'600 + minutes * 60) * (negative ? -1 : 1);
    return true;
}

/// floor((seconds * factor) + part), where 0 <= part < factor.
std::optional<std::int64_t> scale(std::int64_t seconds, std::int64_t factor, std::int64_t part) {
    // Before 1970 from the next second downwards: the lowest number's own second would overflow.
    if (seconds < 0) {
        seconds += 1;
        part -= factor;
    }
    std::int64_t result = 0;
    if (__builtin_mul_overflow(seconds, factor, &result) ||
        __builtin_add_overflow(result, part, &result)) {
        return std::nullopt;
    }
    return result;
}

/// With at least so many digits. By hand: two moments of each record pass here.
void append_padded(std::string& out, std::uint64_t number, std::size_t width) {
    constexpr std::size_t most = std::numeric_limits<std::uint64_t>::digits10 + 1;
    std::array<char, most> digits{};
    std::size_t begin = most;
    while (number > 0 || most - begin < width) {
        digits[--begin] = static_cast<char>('0' + number % 10);
        number /= 10;
    }
    out.append(digits.data() + begin, most - begin);
}

}  // namespace

std::int64_t SystemClock::now() const {
    const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<Micros>(since_1970).count();
}

std::int64_t days_from_civil(const CivilDate& date) {
    const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
    const std::int64_t month = (date.month + 9) % 12;  // March is 0
    const std::int64_t leap_days = floor_div(year, 4) - floor_div(year, 100) + floor_div(year, 400);
    const std::int64_t day_of_year = (153 * month + 2) / 5 + std::int64_t{date.day} - 1;
    return 365 * year + leap_days + day_of_year - days_to_1970;
}

CivilDate civil_from_days(std::int64_t days) {
    const std::int64_t since_march_0 = days + days_to_1970;
    const std::int64_t era = floor_div(since_march_0, days_per_400_years);
    const std::int64_t day = since_march_0 - era * days_per_400_years;  // of the era
    // Take out the leap days so far: the last day of 4, of 100 (not) and of 400 years is one.
    const std::int64_t year = (day - day / 1'460 + day / 36'524 - day / 146'096) / 365;
    const std::int64_t day_of_year = day - (365 * year + year / 4 - year / 100);
    const std::int64_t month = (5 * day_of_year + 2) / 153;  // March is 0
    CivilDate date;
    date.day = static_cast<unsigned>(day_of_year - (153 * month + 2) / 5 + 1);
    date.month = static_cast<unsigned>(month < 10 ? month + 3 : month - 9);
    date.year = era * 400 + year + (date.month <= 2 ? 1 : 0);
    return date;
}

std::optional<Instant> parse_iso8601(std::string_view text) {
    Scanner scanner(text);
    CivilDate date;
    if (!parse_date(scanner, date)) {
        return std::nullopt;
    }
    Instant instant;
    std::int64_t offset_seconds = 0;
    if (scanner.take('T')) {
        // Elasticsearch takes a `T` with nothing behind it.
        if (!scanner.at_end() &&
            !(parse_time(scanner, instant) && parse_offset(scanner, offset_seconds))) {
            return std::nullopt;
        }
    } else if (scanner.take(' ')) {
        if (!parse_time(scanner, instant) || !parse_offset(scanner, offset_seconds)) {
            return std::nullopt;
        }
    }
    if (!scanner.at_end()) {
        return std::nullopt;
    }
    instant.seconds += days_from_civil(date) * seconds_per_day - offset_seconds;
    return instant;
}

std::string format_iso8601(const Instant& instant, int digits) {
    std::string text;
    append_iso8601(text, instant, digits);
    return text;
}

void append_iso8601(std::string& out, const Instant& instant, int digits) {
    const std::int64_t days = floor_div(instant.seconds, seconds_per_day);
    const std::int64_t second = instant.seconds - days * seconds_per_day;
    const CivilDate date = civil_from_days(days);
    const bool negative = date.year < 0;
    if (negative) {
        out += '-';
    } else if (date.year > 9'999) {
        out += '+';
    }
    append_padded(out, static_cast<std::uint64_t>(negative ? -date.year : date.year), 4);
    out += '-';
    append_padded(out, date.month, 2);
    out += '-';
    append_padded(out, date.day, 2);
    out += 'T';
    append_padded(out, static_cast<std::uint64_t>(second / 3'600), 2);
    out += ':';
    append_padded(out, static_cast<std::uint64_t>(second / 60 % 60), 2);
    out += ':';
    append_padded(out, static_cast<std::uint64_t>(second % 60), 2);
    if (digits >= 3) out += '.';
    if (digits >= 9) {
        append_padded(out, instant.nanoseconds, 9);
    } else if (digits >= 6) {
        append_padded(out, instant.nanoseconds / 1'000, 6);
    } else if (digits >= 3) {
        append_padded(out, instant.nanoseconds / 1'000'000, 3);
    }
    out += 'Z';
}

Instant instant_from_micros(std::int64_t micros) {
    const std::int64_t seconds = floor_div(micros, 1'000'000);
    const std::int64_t part = (micros % 1'000'000 + 1'000'000) % 1'000'000;
    return {seconds, static_cast<std::uint32_t>(part * 1'000)};
}

Instant instant_from_millis(std::int64_t millis) {
    const std::int64_t seconds = floor_div(millis, 1'000);
    const std::int64_t part = (millis % 1'000 + 1'000) % 1'000;
    return {seconds, static_cast<std::uint32_t>(part * 1'000'000)};
}

std::optional<std::int64_t> to_micros(const Instant& instant) {
    return scale(instant.seconds, 1'000'000, instant.nanoseconds / 1'000);
}

std::optional<std::int64_t> to_millis(const Instant& instant) {
    return scale(instant.seconds, 1'000, instant.nanoseconds / 1'000'000);
}

}  // namespace duet
