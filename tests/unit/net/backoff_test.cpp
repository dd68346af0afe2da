#include "net/backoff.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace duet::net {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, the_first_wait_is_at_most_the_first_step) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        Backoff backoff(10ms, 1000ms, seed);
        EXPECT_LE(backoff.next(), 10ms);
    }
}

TEST(Backoff, the_ceiling_doubles) {
    auto longest = 0ms;
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        Backoff backoff(10ms, 10'000ms, seed);
        for (int i = 0; i < 3; ++i) static_cast<void>(backoff.next());
        const auto fourth = backoff.next();
        EXPECT_LE(fourth, 80ms);
        longest = std::max(longest, fourth);
    }
    EXPECT_GT(longest, 60ms);
}

TEST(Backoff, never_waits_longer_than_the_limit) {
    Backoff backoff(7ms, 100ms, 1);
    for (int i = 0; i < 1000; ++i) {
        const auto wait = backoff.next();
        EXPECT_GE(wait, 0ms);
        EXPECT_LE(wait, 100ms);
    }
}

TEST(Backoff, starts_anew_after_a_success) {
    Backoff backoff(10ms, 10'000ms, 1);
    for (int i = 0; i < 20; ++i) static_cast<void>(backoff.next());
    backoff.reset();
    EXPECT_LE(backoff.next(), 10ms);
}

}  // namespace
}  // namespace duet::net
