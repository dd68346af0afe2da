#include "base/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace duet::log {
namespace {

TEST(Log, a_line_is_keys_and_values) {
    EXPECT_EQ(line(Level::info, "pair started", {{"pair", "shop.orders"}, {"shards", 3}}),
              "level=info event=\"pair started\" pair=shop.orders shards=3");
}

TEST(Log, values_are_quoted_where_they_need_it) {
    EXPECT_EQ(
        line(Level::error, "e", {{"a", ""}, {"b", "x=y"}, {"c", "say \"no\""}, {"d", "c:\\d"}}),
        R"(level=error event=e a="" b="x=y" c="say \"no\"" d="c:\\d")");
}

TEST(Log, a_value_cannot_begin_a_line_of_its_own) {
    EXPECT_EQ(line(Level::warning, "e", {{"a", "x\nlevel=error\r\x1b[2J"}}),
              R"(level=warning event=e a="x\nlevel=error\x0d\x1b[2J")");
}

TEST(Log, text_beyond_ASCII_stays_readable) {
    EXPECT_EQ(line(Level::debug, "e", {{"name", "Zoë"}}), "level=debug event=e name=Zoë");
}

TEST(Log, numbers_are_written_shortest) {
    EXPECT_EQ(line(Level::info, "e", {{"pass_seconds", 0.1}, {"n", std::int64_t{-5}}}),
              "level=info event=e pass_seconds=0.1 n=-5");
}

TEST(Log, lines_reach_standard_error_with_their_time_and_in_order) {
    testing::internal::CaptureStderr();
    configure(Sink::standard_error, Level::info);
    info("first", {{"n", 1}});
    debug("not wanted");
    warning("second");
    shutdown();
    const std::string written = testing::internal::GetCapturedStderr();
    EXPECT_THAT(written, testing::MatchesRegex(
                             "[0-9-]+T[0-9:]+\\.[0-9][0-9][0-9]Z level=info event=first n=1\n"
                             "[0-9-]+T[0-9:]+\\.[0-9][0-9][0-9]Z level=warning event=second\n"));
}

TEST(Log, after_shutdown_nothing_is_written) {
    testing::internal::CaptureStderr();
    configure(Sink::standard_error, Level::info);
    shutdown();
    error("too late");
    shutdown();
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Log, no_sink_writes_nothing) {
    testing::internal::CaptureStderr();
    configure(Sink::none, Level::debug);
    error("unseen");
    shutdown();
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace duet::log
