#include "app/progress.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

namespace duet::app {
namespace {

using testing::HasSubstr;

class HandClock final : public Clock {
public:
    [[nodiscard]] std::int64_t now() const override { return micros; }
    std::int64_t micros = 1'000'000'000;
};

/// Both ends of a pipe: what was written can be read.
class Pipe {
public:
    Pipe() { EXPECT_EQ(::pipe(ends_.data()), 0); }
    ~Pipe() {
        ::close(ends_[0]);
        ::close(ends_[1]);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    [[nodiscard]] int writing() const { return ends_[1]; }
    [[nodiscard]] std::string text() const {
        std::string all(4'096, '\0');
        ssize_t size = ::write(ends_[1], "$", 1);  // so that reading never waits
        size = ::read(ends_[0], all.data(), all.size());
        all.resize(static_cast<std::size_t>(size) - 1);
        return all;
    }

private:
    std::array<int, 2> ends_{};
};

TEST(Bar, shows_the_part_that_is_done) {
    EXPECT_EQ(bar({"shop.a", "comparing", 12'345, 0.35, {}}, 100),
              "[#######-------------]  35% shop.a: comparing, 12,345 records");
    EXPECT_THAT(bar({"a", "b", 1, 1.0, {}}, 100), HasSubstr("[####################] 100%"));
}

TEST(Bar, has_no_part_where_nobody_knows_it) {
    EXPECT_EQ(bar({"shop.a", "copying", 7, -1, {}}, 100), "shop.a: copying, 7 records");
}

TEST(Bar, is_never_wider_than_the_terminal) {
    EXPECT_EQ(bar({std::string(100, 'x'), "copying", 7, 0.5, {}}, 40).size(), 40U);
}

TEST(Bar, tells_the_time_that_is_left) {
    using namespace std::chrono_literals;
    EXPECT_THAT(bar({"a", "copying", 7, 0.5, 90s}, 100), testing::EndsWith("7 records, 90 s left"));
    EXPECT_EQ(time_left(3min + 20s), "3 min left");
    EXPECT_EQ(time_left(2h + 10min), "2 h 10 min left");
}

TEST(Progress, knows_after_a_while_how_long_the_rest_takes) {
    HandClock clock;
    const Pipe pipe;
    Progress progress(clock, pipe.writing(), false, 80);
    progress.show("shop.a", "copying", 0, 0.2);
    clock.micros += 10'000'000;
    progress.show("shop.a", "copying", 1, 0.3);
    EXPECT_THAT(pipe.text(), HasSubstr("70 s left"));
}

TEST(Progress, draws_over_itself_on_a_terminal) {
    const HandClock clock;
    const Pipe pipe;
    Progress progress(clock, pipe.writing(), true, 80);
    progress.show("shop.a", "copying", 1, 0.5);
    EXPECT_THAT(pipe.text(), testing::StartsWith("\r\033[K["));
    progress.clear();
    EXPECT_EQ(pipe.text(), "\r\033[K");
}

TEST(Progress, writes_whole_lines_elsewhere) {
    HandClock clock;
    const Pipe pipe;
    Progress progress(clock, pipe.writing(), false, 80);
    clock.micros += 5'000'000;
    progress.show("shop.a", "copying", 1, 0.5);
    EXPECT_THAT(pipe.text(), testing::EndsWith("1 records\n"));
}

TEST(Progress, says_nothing_elsewhere_of_work_that_is_soon_done) {
    HandClock clock;
    const Pipe pipe;
    Progress progress(clock, pipe.writing(), false, 80);
    clock.micros += 4'000'000;
    progress.show("shop.a", "copying", 1, 0.5);
    EXPECT_EQ(pipe.text(), "");
}

TEST(Progress, writes_a_line_every_few_seconds_only) {
    HandClock clock;
    const Pipe pipe;
    Progress progress(clock, pipe.writing(), false, 80);
    for (std::uint64_t second = 1; second <= 10; ++second) {
        clock.micros += 1'000'000;
        progress.show("a", "copying", second, 0.1);
    }
    EXPECT_EQ(pipe.text(), bar({"a", "copying", 5, 0.1, {}}, 200) + "\n" +
                               bar({"a", "copying", 10, 0.1, {}}, 200) + "\n");
}

}  // namespace
}  // namespace duet::app
