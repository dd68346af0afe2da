#include "app/text.hpp"

#include <gtest/gtest.h>

namespace duet::app {
namespace {

TEST(Text, numbers_are_grouped_by_thousands) {
    EXPECT_EQ(grouped(0), "0");
    EXPECT_EQ(grouped(999), "999");
    EXPECT_EQ(grouped(1'000), "1,000");
    EXPECT_EQ(grouped(1'234'567), "1,234,567");
}

TEST(Text, one_of_a_thing_is_no_plural) {
    EXPECT_EQ(counted(1, "record"), "1 record");
    EXPECT_EQ(counted(0, "record"), "0 records");
    EXPECT_EQ(counted(12'345, "record"), "12,345 records");
}

TEST(Text, a_list_has_its_words_apart) {
    EXPECT_EQ(joined({}), "");
    EXPECT_EQ(joined({"a"}), "a");
    EXPECT_EQ(joined({"a", "b", "c"}), "a, b, c");
}

}  // namespace
}  // namespace duet::app
