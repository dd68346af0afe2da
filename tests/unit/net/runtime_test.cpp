#include "net/runtime.hpp"

#include <gtest/gtest.h>
#include <csignal>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/task.hpp"

namespace duet::net {
namespace {

using namespace std::chrono_literals;

Task<void> nothing() { co_return; }

Task<void> throw_text(std::string text) {
    co_await sleep_for(1ms);
    throw std::runtime_error(text);
}

Task<void> wait_then_note(Event& event, std::vector<int>& notes, int note) {
    co_await event.wait();
    notes.push_back(note);
}

Task<void> set_when_dropped(std::shared_ptr<int> witness, Event& event) {
    co_await event.wait();
    *witness = 1;
}

TEST(Runtime, rethrows_what_left_main) {
    Runtime runtime;
    EXPECT_THROW(runtime.run(throw_text("broken")), std::runtime_error);
}

TEST(Runtime, an_error_of_a_spawned_task_ends_that_task_alone) {
    Runtime runtime;
    runtime.spawn(throw_text("expected in the log"), "thrower");
    EXPECT_NO_THROW(runtime.run(sleep_for(20ms)));
}

Task<void> wake_one_after_the_other(Event& event, std::vector<int>& notes) {
    co_await sleep_for(5ms);
    event.notify_one();
    co_await sleep_for(5ms);
    EXPECT_EQ(notes, std::vector<int>{1});
    event.notify_one();
    co_await sleep_for(5ms);
    EXPECT_EQ(notes, (std::vector<int>{1, 2}));
    event.notify_one();  // nobody is there
}

TEST(Event, notify_one_wakes_who_has_waited_longest) {
    Runtime runtime;
    Event event;
    std::vector<int> notes;
    runtime.spawn(wait_then_note(event, notes, 1), "first");
    runtime.spawn(wait_then_note(event, notes, 2), "second");
    runtime.run(wake_one_after_the_other(event, notes));
}

TEST(Runtime, drops_what_still_waits_when_main_has_ended) {
    Runtime runtime;
    Event event;
    const auto witness = std::make_shared<int>(0);
    runtime.spawn(set_when_dropped(witness, event), "waiter");
    runtime.run(sleep_for(5ms));
    EXPECT_EQ(witness.use_count(), 1) << "the coroutine that held it is still there";
    EXPECT_EQ(*witness, 0);
}

TEST(Runtime, runs_again_after_it_ended) {
    Runtime runtime;
    runtime.run(nothing());
    EXPECT_THROW(runtime.run(throw_text("second run")), std::runtime_error);
}

Task<void> wait_until_two(const int& seen) {
    while (seen < 2) co_await sleep_for(1ms);
}

TEST(Runtime, acts_each_time_a_signal_comes) {
    Runtime runtime;
    int seen = 0;
    runtime.on_signal(SIGUSR2, [&seen] {
        if (++seen == 1) static_cast<void>(::raise(SIGUSR2));
    });
    ASSERT_EQ(::raise(SIGUSR2), 0);
    runtime.run(wait_until_two(seen));
    EXPECT_EQ(seen, 2);
}

Task<void> notify_after_three(Event& event, std::vector<int>& notes) {
    for (int note = 1; note <= 3; ++note) {
        auto waiter = wait_then_note(event, notes, note);
        co_await spawn_here(std::move(waiter), "waiter");
    }
    co_await sleep_for(1ms);
    event.notify_all();
    co_await sleep_for(1ms);
}

TEST(Event, wakes_all_in_the_order_of_their_calls) {
    Runtime runtime;
    Event event;
    std::vector<int> notes;
    runtime.run(notify_after_three(event, notes));
    EXPECT_EQ(notes, (std::vector<int>{1, 2, 3}));
}

Task<void> notify_before_waiting(Event& event, bool& woken) {
    event.notify_all();
    woken = co_await event.wait_for(5ms);
}

TEST(Event, does_not_remember_a_call_that_nobody_waited_for) {
    Runtime runtime;
    Event event;
    bool woken = true;
    runtime.run(notify_before_waiting(event, woken));
    EXPECT_FALSE(woken);
}

Task<void> notify_soon(Event& event) {
    co_await sleep_for(1ms);
    event.notify_all();
}

Task<void> wait_long(Event& event, bool& woken) {
    auto notifier = notify_soon(event);
    co_await spawn_here(std::move(notifier), "notifier");
    woken = co_await event.wait_for(10s);
}

TEST(Event, tells_that_it_was_notified_before_the_time_was_up) {
    Runtime runtime;
    Event event;
    bool woken = false;
    runtime.run(wait_long(event, woken));
    EXPECT_TRUE(woken);
}

TEST(Event, may_be_destroyed_before_those_who_wait_are_dropped) {
    Runtime runtime;
    auto event = std::make_unique<Event>();
    runtime.spawn(event->wait(), "waiter");
    runtime.run(sleep_for(1ms));
    runtime.spawn(event->wait(), "waiter of the next run");
    event.reset();
    EXPECT_NO_THROW(runtime.run(nothing()));
}

}  // namespace
}  // namespace duet::net
