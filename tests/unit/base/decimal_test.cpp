#include "base/decimal.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace duet {
namespace {

std::string hex_of(std::string_view digits) {
    const auto number = BigInteger::parse(digits);
    return number ? to_hex(number->to_twos_complement()) : "refused";
}

std::string digits_of(const Bytes& bytes) {
    const auto number = BigInteger::from_twos_complement(bytes);
    return number ? number->digits : "refused";
}

TEST(BigInteger, text_becomes_canonical) {
    EXPECT_EQ(BigInteger::parse("007")->digits, "7");
    EXPECT_EQ(BigInteger::parse("+7")->digits, "7");
    EXPECT_EQ(BigInteger::parse("-0")->digits, "0");
    EXPECT_EQ(BigInteger::parse("000")->digits, "0");
    EXPECT_EQ(BigInteger::parse("-0012")->digits, "-12");
}

TEST(BigInteger, what_is_not_an_integer_is_refused) {
    for (const char* text : {"", "-", "+", "1.0", "1e3", " 1", "1 ", "0x10", "--1", "1,000"}) {
        EXPECT_FALSE(BigInteger::parse(text)) << text;
    }
}

TEST(BigInteger, digits_have_a_limit) {
    EXPECT_TRUE(BigInteger::parse(std::string(max_decimal_digits, '9')));
    EXPECT_FALSE(BigInteger::parse(std::string(max_decimal_digits + 1, '9')));
    EXPECT_FALSE(BigInteger::from_twos_complement(Bytes(max_decimal_digits, 1)));
}

TEST(BigInteger, the_largest_number_round_trips) {
    for (const char* sign : {"", "-"}) {
        const auto number = BigInteger::parse(sign + std::string(max_decimal_digits, '9'));
        EXPECT_EQ(BigInteger::from_twos_complement(number->to_twos_complement()), number);
    }
}

TEST(BigInteger, twos_complement_matches_known_bytes) {
    EXPECT_EQ(hex_of("0"), "00");
    EXPECT_EQ(hex_of("1"), "01");
    EXPECT_EQ(hex_of("-1"), "ff");
    EXPECT_EQ(hex_of("127"), "7f");
    EXPECT_EQ(hex_of("128"), "0080");
    EXPECT_EQ(hex_of("-128"), "80");
    EXPECT_EQ(hex_of("-129"), "ff7f");
    EXPECT_EQ(hex_of("255"), "00ff");
    EXPECT_EQ(hex_of("-256"), "ff00");
    EXPECT_EQ(hex_of("9223372036854775807"), "7fffffffffffffff");
    EXPECT_EQ(hex_of("-9223372036854775808"), "8000000000000000");
    EXPECT_EQ(hex_of("9223372036854775808"), "008000000000000000");
    EXPECT_EQ(hex_of("-9223372036854775809"), "ff7fffffffffffffff");
    EXPECT_EQ(hex_of("18446744073709551616"), "010000000000000000");
    EXPECT_EQ(hex_of("-18446744073709551616"), "ff0000000000000000");
    EXPECT_EQ(hex_of("340282366920938463463374607431768211455"),
              "00ffffffffffffffffffffffffffffffff");
    EXPECT_EQ(hex_of("-170141183460469231731687303715884105728"),
              "80000000000000000000000000000000");
}

TEST(BigInteger, bytes_longer_than_needed_are_the_same_number) {
    EXPECT_EQ(digits_of(Bytes(40, 0xff)), "-1");
    EXPECT_EQ(digits_of(Bytes(40, 0x00)), "0");
    EXPECT_EQ(digits_of(Bytes{0x00, 0x00, 0x7f}), "127");
}

TEST(BigInteger, no_bytes_are_no_number) { EXPECT_EQ(digits_of(Bytes{}), "refused"); }

RC_GTEST_PROP(BigInteger, twos_complement_round_trips_from_bytes, ()) {
    const auto bytes = *rc::gen::nonEmpty<Bytes>();
    const auto number = BigInteger::from_twos_complement(bytes);
    RC_ASSERT(number.has_value());
    const Bytes again = number->to_twos_complement();
    RC_ASSERT(again.size() <= bytes.size());
    // The shortest form with its sign bit repeated is what we began with.
    Bytes widened(bytes.size() - again.size(), (again.front() & 0x80U) != 0 ? 0xff : 0x00);
    append(widened, again);
    RC_ASSERT(widened == bytes);
}

RC_GTEST_PROP(BigInteger, text_round_trips_through_twos_complement, (bool negative)) {
    auto digits = *rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::inRange('0', ':')));
    const auto number = BigInteger::parse((negative ? "-" : "") + digits);
    RC_ASSERT(number.has_value());
    RC_ASSERT(BigInteger::from_twos_complement(number->to_twos_complement()) == number);
}

