#include "stores/elasticsearch/date_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace duet::elasticsearch {

namespace {

constexpr std::int64_t seconds_per_day = 86'400;
constexpr std::int64_t first_year = -377'705'116'800;      // -9999-01-01
constexpr std::int64_t after_last_year = 253'402'300'800;  // 10000-01-01

/// Names that mean an ISO 8601 moment in which at least the fraction may be left out.
constexpr std::array iso_names = {
    std::string_view("date_optional_time"),
    std::string_view("date_optional_time_nanos"),
    std::string_view("date_time"),
    std::string_view("iso8601"),
};
constexpr std::array day_names = {
    std::string_view("date"),
    std::string_view("year_month_day"),
};

bool is_among(std::string_view name, std::span<const std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool take(std::string_view& text, std::string_view wanted) {
    if (!text.starts_with(wanted)) return false;
    text.remove_prefix(wanted.size());
    return true;
}

/// "1795184227797" or "1795184227.797" in units of 10^-digits seconds.
std::optional<Instant> parse_epoch(std::string_view text, std::int64_t per_second) {
    const bool negative = text.starts_with('-');
    std::int64_t whole = 0;
    const char* last = text.data() + text.size();
    auto [end, error] = std::from_chars(text.data(), last, whole);
    if (error != std::errc{}) return std::nullopt;
    std::int64_t nanoseconds = 0;  // of the fraction of a unit
    if (end != last) {
        if (*end != '.' || end + 1 == last || last - end > 10) return std::nullopt;
        std::int64_t unit = 1'000'000'000 / per_second;
        for (const char* at = end + 1; at != last; ++at) {
            if (*at < '0' || *at > '9') return std::nullopt;
            unit /= 10;
            nanoseconds += (*at - '0') * unit;
        }
    }
    std::int64_t seconds = whole / per_second;
    std::int64_t rest = whole % per_second * (1'000'000'000 / per_second);
    rest += negative ? -nanoseconds : nanoseconds;
    if (rest < 0) {
        rest += 1'000'000'000;
        if (__builtin_sub_overflow(seconds, 1, &seconds)) return std::nullopt;
    }
    return Instant{seconds, static_cast<std::uint32_t>(rest)};
}

}  // namespace

DateFormat::DateFormat(std::string_view format) {
    while (!format.empty()) {
        const std::size_t end = format.find("||");
        const Part part = part_of(format.substr(0, end));
        // An epoch is never read behind another, whatever its unit: the first takes every number.
        // And a part that is not known may take numbers, too.
        const bool takes_numbers = std::any_of(parts_.begin(), parts_.end(), may_take_numbers);
        if (!is_epoch(part) || !takes_numbers) parts_.push_back(part);
        format.remove_prefix(end == std::string_view::npos ? format.size() : end + 2);
    }
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        const auto fine = precision_of(parts_[i]);
        const auto best = written_ ? precision_of(parts_[*written_]) : std::nullopt;
        if (fine && (!best || *fine < *best)) written_ = i;
    }
}

bool DateFormat::is_epoch(const Part& part) {
    return part.kind == Kind::epoch_millis || part.kind == Kind::epoch_second;
}

bool DateFormat::may_take_numbers(const Part& part) {
    return is_epoch(part) || part.kind == Kind::unknown;
}

DateFormat::Part DateFormat::part_of(std::string_view name) {
    Part part;
    if (name == "epoch_millis") {
        part.kind = Kind::epoch_millis;
    } else if (name == "epoch_second") {
        part.kind = Kind::epoch_second;
    } else {
        std::string_view plain = name;
        take(plain, "strict_");
        if (is_among(plain, iso_names)) {
            part.kind = Kind::iso;
            part.year_alone = plain != "date_time";
        } else if (is_among(plain, day_names)) {
            part.kind = Kind::days;
        } else if (plain == "date_time_no_millis") {
            part.kind = Kind::pattern;
            part.zone = "Z";
        } else if (plain == "date_hour_minute_second") {
            part.kind = Kind::pattern;
        } else if (plain == "date_hour_minute_second_millis" ||
                   plain == "date_hour_minute_second_fraction") {
            part.kind = Kind::pattern;
            part.digits = 3;
        } else {
            part = pattern_of(name);
        }
    }
    return part;
}

DateFormat::Part DateFormat::pattern_of(std::string_view pattern) {
    Part part;
    take(pattern, "8");  // what versions 6 and 7 wrote before a pattern of java.time
    if (!take(pattern, "yyyy-MM-dd") && !take(pattern, "uuuu-MM-dd")) return part;
    if (pattern.empty()) {
        part.kind = Kind::days;
        return part;
    }
    if (take(pattern, " ")) {
        part.separator = ' ';
    } else if (!take(pattern, "'T'")) {
        return part;
    }
    if (!take(pattern, "HH:mm:ss")) return part;
    if (take(pattern, ".")) {
        const std::size_t digits = std::min(pattern.find_first_not_of('S'), pattern.size());
        if (digits != 3 && digits != 6 && digits != 9) return part;
        part.digits = static_cast<int>(digits);
        pattern.remove_prefix(digits);
    }
    if (take(pattern, "'Z'") || take(pattern, "XXX") || take(pattern, "XX") || take(pattern, "X")) {
        part.zone = "Z";
    } else if (take(pattern, "Z")) {
        part.zone = "+0000";
    }
    if (pattern.empty()) part.kind = Kind::pattern;
    return part;
}

std::optional<Precision> DateFormat::precision_of(const Part& part) {
    switch (part.kind) {
        case Kind::iso: return Precision::microseconds;
        case Kind::epoch_millis: return Precision::milliseconds;
        case Kind::epoch_second: return Precision::seconds;
        case Kind::pattern:
            if (part.digits >= 6) return Precision::microseconds;
            return part.digits == 3 ? Precision::milliseconds : Precision::seconds;
        case Kind::days:
        case Kind::unknown: break;
    }
    return std::nullopt;
}

bool DateFormat::is_known() const {
    return std::none_of(parts_.begin(), parts_.end(),
                        [](const Part& part) { return part.kind == Kind::unknown; });
}

bool DateFormat::is_days() const {
    return !parts_.empty() && std::all_of(parts_.begin(), parts_.end(),
                                          [](const Part& part) { return part.kind == Kind::days; });
}

std::optional<Precision> DateFormat::precision() const {
    return written_ ? precision_of(parts_[*written_]) : std::nullopt;
}

std::optional<Instant> DateFormat::parse(std::string_view text) const {
    bool guess = false;  // a part before, which is not known, may have taken it
    for (Part part : parts_) {
        guess = guess || part.kind == Kind::unknown;
        part.year_alone = part.year_alone && !guess;
        if (const auto instant = parse_as(part, text)) return instant;
    }
    return std::nullopt;
}

std::optional<Instant> DateFormat::parse_as(const Part& part, std::string_view text) {
    const bool is_year = text.find('-', 1) == std::string_view::npos;
    if (!is_epoch(part) && is_year && !part.year_alone) return std::nullopt;
    switch (part.kind) {
        case Kind::epoch_millis: return parse_epoch(text, 1'000);
        case Kind::epoch_second: return parse_epoch(text, 1);
        case Kind::days:
            return text.size() <= 17 && text.find(':') == std::string_view::npos
                       ? parse_iso8601(text)
                       : std::nullopt;
        case Kind::iso:
        case Kind::pattern: return parse_iso8601(text);
        case Kind::unknown: break;
    }
    return std::nullopt;
}

bool DateFormat::append_content(std::string& out, const Instant& instant, int digits) const {
    const auto epoch = std::find_if(parts_.begin(), parts_.end(), [](const Part& part) {
        return part.kind == Kind::epoch_millis;
    });
    const bool far = instant.seconds < first_year || instant.seconds >= after_last_year;
    if (far && epoch != parts_.end() && append_as(out, *epoch, instant, digits)) return true;
    return append(out, instant, digits);
}

bool DateFormat::append(std::string& out, const Instant& instant, int digits) const {
    if (written_ && append_as(out, parts_[*written_], instant, digits)) return true;
    return std::any_of(parts_.begin(), parts_.end(),
                       [&](const Part& part) { return append_as(out, part, instant, digits); });
}

bool DateFormat::append_as(std::string& out, const Part& part, const Instant& instant, int digits) {
    const std::uint32_t nanoseconds = instant.nanoseconds;
    const auto quoted = [&](const std::string& text) {
        out += '"';
        out += text;
        out += '"';
        return true;
    };
    switch (part.kind) {
        case Kind::iso:
            out += '"';
            append_iso8601(out, instant, std::max(digits, 0));
            if (digits == day) out.resize(out.rfind('T'));
            out += '"';
            return true;
        case Kind::epoch_millis: {
            const auto millis = to_millis(instant);
            if (!millis || nanoseconds % 1'000'000 != 0) return false;
            out += std::to_string(*millis);
            return true;
        }
        case Kind::epoch_second:
            if (nanoseconds != 0) return false;
            out += std::to_string(instant.seconds);
            return true;
        case Kind::days: {
            if (nanoseconds != 0 || instant.seconds % seconds_per_day != 0) return false;
            const std::string text = format_iso8601(instant, 0);
            return quoted(text.substr(0, text.find('T')));
        }
        case Kind::pattern: {
            const std::uint32_t unit = part.digits == 0   ? 1'000'000'000
                                       : part.digits == 3 ? 1'000'000
                                                          : 1'000;
            if (nanoseconds % (part.digits == 9 ? 1 : unit) != 0) return false;
            std::string text = format_iso8601(instant, part.digits);
            text.pop_back();  // Z
            text[text.find('T')] = part.separator;
            return quoted(text + part.zone);
        }
        case Kind::unknown: break;
    }
    return false;
}

}  // namespace duet::elasticsearch
