#include "base/task.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace duet {
namespace {

using std::chrono::milliseconds;

/// Keeps what left a coroutine.
struct Ended {
    std::exception_ptr& error;
    bool& ended;
    void operator()(const std::exception_ptr& left) const {
        error = left;
        ended = true;
    }
};

/// Runs a coroutine to its end and rethrows what left it.
void run(Task<void> task) {
    boost::asio::io_context context;
    std::exception_ptr error;
    bool ended = false;
    boost::asio::co_spawn(context, std::move(task), Ended{error, ended});
    context.run();
    ASSERT_TRUE(ended) << "the coroutine is still waiting, and nothing will wake it";
    if (error != nullptr) {
        std::rethrow_exception(error);
    }
}

std::string error_of(Task<void> task) {
    try {
        run(std::move(task));
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "none";
}

Task<void> note(std::string& story, std::string word) {
    story += word;
    co_return;
}

Task<void> note_after(std::string& story, std::string word, milliseconds delay) {
    co_await sleep_for(delay);
    story += word;
}

Task<void> fail(std::string what) {
    throw std::runtime_error(what);
    co_return;
}

Task<void> fail_after(std::string what, milliseconds delay) {
    co_await sleep_for(delay);
    throw std::runtime_error(what);
}

/// Story: one letter a task, then "." when when_all has ended, with or without an error.
Task<void> all_then_dot(std::string& story, std::vector<Task<void>> tasks) {
    std::exception_ptr error;
    try {
        co_await when_all(std::move(tasks));
    } catch (...) {
        error = std::current_exception();
    }
    story += ".";
    if (error != nullptr) {
        std::rethrow_exception(error);
    }
}

TEST(WhenAll, ends_when_the_last_has_ended) {
    std::string story;
    std::vector<Task<void>> tasks;
    tasks.push_back(note_after(story, "c", milliseconds(30)));
    tasks.push_back(note(story, "a"));
    tasks.push_back(note_after(story, "b", milliseconds(5)));
    run(all_then_dot(story, std::move(tasks)));
    EXPECT_EQ(story, "abc.");
}

TEST(WhenAll, ends_when_no_task_ever_waits) {
    std::string story;
    std::vector<Task<void>> tasks;
    tasks.push_back(note(story, "a"));
    tasks.push_back(note(story, "b"));
    run(all_then_dot(story, std::move(tasks)));
    EXPECT_EQ(story, "ab.");
}

TEST(WhenAll, of_nothing_ends_at_once) {
    std::string story;
    run(all_then_dot(story, {}));
    EXPECT_EQ(story, ".");
}

TEST(WhenAll, waits_for_the_others_when_one_fails) {
    std::string story;
    std::vector<Task<void>> tasks;
    tasks.push_back(fail("broken"));
    tasks.push_back(note_after(story, "a", milliseconds(10)));
    EXPECT_EQ(error_of(all_then_dot(story, std::move(tasks))), "broken");
    EXPECT_EQ(story, "a.");
}

TEST(WhenAll, throws_the_error_that_came_first) {
    std::string story;
    std::vector<Task<void>> tasks;
    tasks.push_back(fail_after("second", milliseconds(20)));
    tasks.push_back(fail_after("first", milliseconds(5)));
    EXPECT_EQ(error_of(all_then_dot(story, std::move(tasks))), "first");
}

Task<void> all_of_each(std::string& story, int count) {
    std::vector<Task<void>> tasks;
    for (int i = 0; i < count; ++i) {
        tasks.push_back(note_after(story, "x", milliseconds(1)));
    }
    co_await when_all(std::move(tasks));
}

TEST(WhenAll, nests) {
    std::string story;
    std::vector<Task<void>> tasks;
    for (int i = 0; i < 10; ++i) {
        tasks.push_back(all_of_each(story, 10));
    }
    run(all_then_dot(story, std::move(tasks)));
    EXPECT_EQ(story, std::string(100, 'x') + ".");
}

Task<void> hold(std::shared_ptr<int> held) {
    co_await sleep_for(std::chrono::hours(1));
    *held += 1;
}

Task<void> hold_twice(std::shared_ptr<int> held) {
    std::vector<Task<void>> tasks;
    tasks.push_back(hold(held));
    tasks.push_back(hold(held));
    co_await when_all(std::move(tasks));
}

void forget(const std::exception_ptr&) {}

TEST(WhenAll, dropping_the_loop_drops_the_waiter_and_its_tasks) {
    const auto held = std::make_shared<int>(0);
    {
        boost::asio::io_context context;
        boost::asio::co_spawn(context, hold_twice(held), forget);
        context.run_for(milliseconds(10));
        EXPECT_GT(held.use_count(), 1);
    }
    EXPECT_EQ(held.use_count(), 1) << "a coroutine was leaked";
    EXPECT_EQ(*held, 0);
}

TEST(WhenAll, tasks_that_never_started_are_dropped_too) {
    const auto held = std::make_shared<int>(0);
    {
        boost::asio::io_context context;
        boost::asio::co_spawn(context, hold_twice(held), forget);
    }
    EXPECT_EQ(held.use_count(), 1);
}

TEST(SleepFor, waits_as_long_as_it_says) {
    const auto start = std::chrono::steady_clock::now();
    run(sleep_for(milliseconds(20)));
    EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(20));
}

TEST(SleepFor, no_time_or_less_is_over_at_once) {
    const auto start = std::chrono::steady_clock::now();
    run(sleep_for(milliseconds(0)));
    run(sleep_for(milliseconds(-5)));
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST(SleepFor, the_longest_time_there_is_does_not_wrap) {
    boost::asio::io_context context;
    bool ended = false;
    std::exception_ptr error;
    boost::asio::co_spawn(context, sleep_for(milliseconds::max()), Ended{error, ended});
    context.run_for(milliseconds(10));
    EXPECT_FALSE(ended);
}

}  // namespace
}  // namespace duet
