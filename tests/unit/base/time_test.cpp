#include "base/time.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <tuple>

namespace duet {
namespace {

constexpr std::int64_t seconds_per_day = 86'400;

std::string rewritten(std::string_view text, int digits = 0) {
    const auto instant = parse_iso8601(text);
    return instant ? format_iso8601(*instant, digits) : "refused";
}

TEST(Time, reads_a_moment_with_its_fraction) {
    const auto instant = parse_iso8601("2026-11-20T10:00:00.123456789Z");
    ASSERT_TRUE(instant);
    EXPECT_EQ(instant->seconds, 1'795'168'800);
    EXPECT_EQ(instant->nanoseconds, 123'456'789U);
}

TEST(Time, parts_that_are_missing_are_the_first) {
    EXPECT_EQ(rewritten("2026"), "2026-01-01T00:00:00Z");
    EXPECT_EQ(rewritten("2026-11"), "2026-11-01T00:00:00Z");
    EXPECT_EQ(rewritten("2026-11-20"), "2026-11-20T00:00:00Z");
    EXPECT_EQ(rewritten("2026-11-20T"), "2026-11-20T00:00:00Z");
    EXPECT_EQ(rewritten("2026-11-20T10"), "2026-11-20T10:00:00Z");
    EXPECT_EQ(rewritten("2026-11-20T10:07"), "2026-11-20T10:07:00Z");
    EXPECT_EQ(rewritten("2026-11-20T10:07:09,5", 3), "2026-11-20T10:07:09.500Z");
}

TEST(Time, an_offset_is_taken_off) {
    EXPECT_EQ(rewritten("2026-11-20T10:00:00+01:00"), "2026-11-20T09:00:00Z");
    EXPECT_EQ(rewritten("2026-11-20T10:00:00+0130"), "2026-11-20T08:30:00Z");
    EXPECT_EQ(rewritten("2026-11-20T23:00:00-03"), "2026-11-21T02:00:00Z");
    EXPECT_EQ(rewritten("2026-11-20T10+01:00"), "2026-11-20T09:00:00Z");
    EXPECT_EQ(rewritten("2026-11-20T10:00:00+18:00"), "2026-11-19T16:00:00Z");
}

TEST(Time, a_space_may_stand_for_T) {
    EXPECT_EQ(rewritten("2026-11-20 10:00:00+0000"), "2026-11-20T10:00:00Z");
}

TEST(Time, years_beyond_four_digits_carry_a_sign) {
    EXPECT_EQ(rewritten("+12345-01-01"), "+12345-01-01T00:00:00Z");
    EXPECT_EQ(rewritten("-0044-03-15"), "-0044-03-15T00:00:00Z");
    EXPECT_EQ(rewritten("0000-02-29"), "0000-02-29T00:00:00Z");
    EXPECT_EQ(rewritten("12345-01-01"), "refused");
}

TEST(Time, more_than_four_digits_alone_are_no_year) {
    EXPECT_EQ(rewritten("-1234"), "-1234-01-01T00:00:00Z");
    EXPECT_EQ(rewritten("-12345"), "refused");
    EXPECT_EQ(rewritten("+123456789"), "refused");
}

TEST(Time, what_is_no_moment_is_refused) {
    for (const char* text : {"",
                             "now",
                             "20",
                             "202",
                             "2026-",
                             "2026-13",
                             "2026-00",
                             "2026-1-1",
                             "2026-02-29",
                             "1900-02-29",
                             "2026-11-31",
                             "2026-11-00",
                             "2026-11-20T24:00",
                             "2026-11-20T10:60",
                             "2026-11-20T10:00:60",
                             "2026-11-20T10:00:00.",
                             "2026-11-20T10:00:00.1234567890Z",
                             "2026-11-20T10:00:00Zz",
                             "2026-11-20 ",
                             "2026-11-20T10:00:00+19:00",
                             "2026-11-20T10:00:00+18:01",
                             "2026-11-20T10:00:00+1:00",
                             "2026-11-20Z",
                             "1795168800000",
                             "2026-11-20T10:00:00 Z",
                             " 2026-11-20"}) {
        EXPECT_EQ(rewritten(text), "refused") << text;
    }
}

TEST(Time, leap_years_follow_the_Gregorian_rule) {
    EXPECT_EQ(rewritten("2024-02-29"), "2024-02-29T00:00:00Z");
    EXPECT_EQ(rewritten("2000-02-29"), "2000-02-29T00:00:00Z");
}

TEST(Time, days_count_from_1970) {
    EXPECT_EQ(days_from_civil({1970, 1, 1}), 0);
    EXPECT_EQ(days_from_civil({1969, 12, 31}), -1);
    EXPECT_EQ(days_from_civil({2000, 3, 1}), 11'017);
    EXPECT_EQ(days_from_civil({0, 3, 1}), -719'468);
}

RC_GTEST_PROP(Time, days_round_trip_and_follow_each_other, ()) {
    const auto days = *rc::gen::inRange<std::int64_t>(-10'000'000, 10'000'000);
    const CivilDate date = civil_from_days(days);
    const CivilDate next = civil_from_days(days + 1);
    RC_ASSERT(days_from_civil(date) == days);
    RC_ASSERT(date.month >= 1 && date.month <= 12 && date.day >= 1 && date.day <= 31);
    RC_ASSERT(std::tie(date.year, date.month, date.day) <
              std::tie(next.year, next.month, next.day));
    RC_ASSERT(next.day == date.day + 1 || next.day == 1);
}

RC_GTEST_PROP(Time, text_round_trips_from_year_minus_9999_to_plus_9999, ()) {
    const std::int64_t first = days_from_civil({-9'999, 1, 1}) * seconds_per_day;
    const std::int64_t last = days_from_civil({10'000, 1, 1}) * seconds_per_day;
    const Instant instant{*rc::gen::inRange(first, last),
                          *rc::gen::inRange<std::uint32_t>(0, 1'000'000'000)};
    const auto read = parse_iso8601(format_iso8601(instant, 9));
    RC_ASSERT(read.has_value());
    RC_ASSERT(read->seconds == instant.seconds);
    RC_ASSERT(read->nanoseconds == instant.nanoseconds);
}

RC_GTEST_PROP(Time, every_number_of_milliseconds_round_trips_as_text, (std::int64_t millis)) {
    const auto read = parse_iso8601(format_iso8601(instant_from_millis(millis), 3));
    RC_ASSERT(read.has_value());
    RC_ASSERT(to_millis(*read) == millis);
}

RC_GTEST_PROP(Time, every_number_of_microseconds_round_trips, (std::int64_t micros)) {
    RC_ASSERT(to_micros(instant_from_micros(micros)) == micros);
}

TEST(Time, the_limits_of_64_bits_round_trip) {
    for (const std::int64_t number : {INT64_MIN, INT64_MIN + 1, INT64_MAX - 1, INT64_MAX}) {
        EXPECT_EQ(to_micros(instant_from_micros(number)), number);
        EXPECT_EQ(to_millis(instant_from_millis(number)), number);
    }
}

TEST(Time, what_does_not_fit_64_bits_is_empty) {
    const Instant late{9'223'372'036'855, 0};
    const Instant early{-9'223'372'036'856, 0};
    EXPECT_FALSE(to_micros(late));
    EXPECT_FALSE(to_micros(early));
    EXPECT_TRUE(to_millis(late));
}

TEST(Time, finer_digits_are_cut_towards_the_past) {
    EXPECT_EQ(to_millis(Instant{-1, 999'999'999}), -1);
    EXPECT_EQ(to_micros(Instant{-1, 999'999'999}), -1);
    EXPECT_EQ(to_millis(Instant{1, 999'999'999}), 1'999);
    EXPECT_EQ(format_iso8601(Instant{0, 999'999'999}, 0), "1970-01-01T00:00:00Z");
    EXPECT_EQ(format_iso8601(Instant{0, 999'999'999}, 6), "1970-01-01T00:00:00.999999Z");
}

TEST(Time, the_system_clock_is_in_this_century) {
    const std::int64_t now = SystemClock().now();
    EXPECT_GT(now, 1'700'000'000'000'000);
    EXPECT_LT(now, 4'102'444'800'000'000);
}

}  // namespace
}  // namespace duet
