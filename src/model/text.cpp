#include "model/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <iterator>
#include <limits>

#include "model/inet.hpp"

namespace duet {

namespace {

constexpr std::int64_t seconds_per_day = 86'400;

template <class Number>
std::optional<Value> parse_float(std::string_view text) {
    using Limits = std::numeric_limits<Number>;
    if (text == "NaN") return Value(Limits::quiet_NaN());
    if (text == "Infinity" || text == "+Infinity") return Value(Limits::infinity());
    if (text == "-Infinity") return Value(-Limits::infinity());
    const std::size_t sign = text.starts_with('-') ? 1 : 0;
    if (text.size() <= sign || text[sign] < '0' || text[sign] > '9')
        return std::nullopt;  // no "inf", no "nan"
    Number number = 0;
    const char* last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, number);
    if (error != std::errc{} || end != last) return std::nullopt;
    return Value(number);
}

/// Fractions are rounded to the nearest, as every reader of JSON does; an integer that a double
/// cannot hold is not. (123456789012345680000 is how JavaScript writes the
/// double 1.2345678901234568e20.)
bool loses_digits(std::string_view text, double number) {
    constexpr std::size_t exact_digits = 15;
    const bool integer = text.find_first_of(".eE") == std::string_view::npos;
    if (!integer || text.size() <= exact_digits || !std::isfinite(number)) return false;
    const auto given = BigInteger::parse(text);
    return !given || (fmt::format("{:.0f}", number) != given->digits &&
                      parse_integer(fmt::format("{}", number)) != given);
}

std::optional<Value> parse_double(std::string_view text) {
    std::optional<Value> value = parse_float<double>(text);
    if (value && loses_digits(text, value->get<double>())) return std::nullopt;
    return value;
}

std::optional<Value> parse_small(std::string_view text, std::int64_t low, std::int64_t high) {
    std::int64_t number = 0;
    const char* last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, number);
    if (error != std::errc{} || end != last) {
        const auto integer = parse_integer(text);
        const auto small = integer ? integer->to_int64() : std::nullopt;
        if (!small) return std::nullopt;
        number = *small;
    }
    if (number < low || number > high) return std::nullopt;
    return Value(number);
}

template <class Int>
std::optional<Value> parse_int(std::string_view text) {
    return parse_small(text, std::numeric_limits<Int>::min(), std::numeric_limits<Int>::max());
}

std::optional<Value> parse_timestamp(std::string_view text) {
    const auto instant = parse_iso8601(text);
    if (!instant) return parse_int<std::int64_t>(text);
    const auto millis = to_millis(*instant);
    if (!millis) return std::nullopt;
    return Value(*millis);
}

std::optional<Value> parse_date(std::string_view text) {
    const auto instant = parse_iso8601(text);
    const auto days = instant ? days_of(*instant) : std::nullopt;
    if (!days) return std::nullopt;
    return Value(*days);
}

std::optional<Value> parse_uuid(std::string_view text, bool time_based) {
    const auto id = Uuid::parse_any_case(text);
    if (!id || (time_based && id->version() != 1)) return std::nullopt;
    return Value(*id);
}

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

template <class T>
std::optional<Value> wrap(std::optional<T> value) {
    if (!value) return std::nullopt;
    return Value(std::move(*value));
}

template <class Number>
void append_float(std::string& out, Number number) {
    if (std::isnan(number)) {
        out += "NaN";
    } else if (std::isinf(number)) {
        out += number > 0 ? "Infinity" : "-Infinity";
    } else if (number == 0) {
        out += std::signbit(number) ? "-0.0"
                                    : "0.0";  // "-0" would be an integer, whose sign gets lost
    } else {
        fmt::format_to(std::back_inserter(out), "{}", number);
    }
}

/// What a value's own kind says; integers that mean moments are told by the type.
struct TextOf {
    std::string& out;
    const Type& type;

    void operator()(bool value) const { out += value ? "true" : "false"; }
    void operator()(std::int64_t value) const {
        if (type.kind == Kind::timestamp) {
            append_iso8601(out, instant_from_millis(value), 3);
        } else if (type.kind == Kind::date) {
            out += date_text(value);
        } else if (type.kind == Kind::time) {
            out += time_text(value);
        } else {
            fmt::format_to(std::back_inserter(out), "{}", value);
        }
    }
    void operator()(float value) const { append_float(out, value); }
    void operator()(double value) const { append_float(out, value); }
    void operator()(const std::string& value) const { out += value; }
    void operator()(const Blob& value) const { out += to_base64(value.bytes); }
    void operator()(const Uuid& value) const { value.append_to(out); }
    void operator()(const Inet& value) const { out += inet_text(value); }
    void operator()(const BigInteger& value) const { out += value.digits; }
    void operator()(const Decimal& value) const { out += value.to_string(); }
    void operator()(const Duration& value) const { out += duration_text(value); }
    void operator()(std::monostate) const {}
    void operator()(const List&) const {}
    void operator()(const Map&) const {}
};

}  // namespace

