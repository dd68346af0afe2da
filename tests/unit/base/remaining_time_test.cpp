#include "base/remaining_time.hpp"

#include <gtest/gtest.h>

namespace duet {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t second = 1'000'000;

TEST(RemainingTime, is_what_the_rest_takes_at_the_speed_so_far) {
    RemainingTime remaining;
    (void)remaining.at(0, 0);
    EXPECT_EQ(remaining.at(0.25, 10 * second), 30s);
    EXPECT_EQ(remaining.at(0.5, 20 * second), 20s);
    EXPECT_EQ(remaining.at(1, 40 * second), 0s);
}

TEST(RemainingTime, counts_only_what_was_done_since_it_looked) {
    RemainingTime remaining;
    (void)remaining.at(0.8, 0);  // another process did that
    EXPECT_EQ(remaining.at(0.9, 60 * second), 60s);
}

TEST(RemainingTime, says_nothing_too_early) {
    RemainingTime remaining;
    (void)remaining.at(0, 0);
    EXPECT_EQ(remaining.at(0.5, second), std::nullopt);
    EXPECT_EQ(remaining.at(0.5, 10 * second), 10s);
    RemainingTime slow;
    (void)slow.at(0, 0);
    EXPECT_EQ(slow.at(0.001, 100 * second), std::nullopt);
}

TEST(RemainingTime, begins_anew_with_the_next_step) {
    RemainingTime remaining;
    (void)remaining.at(0, 0);
    (void)remaining.at(0.9, 10 * second);
    EXPECT_EQ(remaining.at(0, 11 * second), std::nullopt);
    EXPECT_EQ(remaining.at(0.5, 21 * second), 10s);
}

}  // namespace
}  // namespace duet
