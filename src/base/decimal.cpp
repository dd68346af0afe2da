#include "base/decimal.hpp"

#include <boost/multiprecision/cpp_int.hpp>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <iterator>

namespace duet {
namespace {

using boost::multiprecision::cpp_int;

/// Bytes of the largest number of max_decimal_digits digits: 10^n has n * log2(10) bits, and one
/// bit is the sign.
constexpr std::size_t max_varint_bytes = max_decimal_digits * 3'322 / 8'000 + 1;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Takes digits off the front.
std::string_view take_digits(std::string_view& text) {
    const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
    const auto digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    text.remove_prefix(digits.size());
    return digits;
}

/// Takes a sign off the front; true: it was a minus.
bool take_sign(std::string_view& text) {
    if (text.empty() || (text.front() != '-' && text.front() != '+')) {
        return false;
    }
    const bool negative = text.front() == '-';
    text.remove_prefix(1);
    return negative;
}

/// Canonical text of digits that may begin with zeros.
BigInteger canonical(bool negative, std::string_view digits) {
    const std::size_t first = digits.find_first_not_of('0');
    if (first == std::string_view::npos) {
        return {};
    }
    BigInteger number;
    number.digits = negative ? "-" : "";
    number.digits += digits.substr(first);
    return number;
}

Bytes shortest(std::int64_t value) {
    Bytes bytes;
    append_big(bytes, value);
    // A leading byte is spare where the next one shows the same sign.
    const std::uint8_t sign = value < 0 ? 0xff : 0x00;
    std::size_t spare = 0;
    while (spare + 1 < bytes.size() && bytes[spare] == sign &&
           (bytes[spare + 1] & 0x80U) == (sign & 0x80U)) {
        ++spare;
    }
    bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(spare));
    return bytes;
}

/// "e" or "E", a sign, digits; false where it is none of these or beyond any scale.
bool parse_exponent(std::string_view text, std::int64_t& exponent) {
    text.remove_prefix(1);
    const bool negative = take_sign(text);
    const std::string_view digits = take_digits(text);
    if (digits.empty() || !text.empty()) {
        return false;
    }
    constexpr std::int64_t beyond_any_scale = std::int64_t{1} << 33;
    const auto error = std::from_chars(digits.data(), digits.data() + digits.size(), exponent).ec;
    exponent = negative ? -exponent : exponent;
    return error == std::errc{} && std::abs(exponent) < beyond_any_scale;
}

}  // namespace

std::optional<BigInteger> BigInteger::parse(std::string_view text) {
    const bool negative = take_sign(text);
    const std::string_view digits = take_digits(text);
    if (digits.empty() || !text.empty() || digits.size() > max_decimal_digits) {
        return std::nullopt;
    }
    return canonical(negative, digits);
}

std::optional<BigInteger> BigInteger::from_twos_complement(ByteView bytes) {
    if (bytes.empty() || bytes.size() > max_varint_bytes) {
        return std::nullopt;
    }
    const bool negative = (bytes.front() & 0x80U) != 0;
    if (bytes.size() <= 8) {
        std::uint64_t value = negative ? ~std::uint64_t{0} : 0;
        for (const std::uint8_t byte : bytes) {
            value = (value << 8) | byte;
        }
        return from_int64(static_cast<std::int64_t>(value));
    }
    cpp_int value;
    import_bits(value, bytes.begin(), bytes.end(), 8);
    if (negative) {
        value -= cpp_int(1) << static_cast<unsigned>(8 * bytes.size());
    }
    BigInteger number;
    number.digits = value.str();
    if (number.digits.size() - (negative ? 1 : 0) > max_decimal_digits) {
        return std::nullopt;
    }
    return number;
}

BigInteger BigInteger::from_int64(std::int64_t value) {
    BigInteger number;
    number.digits = std::to_string(value);
    return number;
}

Bytes BigInteger::to_twos_complement() const {
    if (const auto small = to_int64()) {
        return shortest(*small);
    }
    const bool negative = digits.front() == '-';
    cpp_int magnitude(negative ? digits.substr(1) : digits);
    if (negative) {
        magnitude -= 1;  // -n is the complement of n - 1
    }
    Bytes bytes;
    export_bits(magnitude, std::back_inserter(bytes), 8);
    if ((bytes.front() & 0x80U) != 0) {
        bytes.insert(bytes.begin(), 0);
    }
    if (negative) {
        for (std::uint8_t& byte : bytes) {
            byte = static_cast<std::uint8_t>(~byte);
        }
    }
    return bytes;
}

std::optional<std::int64_t> BigInteger::to_int64() const {
    std::int64_t value = 0;
    const char* last = digits.data() + digits.size();
    const auto [end, error] = std::from_chars(digits.data(), last, value);
    if (error != std::errc{} || end != last) {
        return std::nullopt;
    }
    return value;
}

std::optional<Decimal> Decimal::parse(std::string_view text) {
    const bool negative = take_sign(text);
    const std::string_view whole = take_digits(text);
    if (whole.empty() || (whole.size() > 1 && whole.front() == '0')) {
        return std::nullopt;
    }
    std::string_view fraction;
    if (!text.empty() && text.front() == '.') {
        text.remove_prefix(1);
        fraction = take_digits(text);
        if (fraction.empty()) {
            return std::nullopt;
        }
    }
    std::int64_t exponent = 0;
    const bool has_exponent = text.starts_with('e') || text.starts_with('E');
    if (!text.empty() && !(has_exponent && parse_exponent(text, exponent))) {
        return std::nullopt;
    }
    const std::int64_t scale = static_cast<std::int64_t>(fraction.size()) - exponent;
    if (whole.size() + fraction.size() > max_decimal_digits || scale < INT32_MIN ||
        scale > INT32_MAX) {
        return std::nullopt;
    }
    std::string digits(whole);
    digits += fraction;
    return Decimal{canonical(negative, digits), static_cast<std::int32_t>(scale)};
}

std::string Decimal::to_string() const {
    if (scale == 0) {
        return unscaled.digits;
    }
    if (scale < 0 || scale > max_plain_scale) {
        return unscaled.digits + "e" + std::to_string(-static_cast<std::int64_t>(scale));
    }
    const bool negative = unscaled.digits.front() == '-';
    std::string text = negative ? unscaled.digits.substr(1) : unscaled.digits;
    const auto places = static_cast<std::size_t>(scale);
    if (text.size() <= places) {
        text.insert(0, places + 1 - text.size(), '0');
    }
    text.insert(text.size() - places, 1, '.');
    return negative ? "-" + text : text;
}

}  // namespace duet
