#include "bench/plot.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace duet::bench {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Plot, numbers_are_short) {
    EXPECT_EQ(short_number(0), "0");
    EXPECT_EQ(short_number(0.25), "0.25");
    EXPECT_EQ(short_number(0.12345), "0.123");
    EXPECT_EQ(short_number(64), "64");
    EXPECT_EQ(short_number(1'000), "1,000");
    EXPECT_EQ(short_number(12'034), "12,034");
    EXPECT_EQ(short_number(1'000'000), "1 M");
    EXPECT_EQ(short_number(2'540'000), "2.54 M");
}

TEST(Plot, an_axis_ends_at_a_round_number) {
    EXPECT_DOUBLE_EQ(round_up(0.7), 1);
    EXPECT_DOUBLE_EQ(round_up(1), 1);
    EXPECT_DOUBLE_EQ(round_up(1.1), 2);
    EXPECT_DOUBLE_EQ(round_up(450), 500);
    EXPECT_DOUBLE_EQ(round_up(500), 500);
    EXPECT_DOUBLE_EQ(round_up(501), 1'000);
    EXPECT_DOUBLE_EQ(round_up(0.02), 0.02);
}

TEST(Plot, a_line_goes_from_corner_to_corner) {
    const LinePlot plot{"t", "x", "y", {{"line", {{10, 0}, {100, 50}, {1'000, 100}}}}, 0};
    // 78 to 696 from left to right, 284 (zero) to 44 (the highest) upwards.
    EXPECT_THAT(to_svg(plot), HasSubstr(R"(points="78.0,284.0 387.0,164.0 696.0,44.0")"));
}

TEST(Plot, a_logarithmic_axis_has_whole_decades) {
    LinePlot plot{"t", "x", "ms", {{"line", {{10, 20}, {100, 1'000}}}}, 500};
    plot.logarithmic_y = true;
    // From 10 to 1,000: 20 is at 0.15 and 500 at 0.85 of the height.
    EXPECT_THAT(to_svg(plot), HasSubstr(R"(points="78.0,247.9 696.0,44.0")"));
    EXPECT_THAT(to_svg(plot), HasSubstr(R"(y1="80.1" x2="696.0" y2="80.1" class="asked")"));
    EXPECT_THAT(to_svg(plot), HasSubstr(">100</text>"));
}

TEST(Plot, what_is_asked_is_a_line_that_fits) {
    const LinePlot plot{"t", "x", "y", {{"line", {{10, 1}, {100, 2}}}}, 500};
    // 500 is the end of the axis.
    EXPECT_THAT(to_svg(plot), HasSubstr(R"(y1="44.0" x2="696.0" y2="44.0" class="asked")"));
}

TEST(Plot, one_point_is_in_the_middle) {
    const LinePlot plot{"t", "x", "y", {{"line", {{100, 1}}}}, 0};
    EXPECT_THAT(to_svg(plot), HasSubstr(R"(<circle cx="387.0" cy="44.0")"));
}

TEST(Plot, bars_are_as_long_as_their_values) {
    const BarPlot plot{"t", "ratio", {{"half", 0.5, 1}, {"nothing", 0, 0}}};
    const std::string svg = to_svg(plot);
    EXPECT_THAT(svg, HasSubstr(R"(width="163.0" height="16")"));  // of 326
    EXPECT_THAT(svg, HasSubstr(R"(<line x1="626.0" y1="42.0" x2="626.0" y2="64.0" class="asked")"));
    EXPECT_THAT(svg, HasSubstr(R"(width="1.0" height="16")"));  // still seen
}

TEST(Plot, text_is_escaped_and_dark_pages_get_light_text) {
    const std::string svg = to_svg(BarPlot{"a < b & c", "", {}});
    EXPECT_THAT(svg, HasSubstr("a &lt; b &amp; c"));
    EXPECT_THAT(svg, Not(HasSubstr("a < b")));
    EXPECT_THAT(svg, HasSubstr("prefers-color-scheme: dark"));
}

TEST(Plot, is_the_same_each_time) {
    const LinePlot plot{"t", "x", "y", {{"a", {{1, 2}}}, {"b", {{3, 4}}}}, 1};
    EXPECT_EQ(to_svg(plot), to_svg(plot));
}

}  // namespace
}  // namespace duet::bench
