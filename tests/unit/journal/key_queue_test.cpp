#include "journal/key_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace duet::journal {
namespace {

using testing::ElementsAre;

TEST(KeyQueue, holds_each_key_once) {
    KeyQueue queue;
    for (const char* key : {"a", "b", "a"}) queue.push(as_bytes(key), 1);
    EXPECT_EQ(queue.size(), 2U);
    EXPECT_THAT(queue.take(1), ElementsAre("a"));
    queue.push(as_bytes("a"), 2);
    EXPECT_THAT(queue.take(5), ElementsAre("b", "a"));
}

TEST(KeyQueue, holds_a_segment_until_the_last_of_its_keys_is_settled) {
    KeyQueue queue;
    queue.push(as_bytes("a"), 1);
    queue.push(as_bytes("b"), 1);
    static_cast<void>(queue.take(1));
    queue.settle();
    EXPECT_TRUE(queue.holds(1));
    static_cast<void>(queue.take(1));
    EXPECT_TRUE(queue.holds(1));
    queue.settle();
    EXPECT_FALSE(queue.holds(1));
}

TEST(KeyQueue, drops_everything_and_says_so_when_too_much_waits) {
    KeyQueue queue;
    const std::string large(1000, 'x');
    for (std::size_t i = 0; queue.push(as_bytes(large + std::to_string(i)), 1); ++i) {
        ASSERT_LT(i, queue_limit / 1000);
    }
    EXPECT_TRUE(queue.take_incomplete());
    EXPECT_TRUE(queue.empty());
    EXPECT_FALSE(queue.holds(1));
}

}  // namespace
}  // namespace duet::journal
