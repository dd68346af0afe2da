#include "app/duration.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace duet::app {
namespace {

using std::chrono::milliseconds;

TEST(Duration, reads_a_number_with_its_unit) {
    EXPECT_EQ(parse_duration("200ms"), milliseconds(200));
    EXPECT_EQ(parse_duration("1s"), milliseconds(1'000));
    EXPECT_EQ(parse_duration("5m"), milliseconds(300'000));
    EXPECT_EQ(parse_duration("2h"), milliseconds(7'200'000));
    EXPECT_EQ(parse_duration("30d"), milliseconds(2'592'000'000));
}

TEST(Duration, adds_up_several_parts) {
    EXPECT_EQ(parse_duration("1h30m"), milliseconds(5'400'000));
    EXPECT_EQ(parse_duration("1m500ms"), milliseconds(60'500));
}

TEST(Duration, refuses_a_number_without_a_unit) {
    EXPECT_EQ(parse_duration("1"), std::nullopt);
    EXPECT_EQ(parse_duration("1h30"), std::nullopt);
}

TEST(Duration, refuses_what_is_no_duration) {
    for (const char* text : {"", "s", "-1s", "1 s", "1S", "1.5s", "one second", "1w"}) {
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
    }
}

TEST(Duration, refuses_more_than_fits) {
    EXPECT_EQ(parse_duration("99999999999999999999s"), std::nullopt);
    EXPECT_EQ(parse_duration("9223372036854775807s"), std::nullopt);
    EXPECT_EQ(parse_duration("9223372036854775807ms1ms"), std::nullopt);
}

TEST(Duration, is_written_in_its_shortest_spelling) {
    EXPECT_EQ(format_duration(milliseconds(0)), "0s");
    EXPECT_EQ(format_duration(milliseconds(5'400'000)), "1h30m");
    EXPECT_EQ(format_duration(milliseconds(1'001)), "1s1ms");
}

TEST(Duration, what_is_written_reads_back) {
    EXPECT_TRUE(rc::check([](std::uint32_t count) {
        const milliseconds duration(count);
        RC_ASSERT(parse_duration(format_duration(duration)) == duration);
    }));
}

}  // namespace
}  // namespace duet::app
