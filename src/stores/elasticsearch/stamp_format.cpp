#include "stores/elasticsearch/stamp_format.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <iterator>

#include "base/error.hpp"
#include "model/text.hpp"

namespace duet::elasticsearch {

namespace {

// V2: below these a number is seconds, milliseconds, microseconds; above, nanoseconds.
constexpr std::int64_t seconds_below = 100'000'000'000;
constexpr std::int64_t millis_below = 100'000'000'000'000;
constexpr std::int64_t micros_below = 100'000'000'000'000'000;

std::int64_t magnitude(std::int64_t number) { return number < 0 ? -(number + 1) : number; }

/// An integer, perhaps written as 1.795184227797E12.
std::optional<std::int64_t> integer_of(std::string_view text) {
    const auto number = parse_integer(text);
    return number ? number->to_int64() : std::nullopt;
}

/// 1795184227.797: seconds or milliseconds with a fraction, as many languages count.
std::optional<Version> with_fraction(std::string_view text) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    if (!whole || !(std::abs(number) < static_cast<double>(micros_below))) return std::nullopt;
    const auto unit = static_cast<double>(unit_of(static_cast<std::int64_t>(number)));
    return Version{std::llround(number * unit)};
}

/// A number of another unit would be read as one: so shortly after 1970 only seconds are safe.
void append_seconds(std::string& out, std::int64_t micros) {
    const std::int64_t size = std::abs(micros);
    fmt::format_to(std::back_inserter(out), "{}{}.{:06}", micros < 0 ? "-" : "", size / 1'000'000,
                   size % 1'000'000);
}

bool is_integer_field(std::string_view type) {
    return type == "long" || type == "unsigned_long" || type == "double";
}

bool is_text_field(std::string_view type) {
    return type == "keyword" || type == "text" || type == "wildcard" || type == "match_only_text";
}

}  // namespace

Precision unit_of(std::int64_t number) {
    const std::int64_t size = magnitude(number);
    if (size < seconds_below) return Precision::seconds;
    return size < millis_below ? Precision::milliseconds : Precision::microseconds;
}

std::int64_t micros_of(std::int64_t number) {
    if (magnitude(number) >= micros_below) return number / 1'000 - (number % 1'000 < 0 ? 1 : 0);
    return number * static_cast<std::int64_t>(unit_of(number));
}

StampFormat::StampFormat() : dates_(DateFormat("strict_date_optional_time||epoch_millis")) {}

StampFormat StampFormat::of(const Json& field, std::optional<Precision> numbers,
                            std::string_view index, std::string_view name) {
    StampFormat format;
    const std::string_view type = field["type"].text();
    const std::string_view dates = field["format"].text();
    if (!field.exists() || is_text_field(type)) return format;
    if (type == "date" || type == "date_nanos") {
        if (field["format"].exists()) format.dates_ = DateFormat(dates);
        const auto precision = format.dates_->precision();
        if (!precision) {
            throw Misconfigured(
                fmt::format("index {}: the date format {} of the version field {} takes no stamp",
                            index, dates, name),
                "name another field as version_field, or reindex with \"format\": "
                "\"strict_date_optional_time||epoch_millis\" there");
        }
        format.precision_ = *precision;
        return format;
    }
    format.dates_.reset();
    if (is_integer_field(type)) {
        format.precision_ = numbers.value_or(Precision::microseconds);
    } else if (type == "integer") {
        format.precision_ = Precision::seconds;
    } else {
        throw Misconfigured(
            fmt::format("index {}: the version field {} is mapped as {}, which takes no stamp",
                        index, name, type.empty() ? "object" : type),
            "name another field as version_field, or reindex with it as date_nanos");
    }
    return format;
}

std::optional<Version> StampFormat::read(const Json& value) const {
    const std::string_view text = value.text();
    if (value.is(Json::Kind::array)) return value.size() == 1 ? read(*value.begin()) : std::nullopt;
    if (!value.is(Json::Kind::string) && !value.is(Json::Kind::number)) return std::nullopt;
    const auto number = integer_of(text);
    // Four digits in a string are a year.
    const bool year = value.is(Json::Kind::string) && text.size() == 4;
    if (number && !year) return Version{micros_of(*number)};
    if (value.is(Json::Kind::number)) return with_fraction(text);
    const auto instant = dates_ ? dates_->parse(text) : parse_iso8601(text);
    if (!instant) return std::nullopt;
    const auto micros = to_micros(*instant);
    return micros ? std::optional(Version{*micros}) : std::nullopt;
}

void StampFormat::append(std::string& out, Version version) const {
    const auto unit = static_cast<std::int64_t>(precision_);
    const std::int64_t rest = version.micros % unit;
    const std::int64_t cut = version.micros - (rest < 0 ? rest + unit : rest);
    if (dates_ && dates_->append(out, instant_from_micros(cut), 6)) return;
    const std::int64_t number = cut / unit;
    if (micros_of(number) == cut) {
        out += std::to_string(number);
    } else {
        append_seconds(out, cut);
    }
}

}  // namespace duet::elasticsearch
