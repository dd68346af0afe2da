#include "stores/cassandra/codec.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

#include "base/vint.hpp"
#include "model/record.hpp"
#include "unit/stores/arbitrary.hpp"

namespace duet::cassandra {
namespace {

Type of(Kind kind, std::vector<Type> elements = {}) {
    Type type;
    type.kind = kind;
    type.elements = std::move(elements);
    return type;
}

Bytes encoded(const Value& value, const Type& type) {
    Bytes bytes;
    encode(value, type, bytes);
    return bytes;
}

std::string hex(const Value& value, const Type& type) { return to_hex(encoded(value, type)); }

Bytes from_hex(std::string_view text) {
    Bytes bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        bytes.push_back(
            static_cast<std::uint8_t>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
    }
    return bytes;
}

/// The reason why a value is refused; empty: it is not.
std::string refusal(const Value& value, const Type& type) {
    try {
        (void)encoded(value, type);
    } catch (const ValueError& error) {
        return error.what();
    }
    return {};
}

bool reads(const Bytes& bytes, const Type& type) {
    try {
        (void)decode(bytes, type);
    } catch (const ValueError&) {
        return false;
    }
    return true;
}

RC_GTEST_PROP(Codec, every_value_of_every_type_comes_back_as_it_was, ()) {
    const Type type = any_type(3);
    const Value value = any_value(type);
    RC_LOG() << to_cql(type) << " " << shown(value);
    RC_ASSERT(decode(encoded(value, type), type) == value);
}

RC_GTEST_PROP(Codec, bytes_that_are_no_value_end_in_an_error_and_not_in_a_crash, ()) {
    const Type type = any_type(3);
    const auto bytes = *rc::gen::arbitrary<Bytes>();
    (void)reads(bytes, type);
}

RC_GTEST_PROP(Codec, a_value_that_is_cut_short_or_changed_ends_in_an_error_or_another_value, ()) {
    const Type type = any_type(3);
    Bytes bytes = encoded(any_value(type), type);
    RC_PRE(!bytes.empty());
    if (*rc::gen::arbitrary<bool>()) {
        bytes.resize(*rc::gen::inRange<std::size_t>(0, bytes.size()));
    } else {
        bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] =
            *rc::gen::arbitrary<std::uint8_t>();
    }
    (void)reads(bytes, type);
}

RC_GTEST_PROP(Codec, a_value_of_another_kind_is_refused_and_never_written_as_something_else, ()) {
    const Type type = any_type(2);
    const Value value = any_value(any_type(2));
    try {
        RC_ASSERT(same_value(decode(encoded(value, type), type), value, type));
    } catch (const ValueError&) {
        RC_SUCCEED("refused");
    }
}

TEST(Codec, numbers_are_big_endian_twos_complement) {
    EXPECT_EQ(hex(std::int64_t{-2}, of(Kind::tinyint)), "fe");
    EXPECT_EQ(hex(std::int64_t{-2}, of(Kind::smallint)), "fffe");
    EXPECT_EQ(hex(std::int64_t{258}, of(Kind::int_)), "00000102");
    EXPECT_EQ(hex(std::int64_t{258}, of(Kind::bigint)), "0000000000000102");
    EXPECT_EQ(hex(1.5F, of(Kind::float_)), "3fc00000");
    EXPECT_EQ(hex(*BigInteger::parse("128"), of(Kind::varint)), "0080");
    EXPECT_EQ(hex(*Decimal::parse("-1.25"), of(Kind::decimal)), "0000000283");
}

TEST(Codec, the_day_of_1970_is_the_middle_of_a_date) {
    EXPECT_EQ(hex(std::int64_t{0}, of(Kind::date)), "80000000");
    EXPECT_EQ(hex(std::int64_t{-1}, of(Kind::date)), "7fffffff");
    EXPECT_EQ(decode(from_hex("00000000"), of(Kind::date)), Value(-(std::int64_t{1} << 31)));
}

TEST(Codec, a_duration_is_three_zigzag_vints) {
    EXPECT_EQ(hex(Duration{1, 2, 3}, of(Kind::duration)), "020406");
    EXPECT_EQ(hex(Duration{-1, -2, -64}, of(Kind::duration)), "01037f");
    EXPECT_EQ(hex(Duration{0, 0, 64}, of(Kind::duration)), "00008080");
}

TEST(Codec, collections_carry_the_length_of_each_element) {
    const Type list = of(Kind::list, {of(Kind::int_)});
    EXPECT_EQ(hex(List{std::int64_t{1}, std::int64_t{2}}, list),
              "00000002"
              "0000000400000001"
              "0000000400000002");
    const Type map = of(Kind::map, {of(Kind::text), of(Kind::boolean)});
    EXPECT_EQ(hex(Map{{std::string("a"), true}}, map),
              "00000001000000016100000001"
              "01");
}

TEST(Codec, a_vector_of_numbers_has_no_lengths_and_one_of_texts_has_vints) {
    Type floats = of(Kind::vector, {of(Kind::float_)});
    floats.dimension = 2;
    EXPECT_EQ(hex(List{1.0F, 2.0F}, floats), "3f80000040000000");
    Type texts = of(Kind::vector, {of(Kind::text)});
    texts.dimension = 2;
    EXPECT_EQ(hex(List{std::string("a"), std::string("bc")}, texts), "0161026263");
    EXPECT_NE(refusal(List{1.0F}, floats), "");
}

TEST(Codec, a_tuple_keeps_its_nulls) {
    const Type tuple = of(Kind::tuple, {of(Kind::tinyint), of(Kind::text)});
    EXPECT_EQ(hex(List{Value(), std::string("a")}, tuple), "ffffffff0000000161");
}

TEST(Codec, fields_that_a_user_type_got_later_read_as_null) {
    const Type udt = of(Kind::udt, {of(Kind::tinyint), of(Kind::text)});
    EXPECT_EQ(decode(from_hex("0000000107"), udt), Value(List{std::int64_t{7}, Value()}));
}

TEST(Codec, numbers_out_of_range_are_refused) {
    EXPECT_NE(refusal(std::int64_t{128}, of(Kind::tinyint)), "");
    EXPECT_NE(refusal(std::int64_t{-32'769}, of(Kind::smallint)), "");
    EXPECT_NE(refusal(std::int64_t{1} << 31, of(Kind::int_)), "");
    EXPECT_NE(refusal(std::int64_t{1} << 31, of(Kind::date)), "");
    EXPECT_NE(refusal(std::int64_t{-1}, of(Kind::time)), "");
    EXPECT_NE(refusal(std::int64_t{86'400'000'000'000}, of(Kind::time)), "");
}

TEST(Codec, text_that_is_not_utf8_and_ascii_that_is_not_ascii_are_refused) {
    EXPECT_NE(refusal(std::string("\xFF"), of(Kind::text)), "");
    EXPECT_NE(refusal(std::string("\xED\xA0\x80"), of(Kind::text)), "");  // a surrogate
    EXPECT_NE(refusal(std::string("ä"), of(Kind::ascii)), "");
    EXPECT_EQ(refusal(std::string("ä"), of(Kind::text)), "");
    EXPECT_FALSE(reads({0xC3}, of(Kind::text)));
    EXPECT_FALSE(reads({0xC3, 0xA4}, of(Kind::ascii)));
}

TEST(Codec, an_address_has_4_or_16_bytes) {
    Inet odd;
    odd.size = 5;
    EXPECT_NE(refusal(odd, of(Kind::inet)), "");
    EXPECT_FALSE(reads(Bytes(5), of(Kind::inet)));
    EXPECT_TRUE(reads(Bytes(16), of(Kind::inet)));
}

TEST(Codec, null_is_refused_inside_of_a_collection) {
    EXPECT_NE(refusal(List{Value()}, of(Kind::list, {of(Kind::int_)})), "");
    EXPECT_NE(refusal(Value(), of(Kind::int_)), "");
}

TEST(Codec, a_null_in_the_bytes_of_a_collection_is_refused) {
    const Bytes one_null = from_hex("00000001ffffffff");
    EXPECT_FALSE(reads(one_null, of(Kind::list, {of(Kind::int_)})));
    EXPECT_FALSE(reads(one_null, of(Kind::set, {of(Kind::text)})));
    const Type map = of(Kind::map, {of(Kind::text), of(Kind::text)});
    EXPECT_FALSE(reads(from_hex("00000001ffffffff0000000161"), map));
    EXPECT_FALSE(reads(from_hex("000000010000000161ffffffff"), map));
}

TEST(Codec, a_duration_of_mixed_signs_is_refused) {
    EXPECT_NE(refusal(Duration{1, -1, 0}, of(Kind::duration)), "");
    EXPECT_FALSE(reads(from_hex("020100"), of(Kind::duration)));
}

TEST(Codec, a_timeuuid_that_has_no_time_is_refused) {
    const Uuid random = Uuid::version4(1, 2);
    EXPECT_NE(refusal(random, of(Kind::timeuuid)), "");
    EXPECT_FALSE(reads(Bytes(random.bytes.begin(), random.bytes.end()), of(Kind::timeuuid)));
}

TEST(Codec, a_refusal_names_type_and_value) {
    try {
        (void)encoded(std::int64_t{300}, of(Kind::tinyint));
        FAIL() << "300 is no tinyint";
    } catch (const ValueError& error) {
        EXPECT_EQ(error.value(), "300");
        EXPECT_NE(std::string(error.what()).find("tinyint"), std::string::npos);
    }
}

TEST(Codec, a_count_that_the_bytes_cannot_hold_takes_no_memory) {
    EXPECT_FALSE(reads(from_hex("7fffffff"), of(Kind::list, {of(Kind::int_)})));
    EXPECT_FALSE(reads(from_hex("ffffffff"), of(Kind::list, {of(Kind::int_)})));
    EXPECT_FALSE(
        reads(from_hex("10000000ffffffff"), of(Kind::map, {of(Kind::int_), of(Kind::int_)})));
}

TEST(Codec, empty_bytes_are_an_empty_text_and_otherwise_nothing) {
    EXPECT_EQ(decode({}, of(Kind::text)), Value(std::string()));
    EXPECT_EQ(decode({}, of(Kind::blob)), Value(Blob()));
    EXPECT_TRUE(decode({}, of(Kind::int_)).is_null());
    EXPECT_TRUE(decode({}, of(Kind::decimal)).is_null());
}

TEST(Codec, an_empty_value_inside_of_another_is_refused_rather_than_lost) {
    const Bytes one_empty = from_hex("0000000100000000");
    EXPECT_TRUE(reads(one_empty, of(Kind::list, {of(Kind::text)})));
    EXPECT_FALSE(reads(one_empty, of(Kind::list, {of(Kind::int_)})));
    EXPECT_FALSE(reads(from_hex("000000010000000161"
                                "00000000"),
                       of(Kind::map, {of(Kind::text), of(Kind::int_)})));
    EXPECT_FALSE(reads(from_hex("00000000"), of(Kind::tuple, {of(Kind::int_)})));
    EXPECT_TRUE(reads(from_hex("ffffffff"), of(Kind::tuple, {of(Kind::int_)})));
}

TEST(Codec, a_shown_value_is_short_and_whole_characters) {
    std::string long_text;
    for (int i = 0; i < 500; ++i) {
        long_text += "€";
    }
    const std::string text = shown(long_text);
    EXPECT_LE(text.size(), shown_value_limit);
    EXPECT_TRUE(is_utf8(as_bytes(text)));
    EXPECT_LE(shown(Blob{Bytes(500)}).size(), shown_value_limit);
    try {
        (void)decode(Bytes(500), of(Kind::int_));
        FAIL() << "500 bytes are no int";
    } catch (const ValueError& error) {
        EXPECT_LE(error.value().size(), shown_value_limit);
    }
}

RC_GTEST_PROP(Vint, every_number_comes_back, (std::uint64_t number)) {
    const int shift = *rc::gen::inRange(0, 64);
    Bytes bytes;
    append_vint(bytes, number >> shift);
    ByteView rest = bytes;
    RC_ASSERT(take_vint(rest) == number >> shift);
    RC_ASSERT(rest.empty());
    RC_ASSERT(unzigzag(zigzag(static_cast<std::int64_t>(number))) ==
              static_cast<std::int64_t>(number));
}

TEST(Vint, is_as_short_as_it_can_be) {
    const auto size = [](std::uint64_t number) {
        Bytes bytes;
        append_vint(bytes, number);
        return bytes.size();
    };
    EXPECT_EQ(size(0), 1U);
    EXPECT_EQ(size(127), 1U);
    EXPECT_EQ(size(128), 2U);
    EXPECT_EQ(size((std::uint64_t{1} << 14) - 1), 2U);
    EXPECT_EQ(size(std::uint64_t{1} << 14), 3U);
    EXPECT_EQ(size((std::uint64_t{1} << 56) - 1), 8U);
    EXPECT_EQ(size(std::uint64_t{1} << 56), 9U);
    EXPECT_EQ(size(std::numeric_limits<std::uint64_t>::max()), 9U);
}

}  // namespace
}  // namespace duet::cassandra