RC_GTEST_PROP(BigInteger, every_64_bit_integer_round_trips, (std::int64_t value)) {
    RC_ASSERT(BigInteger::from_int64(value).to_int64() == value);
}

TEST(BigInteger, what_does_not_fit_64_bits_is_empty) {
    EXPECT_EQ(BigInteger::parse("9223372036854775807")->to_int64(), INT64_MAX);
    EXPECT_FALSE(BigInteger::parse("9223372036854775808")->to_int64());
    EXPECT_FALSE(BigInteger::parse("-9223372036854775809")->to_int64());
}

Decimal parsed(std::string_view text) {
    const auto decimal = Decimal::parse(text);
    EXPECT_TRUE(decimal) << text;
    return decimal.value_or(Decimal{});
}

TEST(Decimal, keeps_unscaled_value_and_scale) {
    EXPECT_EQ(parsed("12.50"), (Decimal{{"1250"}, 2}));
    EXPECT_EQ(parsed("1e-7"), (Decimal{{"1"}, 7}));
    EXPECT_EQ(parsed("1E7"), (Decimal{{"1"}, -7}));
    EXPECT_EQ(parsed("1.5e+3"), (Decimal{{"15"}, -2}));
    EXPECT_EQ(parsed("-3"), (Decimal{{"-3"}, 0}));
    EXPECT_EQ(parsed("+3"), (Decimal{{"3"}, 0}));
    EXPECT_EQ(parsed("0.00"), (Decimal{{"0"}, 2}));
    EXPECT_EQ(parsed("-0.05"), (Decimal{{"-5"}, 2}));
}

TEST(Decimal, trailing_zeros_make_another_value) { EXPECT_NE(parsed("1.0"), parsed("1.00")); }

TEST(Decimal, what_is_not_a_number_is_refused) {
    for (const char* text :
         {"", "-", ".5", "5.", "1e", "1e+", "e5", "01", "1.2.3", "NaN", "1 ", "0x1", "1d5", "1e--2",
          "1e5000000000", "1e-2147483648", "1e99999999999999999999999"}) {
        EXPECT_FALSE(Decimal::parse(text)) << text;
    }
}

TEST(Decimal, is_written_plainly_where_it_is_short) {
    EXPECT_EQ((Decimal{{"1250"}, 2}).to_string(), "12.50");
    EXPECT_EQ((Decimal{{"-5"}, 2}).to_string(), "-0.05");
    EXPECT_EQ((Decimal{{"0"}, 3}).to_string(), "0.000");
    EXPECT_EQ((Decimal{{"7"}, 0}).to_string(), "7");
}

TEST(Decimal, is_written_with_an_exponent_where_plain_digits_would_be_many) {
    EXPECT_EQ((Decimal{{"7"}, -3}).to_string(), "7e3");
    EXPECT_EQ((Decimal{{"-7"}, max_plain_scale + 1}).to_string(), "-7e-1001");
}

TEST(Decimal, the_limits_of_the_scale_round_trip) {
    for (const std::int32_t scale : {INT32_MIN, INT32_MAX, -1, 0, 1, max_plain_scale}) {
        const Decimal decimal{{"-123"}, scale};
        EXPECT_EQ(Decimal::parse(decimal.to_string()), decimal) << scale;
    }
}

RC_GTEST_PROP(Decimal, text_round_trips, (const Bytes& tail, std::uint8_t first)) {
    Bytes bytes{first};
    append(bytes, tail);
    const auto scale =
        *rc::gen::oneOf(rc::gen::arbitrary<std::int32_t>(), rc::gen::inRange(-20, 1'100));
    const Decimal decimal{*BigInteger::from_twos_complement(bytes), scale};
    RC_ASSERT(Decimal::parse(decimal.to_string()) == decimal);
}

}  // namespace
}  // namespace duet
