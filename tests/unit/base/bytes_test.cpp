#include "base/bytes.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace duet {
namespace {

Bytes decoded(std::string_view text) {
    Bytes bytes;
    EXPECT_TRUE(from_base64(text, bytes)) << text;
    return bytes;
}

bool is_base64(std::string_view text) {
    Bytes bytes;
    return from_base64(text, bytes);
}

TEST(Bytes, base64_matches_the_vectors_of_RFC_4648) {
    EXPECT_EQ(to_base64(as_bytes("")), "");
    EXPECT_EQ(to_base64(as_bytes("f")), "Zg==");
    EXPECT_EQ(to_base64(as_bytes("fo")), "Zm8=");
    EXPECT_EQ(to_base64(as_bytes("foo")), "Zm9v");
    EXPECT_EQ(to_base64(as_bytes("foob")), "Zm9vYg==");
    EXPECT_EQ(to_base64(as_bytes("fooba")), "Zm9vYmE=");
    EXPECT_EQ(to_base64(as_bytes("foobar")), "Zm9vYmFy");
}

TEST(Bytes, base64_may_lack_its_padding) {
    EXPECT_EQ(as_text(decoded("Zg")), "f");
    EXPECT_EQ(as_text(decoded("Zm8")), "fo");
}

TEST(Bytes, what_is_not_base64_is_refused) {
    EXPECT_FALSE(is_base64("A"));
    EXPECT_FALSE(is_base64("Zg="));
    EXPECT_FALSE(is_base64("Zm9v="));
    EXPECT_FALSE(is_base64("Z==="));
    EXPECT_FALSE(is_base64("===="));
    EXPECT_FALSE(is_base64("Zm=v"));
    EXPECT_FALSE(is_base64("Zm 9"));
    EXPECT_FALSE(is_base64("Zm-_"));
}

RC_GTEST_PROP(Bytes, base64_round_trips, (const Bytes& bytes)) {
    RC_ASSERT(decoded(to_base64(bytes)) == bytes);
}

TEST(Bytes, hexadecimal_is_lower_case_with_two_digits_a_byte) {
    const Bytes bytes{0x00, 0x0f, 0xa5, 0xff};
    EXPECT_EQ(to_hex(bytes), "000fa5ff");
}

TEST(Bytes, integers_are_big_endian) {
    Bytes bytes;
    append_big(bytes, std::int32_t{-2});
    append_big(bytes, std::uint16_t{0x0102});
    EXPECT_EQ(to_hex(bytes), "fffffffe0102");
    EXPECT_EQ(load_big<std::int32_t>(bytes.data()), -2);
    EXPECT_EQ(load_big<std::uint16_t>(bytes.data() + 4), 0x0102);
}

RC_GTEST_PROP(Bytes, integers_round_trip,
              (std::int64_t eight, std::int16_t two, std::uint8_t one)) {
    Bytes bytes;
    append_big(bytes, eight);
    append_big(bytes, two);
    append_big(bytes, one);
    RC_ASSERT(load_big<std::int64_t>(bytes.data()) == eight);
    RC_ASSERT(load_big<std::int16_t>(bytes.data() + 8) == two);
    RC_ASSERT(load_big<std::uint8_t>(bytes.data() + 10) == one);
}

}  // namespace
}  // namespace duet
