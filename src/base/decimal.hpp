#pragma once
// Integers and decimals of any size, kept exactly. Arithmetic is not needed: only text, CQL's bytes
// and equality.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace duet {

/// An integer of any size in canonical decimal text: no leading zeros, no "+", "-0" is "0".
struct BigInteger {
    std::string digits = "0";

    /// Accepts an optional sign and digits, at most `max_decimal_digits`.
    [[nodiscard]] static std::optional<BigInteger> parse(std::string_view text);
    /// From big-endian two's complement (CQL varint); empty bytes are not a number.
    [[nodiscard]] static std::optional<BigInteger> from_twos_complement(ByteView bytes);
    [[nodiscard]] static BigInteger from_int64(std::int64_t value);
    /// The shortest big-endian two's complement.
    [[nodiscard]] Bytes to_twos_complement() const;
    /// Empty when it does not fit.
    [[nodiscard]] std::optional<std::int64_t> to_int64() const;

    bool operator==(const BigInteger&) const = default;
};

/// unscaled * 10^-scale, as CQL's decimal; 1.0 and 1.00 are different values.
struct Decimal {
    BigInteger unscaled;
    std::int32_t scale = 0;

    /// Accepts JSON's number syntax and a leading "+": "12.50", "1e-7", "-3".
    [[nodiscard]] static std::optional<Decimal> parse(std::string_view text);
    /// Text that `parse` reads back to the same unscaled value and scale (plain digits where the
    /// scale is 0 to max_plain_scale, else with an exponent).
    [[nodiscard]] std::string to_string() const;

    bool operator==(const Decimal&) const = default;
};

constexpr std::size_t max_decimal_digits =
    100'000;  // reading text to binary is quadratic: bound it
constexpr std::int32_t max_plain_scale = 1'000;

}  // namespace duet
