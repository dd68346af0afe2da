#include "cql/multiplexer.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>

#include "base/error.hpp"

namespace duet::cql {
namespace {

TEST(Multiplexer, gives_out_each_id_once) {
    Multiplexer streams(100);
    std::set<StreamId> seen;
    while (const auto stream = streams.acquire()) EXPECT_TRUE(seen.insert(*stream).second);
    EXPECT_EQ(seen.size(), 100U);
    EXPECT_TRUE(streams.full());
}

TEST(Multiplexer, an_answered_id_is_free_again) {
    Multiplexer streams(1);
    const auto stream = streams.acquire();
    EXPECT_TRUE(streams.release(*stream));
    EXPECT_EQ(streams.acquire(), stream);
}

TEST(Multiplexer, an_abandoned_id_is_not_given_out_before_its_late_answer) {
    Multiplexer streams(1);
    const auto stream = streams.acquire();
    streams.abandon(*stream);
    EXPECT_EQ(streams.acquire(), std::nullopt);
    EXPECT_FALSE(streams.release(*stream)) << "somebody was said to wait for it";
    EXPECT_EQ(streams.acquire(), stream);
}

TEST(Multiplexer, an_answer_nobody_asked_for_is_a_protocol_error) {
    Multiplexer streams(10);
    const auto stream = streams.acquire();
    EXPECT_TRUE(streams.release(*stream));
    EXPECT_THROW(static_cast<void>(streams.release(*stream)), ProtocolError);
    EXPECT_THROW(static_cast<void>(streams.release(StreamId{7})), ProtocolError);
    EXPECT_THROW(static_cast<void>(streams.release(StreamId{-1})), ProtocolError);
}

TEST(Multiplexer, never_exceeds_what_sixteen_bits_can_say) {
    Multiplexer streams(1'000'000);
    std::size_t count = 0;
    while (streams.acquire()) ++count;
    EXPECT_EQ(count, Multiplexer::stream_limit);
}

TEST(Multiplexer, counts_hold_under_any_order_of_events) {
    const bool holds = rc::check("multiplexer", [] {
        constexpr std::size_t limit = 5;
        Multiplexer streams(limit);
        std::set<StreamId> waiting;
        std::set<StreamId> abandoned;
        for (const int step : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 300))) {
            if (step % 3 == 0) {
                if (const auto stream = streams.acquire()) {
                    RC_ASSERT(waiting.insert(*stream).second);
                    RC_ASSERT(!abandoned.contains(*stream));
                } else {
                    RC_ASSERT(waiting.size() + abandoned.size() == limit);
                }
            } else if (step % 3 == 1 && !waiting.empty()) {
                const StreamId stream = *waiting.begin();
                streams.abandon(stream);
                waiting.erase(stream);
                abandoned.insert(stream);
            } else {
                const bool late = step % 2 == 0 && !abandoned.empty();
                auto& from = late ? abandoned : waiting;
                if (from.empty()) continue;
                RC_ASSERT(streams.release(*from.begin()) == !late);
                from.erase(from.begin());
            }
            RC_ASSERT(streams.in_flight() == waiting.size());
            RC_ASSERT(streams.abandoned() == abandoned.size());
        }
    });
    EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace duet::cql
