#include "app/shared_answer.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "base/error.hpp"
#include "net/runtime.hpp"

namespace duet::app {
namespace {

using namespace std::chrono_literals;

class SettableClock final : public Clock {
public:
    std::int64_t micros = 1'000'000'000;
    [[nodiscard]] std::int64_t now() const override { return micros; }
};

/// A server that takes its time, and counts how often it is asked.
struct World {
    net::Runtime runtime;
    SettableClock clock;
    int asked = 0;
    bool away = false;
    SharedAnswer answer{[this] { return ask(); }, clock, 1s};
    std::vector<std::string> told;

    Task<std::string> ask() {
        const int number = ++asked;
        co_await sleep_for(5ms);
        if (away) throw Unavailable("no answer " + std::to_string(number));
        co_return "answer " + std::to_string(number);
    }
    Task<void> get() {
        std::string text;
        try {
            text = co_await answer.get();
        } catch (const Unavailable& error) {
            text = error.what();
        }
        told.push_back(text);
    }
    /// So many who ask at the same time.
    Task<void> get_by(std::size_t many) {
        std::vector<Task<void>> all;
        for (std::size_t i = 0; i < many; ++i) all.push_back(get());
        co_await when_all(std::move(all));
    }
};

TEST(SharedAnswer, is_asked_for_once_by_all_who_come_meanwhile) {
    World world;
    world.runtime.run(world.get_by(3));
    EXPECT_EQ(world.asked, 1);
    EXPECT_EQ(world.told, std::vector<std::string>(3, "answer 1"));
}

TEST(SharedAnswer, is_kept_for_its_time) {
    World world;
    world.runtime.run(world.get());
    world.clock.micros += 999'999;
    world.runtime.run(world.get());
    EXPECT_EQ(world.asked, 1);
    world.clock.micros += 1;
    world.runtime.run(world.get());
    EXPECT_EQ(world.told, (std::vector<std::string>{"answer 1", "answer 1", "answer 2"}));
}

TEST(SharedAnswer, is_asked_for_anew_where_the_clock_was_set_back) {
    World world;
    world.runtime.run(world.get());
    world.clock.micros -= 1;
    world.runtime.run(world.get());
    EXPECT_EQ(world.asked, 2);
}

TEST(SharedAnswer, a_failure_is_that_of_all_who_waited_and_of_nobody_later) {
    World world;
    world.away = true;
    world.runtime.run(world.get_by(3));
    EXPECT_EQ(world.asked, 1) << "they do not wait for a server that is away one after the other";
    EXPECT_EQ(world.told, std::vector<std::string>(3, "no answer 1"));
    world.away = false;
    world.runtime.run(world.get());
    EXPECT_EQ(world.told.back(), "answer 2");
}

}  // namespace
}  // namespace duet::app
