#include "net/gate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace duet::net {
namespace {

using std::chrono::milliseconds;

struct Room {
    explicit Room(ConcurrencyLimit limit) : gate(limit, "server", "requests") {}
    Gate gate;
    std::size_t inside = 0;
    std::size_t most = 0;
    int done = 0;
};

Task<void> visit(Room& room, milliseconds stay) {
    const Gate::Pass pass = co_await room.gate.enter();
    ++room.inside;
    room.most = std::max(room.most, room.inside);
    co_await sleep_for(stay);
    --room.inside;
    ++room.done;
}

Task<void> visit_all(Room& room, int visitors) {
    std::vector<Task<void>> all;
    for (int i = 0; i < visitors; ++i) all.push_back(visit(room, milliseconds(i % 3)));
    co_await when_all(std::move(all));
}

TEST(Gate, lets_no_more_in_than_the_limit_and_everybody_at_last) {
    Runtime runtime;
    Room room{ConcurrencyLimit(3, 3)};
    runtime.run(visit_all(room, 50));
    EXPECT_EQ(room.most, 3U);
    EXPECT_EQ(room.done, 50);
}

TEST(Gate, an_overload_leaves_room_for_half_as_many) {
    Runtime runtime;
    Room room{ConcurrencyLimit(4, 4)};
    room.gate.overloaded();
    EXPECT_EQ(room.gate.limit(), 2U);
    runtime.run(visit_all(room, 20));
    EXPECT_EQ(room.most, 2U);
    EXPECT_EQ(room.done, 20);
}

Task<void> leave_by_error(Gate& gate) {
    const Gate::Pass pass = co_await gate.enter();
    throw std::runtime_error("lost");
}

TEST(Gate, an_error_gives_the_place_back) {
    Runtime runtime;
    Room room{ConcurrencyLimit(1, 1)};
    EXPECT_THROW(runtime.run(leave_by_error(room.gate)), std::runtime_error);
    runtime.run(visit_all(room, 1));
    EXPECT_EQ(room.done, 1);
}

Task<void> answer_while_inside(Gate& gate, int times) {
    const Gate::Pass pass = co_await gate.enter();
    for (int i = 0; i < times; ++i) gate.answered(std::chrono::steady_clock::now());
}

TEST(Gate, grows_only_where_it_is_full) {
    Runtime runtime;
    Gate full(ConcurrencyLimit(1, 10), "server", "requests");
    runtime.run(answer_while_inside(full, 1));
    EXPECT_EQ(full.limit(), 2U);
    Gate roomy(ConcurrencyLimit(2, 10), "server", "requests");
    runtime.run(answer_while_inside(roomy, 100));
    EXPECT_EQ(roomy.limit(), 2U);
}

}  // namespace
}  // namespace duet::net
