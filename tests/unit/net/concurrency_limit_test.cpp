#include "net/concurrency_limit.hpp"

#include <gtest/gtest.h>

namespace duet::net {
namespace {

using std::chrono::microseconds;

/// So many answers that take so long, while the limit is used.
void answer(ConcurrencyLimit& limit, std::size_t times, microseconds latency, bool full = true) {
    for (std::size_t i = 0; i < times; ++i) limit.answered(latency, full);
}

/// A server that works on so many requests at a time, 1 ms each: the others queue.
microseconds latency_of(std::size_t in_flight, std::size_t capacity) {
    return microseconds(1'000 * std::max<std::size_t>(1, in_flight / capacity));
}

TEST(ConcurrencyLimit, grows_by_one_a_round_while_answers_take_no_longer) {
    ConcurrencyLimit limit(4, 8);
    answer(limit, 3, microseconds(1'000));
    EXPECT_EQ(limit.limit(), 4U);
    answer(limit, 1, microseconds(1'000));
    EXPECT_EQ(limit.limit(), 5U);
    answer(limit, 5, microseconds(1'000));
    EXPECT_EQ(limit.limit(), 6U);
    answer(limit, 1'000, microseconds(1'000));
    EXPECT_EQ(limit.limit(), 8U) << "and no further than allowed";
}

TEST(ConcurrencyLimit, stays_where_it_is_not_used) {
    ConcurrencyLimit limit(4, 100);
    answer(limit, 1'000, microseconds(1'000), false);
    EXPECT_EQ(limit.limit(), 4U);
}

TEST(ConcurrencyLimit, stays_where_answers_take_longer) {
    ConcurrencyLimit limit(4, 100);
    answer(limit, 4, microseconds(1'000));
    answer(limit, 5 * 10, microseconds(4'000));
    EXPECT_LE(limit.limit(), 7U);
}

TEST(ConcurrencyLimit, of_a_server_that_has_become_slower_the_best_is_forgotten) {
    ConcurrencyLimit limit(4, 100);
    answer(limit, 4, microseconds(1'000));
    answer(limit, 4'000, microseconds(10'000));
    EXPECT_GT(limit.limit(), 10U);
}

TEST(ConcurrencyLimit, halves_once_for_all_that_were_on_their_way) {
    ConcurrencyLimit limit(16, 16);
    EXPECT_TRUE(limit.overloaded());
    EXPECT_EQ(limit.limit(), 8U);
    for (int i = 0; i < 10; ++i) EXPECT_FALSE(limit.overloaded());
    answer(limit, 5, microseconds(1'000));
    EXPECT_EQ(limit.limit(), 8U);
    EXPECT_TRUE(limit.overloaded()) << "sent after the first";
    EXPECT_EQ(limit.limit(), 4U);
}

TEST(ConcurrencyLimit, is_never_less_than_one) {
    ConcurrencyLimit limit(0, 0);
    EXPECT_EQ(limit.limit(), 1U);
    EXPECT_TRUE(limit.overloaded());
    EXPECT_EQ(limit.limit(), 1U);
}

TEST(ConcurrencyLimit, comes_back_after_an_overload) {
    ConcurrencyLimit limit(16, 16);
    answer(limit, 64, microseconds(1'000));
    EXPECT_TRUE(limit.overloaded());
    answer(limit, 16 * 16, microseconds(1'000));
    EXPECT_EQ(limit.limit(), 16U);
}

TEST(ConcurrencyLimit, finds_about_what_a_server_can_do) {
    ConcurrencyLimit limit(2, 1'000);
    for (int i = 0; i < 5'000; ++i) limit.answered(latency_of(limit.limit(), 20), true);
    EXPECT_GE(limit.limit(), 20U) << "nobody is idle there";
    EXPECT_LE(limit.limit(), 200U) << "and the queue is short";
}

}  // namespace
}  // namespace duet::net
