#include "elastic/position_board.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "peer/elastic/elastic_peer.hpp"

namespace duet::elastic {
namespace {

using peer::reply;
using testing::HasSubstr;
using testing::StartsWith;

class HandClock final : public Clock {
public:
    [[nodiscard]] std::int64_t now() const override { return time; }
    void pass(std::chrono::milliseconds duration) { time += Micros(duration).count(); }
    std::int64_t time = 1'700'000'000'000'000;
};

/// What `_stats` says of one index with one shard.
std::string stats_of(const std::string& index, int checkpoint) {
    return fmt::format(
        R"("{0}":{{"uuid":"{0}-uuid","shards":{{"0":[{{"routing":{{"primary":true}},"commit":)"
        R"({{"user_data":{{"history_uuid":"h"}}}},"seq_no":{{"max_seq_no":{1},)"
        R"("global_checkpoint":{1}}}}}]}}}})",
        index, checkpoint);
}

peer::Step stats(const std::vector<std::string>& indices) {
    return reply(200, fmt::format(R"({{"indices":{{{}}}}})", fmt::join(indices, ",")));
}

peer::Step one_shard(const std::string& index) {
    return reply(
        200,
        fmt::format(R"({{"{}":{{"settings":{{"index":{{"number_of_shards":"1"}}}}}}}})", index));
}

/// A board, the server that it asks, and the clock.
class Boards : public testing::Test {
protected:
    using Story = std::function<Task<void>(PositionBoard&)>;

    void tell(std::vector<peer::Step> steps, const Story& story) {
        server_.emplace(std::move(steps));
        runtime_.run(on_loop(story));
    }
    [[nodiscard]] std::string target(std::size_t number) const {
        return server_->requests().at(number).target;
    }
    [[nodiscard]] std::size_t requests() const { return server_->requests().size(); }

    HandClock clock_;

private:
    net::Runtime runtime_;
    std::optional<peer::ScriptedHttp> server_;

    Task<void> on_loop(const Story& story) {
        co_await server_->open();
        ClientOptions options = quick_options();
        options.urls = {server_->url()};
        Client client(std::move(options));
        PositionBoard board(client, clock_);
        co_await story(board);
    }
};

Task<std::int64_t> checkpoint(PositionBoard& board, std::string index) {
    const IndexPosition position = co_await board.position(std::move(index));
    co_return position.shards.at(0).global_checkpoint;
}

Task<void> two_pairs_poll(PositionBoard& board, HandClock& clock) {
    EXPECT_EQ(co_await checkpoint(board, "a"), 1);
    EXPECT_EQ(co_await checkpoint(board, "b"), 2);
    clock.pass(position_lasts);
    EXPECT_EQ(co_await checkpoint(board, "a"), 11);
    EXPECT_EQ(co_await checkpoint(board, "b"), 12);
}

TEST_F(Boards, a_poll_of_one_index_answers_for_the_others) {
    tell({stats({stats_of("a", 1)}), one_shard("a"), stats({stats_of("b", 2)}), one_shard("b"),
          stats({stats_of("a", 11), stats_of("b", 12)})},
         [this](PositionBoard& board) { return two_pairs_poll(board, clock_); });
    ASSERT_EQ(requests(), 5U);
    EXPECT_THAT(target(4), StartsWith("/a,b/_stats"));
    EXPECT_THAT(target(4), HasSubstr("ignore_unavailable=true"));
}

Task<void> one_index_goes(PositionBoard& board, HandClock& clock) {
    (void)co_await checkpoint(board, "a");
    (void)co_await checkpoint(board, "b");
    clock.pass(position_lasts);
    EXPECT_EQ(co_await checkpoint(board, "a"), 11);  // b is not in this answer
    bool refused = false;
    try {
        (void)co_await checkpoint(board, "b");
    } catch (const RequestError& error) {
        refused = error.status() == 404;
    }
    EXPECT_TRUE(refused);
}

TEST_F(Boards, an_index_that_vanished_is_not_where_it_was) {
    tell({stats({stats_of("a", 1)}), one_shard("a"), stats({stats_of("b", 2)}), one_shard("b"),
          stats({stats_of("a", 11)}), stats({}),
          reply(404, R"({"error":{"type":"index_not_found_exception","reason":"no such index"}})")},
         [this](PositionBoard& board) { return one_index_goes(board, clock_); });
}

Task<void> nobody_follows(PositionBoard& board, HandClock& clock) {
    (void)co_await checkpoint(board, "a");
    clock.pass(polled_within + position_lasts);
    (void)co_await checkpoint(board, "b");
}

TEST_F(Boards, what_nobody_polls_any_more_is_not_asked_for) {
    tell({stats({stats_of("a", 1)}), one_shard("a"), stats({stats_of("b", 2)}), one_shard("b")},
         [this](PositionBoard& board) { return nobody_follows(board, clock_); });
    EXPECT_THAT(target(2), StartsWith("/b/_stats"));
}

Task<void> many_pairs_poll(PositionBoard& board, HandClock& clock) {
    for (int round = 0; round < 2; ++round) {
        for (int index = 0; index < 40; ++index) {
            const std::string name = fmt::format("{:02}{}", index, std::string(200, 'x'));
            try {
                (void)co_await checkpoint(board, name);
            } catch (const Error&) {  // the server of this test knows none of them
            }
        }
        clock.pass(position_lasts);
    }
}

TEST_F(Boards, a_request_never_names_more_than_a_line_takes) {
    tell({stats({})}, [this](PositionBoard& board) { return many_pairs_poll(board, clock_); });
    std::size_t longest = 0;
    for (std::size_t i = 0; i < requests(); ++i) longest = std::max(longest, target(i).size());
    EXPECT_GT(longest, 1'000U);
    EXPECT_LT(longest, 4'000U);
}

}  // namespace
}  // namespace duet::elastic
