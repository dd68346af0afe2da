#include "app/generate/pace.hpp"

#include <gtest/gtest.h>

namespace duet::app {
namespace {

constexpr std::int64_t start = 1'795'176'000'000'000;
constexpr std::int64_t second = 1'000'000;

/// How many writes a pace makes from `start` on, looked at every `step`.
std::size_t made_within(Pace& pace, std::int64_t duration, std::int64_t step) {
    std::size_t total = 0;
    for (std::int64_t passed = step; passed <= duration; passed += step) {
        const std::size_t due = pace.due(start + passed, 500);
        pace.made(due);
        total += due;
    }
    return total;
}

TEST(Pace, makes_as_many_a_second_as_it_says) {
    Pace pace(100, start);
    EXPECT_NEAR(static_cast<double>(made_within(pace, 10 * second, 20'000)), 1'000, 1);
}

TEST(Pace, may_be_slower_than_one_a_second) {
    Pace pace(0.5, start);
    EXPECT_NEAR(static_cast<double>(made_within(pace, 20 * second, 20'000)), 10, 1);
}

TEST(Pace, nothing_is_due_at_the_start) {
    Pace pace(100, start);
    EXPECT_EQ(pace.due(start, 500), 0U);
}

TEST(Pace, without_a_rate_everything_is_due) {
    Pace pace(0, start);
    EXPECT_EQ(pace.due(start, 500), 500U);
}

TEST(Pace, a_batch_has_its_limit_and_the_rest_follows) {
    Pace pace(1'000, start);
    EXPECT_EQ(pace.due(start + second, 500), 500U);
    pace.made(500);
    EXPECT_EQ(pace.due(start + second, 500), 500U);
    pace.made(500);
    EXPECT_EQ(pace.due(start + second, 500), 0U);
}

TEST(Pace, a_long_pause_is_made_up_for_by_one_second_only) {
    Pace pace(100, start);
    EXPECT_EQ(pace.due(start + 3'600 * second, 500), 100U);
}

TEST(Pace, a_clock_that_is_set_back_owes_nothing) {
    Pace pace(100, start);
    EXPECT_EQ(pace.due(start - 10 * second, 500), 0U);
    EXPECT_EQ(pace.due(start - 9 * second, 500), 100U);
}

}  // namespace
}  // namespace duet::app