void append_text(std::string& out, const Value& value, const Type& type) {
    std::visit(TextOf{out, type}, value.held);
}

bool is_bare(const Value& value, const Type& type) {
    if (const float* number = value.get_if<float>()) return std::isfinite(*number);
    if (const double* number = value.get_if<double>()) return std::isfinite(*number);
    const bool moment =
        type.kind == Kind::timestamp || type.kind == Kind::date || type.kind == Kind::time;
    return value.get_if<bool>() != nullptr || (value.get_if<std::int64_t>() != nullptr && !moment);
}

std::optional<Value> parse_scalar(std::string_view text, const Type& type) {
    switch (type.kind) {
        case Kind::ascii:
            if (!is_ascii(text)) return std::nullopt;
            return Value(std::string(text));
        case Kind::text: return Value(std::string(text));
        case Kind::tinyint: return parse_int<std::int8_t>(text);
        case Kind::smallint: return parse_int<std::int16_t>(text);
        case Kind::int_: return parse_int<std::int32_t>(text);
        case Kind::bigint:
        case Kind::counter: return parse_int<std::int64_t>(text);
        case Kind::varint: return wrap(parse_integer(text));
        case Kind::decimal: return wrap(Decimal::parse(text));
        case Kind::float_: return parse_float<float>(text);
        case Kind::double_: return parse_double(text);
        case Kind::boolean:
            if (text == "true") return Value(true);
            if (text == "false") return Value(false);
            return std::nullopt;
        case Kind::uuid: return parse_uuid(text, false);
        case Kind::timeuuid: return parse_uuid(text, true);
        case Kind::timestamp: return parse_timestamp(text);
        case Kind::date: return parse_date(text);
        case Kind::time: return wrap(parse_time_of_day(text));
        case Kind::duration: return wrap(parse_duration(text));
        case Kind::inet: return wrap(parse_inet(text));
        case Kind::blob: {
            Blob blob;
            if (!from_base64(text, blob.bytes)) return std::nullopt;
            return Value(std::move(blob));
        }
        case Kind::list:
        case Kind::set:
        case Kind::map:
        case Kind::tuple:
        case Kind::vector:
        case Kind::udt: break;
    }
    return std::nullopt;
}

std::optional<BigInteger> parse_integer(std::string_view text) {
    if (text.find_first_of(".eE") == std::string_view::npos) return BigInteger::parse(text);
    auto number = Decimal::parse(text);
    if (!number) return std::nullopt;
    std::string& digits = number->unscaled.digits;
    if (digits == "0") return number->unscaled;
    for (; number->scale > 0 && digits.ends_with('0'); --number->scale) digits.pop_back();
    if (number->scale > 0) return std::nullopt;
    const auto zeros = static_cast<std::size_t>(-static_cast<std::int64_t>(number->scale));
    if (digits.size() + zeros > max_decimal_digits) return std::nullopt;
    digits.append(zeros, '0');
    return number->unscaled;
}

std::optional<std::int64_t> days_of(const Instant& instant) {
    const std::int64_t days = instant.seconds / seconds_per_day;
    const bool midnight = instant.nanoseconds == 0 && instant.seconds % seconds_per_day == 0;
    if (!midnight || days < INT32_MIN || days > INT32_MAX) return std::nullopt;
    return days;
}

std::string date_text(std::int64_t days) {
    const std::string text = format_iso8601(Instant{days * seconds_per_day, 0}, 0);
    return text.substr(0, text.find('T'));
}

std::string time_text(std::int64_t nanoseconds) {
    const std::int64_t seconds = nanoseconds / 1'000'000'000;
    return fmt::format("{:02}:{:02}:{:02}.{:09}", seconds / 3'600, seconds / 60 % 60, seconds % 60,
                       nanoseconds % 1'000'000'000);
}

std::optional<std::int64_t> parse_time_of_day(std::string_view text) {
    // The same grammar as after the T of a moment; a zone would be lost.
    if (text.find_first_not_of("0123456789:.,") != std::string_view::npos) return std::nullopt;
    const auto instant = parse_iso8601("1970-01-01T" + std::string(text));
    if (!instant) return std::nullopt;
    return instant->seconds * 1'000'000'000 + instant->nanoseconds;
}

}  // namespace duet
