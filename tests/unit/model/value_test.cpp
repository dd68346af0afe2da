#include "model/value.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace duet {
namespace {

TEST(Value, is_null_until_it_holds_something) {
    EXPECT_TRUE(Value().is_null());
    EXPECT_FALSE(Value(std::int64_t{0}).is_null());
    EXPECT_FALSE(Value(List{}).is_null());
}

TEST(Value, the_kind_held_makes_a_difference) {
    EXPECT_NE(Value(1.0F), Value(1.0));
    EXPECT_NE(Value(std::int64_t{1}), Value(true));
    EXPECT_NE(Value(std::string()), Value());
}

TEST(Value, floats_are_compared_bit_by_bit) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(Value(nan), Value(nan));
    EXPECT_NE(Value(nan), Value(-nan));
    EXPECT_NE(Value(0.0), Value(-0.0));
    EXPECT_NE(Value(0.0F), Value(-0.0F));
}

TEST(Value, lists_and_maps_are_compared_in_their_order) {
    const List ab{Value(std::string("a")), Value(std::string("b"))};
    const List ba{Value(std::string("b")), Value(std::string("a"))};
    EXPECT_EQ(Value(ab), Value(List(ab)));
    EXPECT_NE(Value(ab), Value(ba));
    const Map map{{Value(std::string("k")), Value(ab)}};
    EXPECT_EQ(Value(map), Value(Map(map)));
    EXPECT_NE(Value(map), Value(Map{}));
}

TEST(Value, its_size_grows_with_what_it_holds) {
    const Value text(std::string(1'000, 'x'));
    EXPECT_GE(size_of(text), 1'000U);
    const Value list(List(10, text));
    EXPECT_GE(size_of(list), 10'000U);
    const Value map(Map(10, {text, list}));
    EXPECT_GE(size_of(map), 110'000U);
    EXPECT_LT(size_of(map), 150'000U);
    EXPECT_GE(size_of(Value(Blob{Bytes(500)})), 500U);
}

}  // namespace
}  // namespace duet
