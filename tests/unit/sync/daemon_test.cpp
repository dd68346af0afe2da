#include "sync/daemon.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "model/row_feed.hpp"
#include "world.hpp"

namespace duet::sync {
namespace {

using namespace std::chrono_literals;

/// What no handler of errors knows.
struct Stranger {};

/// Fails as told, some times, at every read of the table.
class Faults final : public MemoryHooks {
public:
    enum class Kind : std::uint8_t { none, unavailable, misconfigured, unforeseen, stranger };
    Kind kind = Kind::none;
    int left = 0;
    std::function<void()> on_page;  // called before each page of rows
    [[nodiscard]] Task<void> before(std::string_view operation) override {
        if (on_page && operation == "table.rows") on_page();
        if (left > 0 && operation.starts_with("table.")) {
            --left;
            if (kind == Kind::unavailable)
                throw Unavailable("Cassandra at 127.0.0.1:9042 does not answer");
            if (kind == Kind::misconfigured)
                throw Misconfigured("no right to read", "GRANT SELECT ...");
            if (kind == Kind::unforeseen) throw std::length_error("a text is too long");
            if (kind == Kind::stranger) throw Stranger{};
        }
        co_return;
    }
    [[nodiscard]] Task<void> after(std::string_view) override { co_return; }
};

/// A daemon with one pair whose table fails.
struct Served {
    World world;
    Faults faults;
    MemoryTable table;
    Pair pair;
    Daemon daemon;
    std::chrono::milliseconds period = 10ms;

    Served()
        : table(world.rows, faults),
          pair("shop.products", table, world.index, world.state, world.clock, PairSettings{},
               [this] { return agree(); }),
          daemon(world.clock, 1) {
        log::configure(log::Sink::none, log::Level::error);
        world.insert(1, "row", 1, 100);
    }
    Task<Schema> agree() {
        Schema schema = co_await table.describe();
        co_await table.provision(schema, true);
        co_await world.index.provision(schema, true);
        co_return schema;
    }
    /// Serves until `done` says so, or five seconds are over.
    Task<void> watch(std::function<bool(const PairStatus&)> done, std::optional<PairStatus>& seen) {
        for (int i = 0; i < 500 && !seen; ++i) {
            co_await sleep_for(10ms);
            const std::vector<PairStatus> statuses = daemon.statuses();
            if (!statuses.empty() && done(statuses.front())) seen = statuses.front();
        }
        daemon.stop();
    }
    std::optional<PairStatus> serve_until(std::function<bool(const PairStatus&)> done) {
        std::optional<PairStatus> seen;
        std::vector<Task<void>> both;
        both.push_back(daemon.serve(pair, period));
        both.push_back(watch(std::move(done), seen));
        run(when_all(std::move(both)));
        return seen;
    }
};

TEST(Daemon, serves_a_pair_until_it_is_stopped) {
    Served served;
    const auto status = served.serve_until([](const PairStatus& s) { return s.passes >= 3; });
    ASSERT_TRUE(status);
    EXPECT_EQ(status->phase, PairStatus::Phase::level);
    EXPECT_EQ(served.world.names(1), "row|row");
    EXPECT_TRUE(served.daemon.statuses().empty());
}

TEST(Daemon, knows_how_long_its_passes_take_and_how_far_it_has_looked) {
    Served served;
    served.world.clock.micros = 7'000'000;
    const auto status = served.serve_until([](const PairStatus& s) { return s.passes >= 1; });
    ASSERT_TRUE(status);
    EXPECT_EQ(status->level_at, 7'000'000);
    EXPECT_EQ(status->swept_at, 7'000'000);
    EXPECT_NE(metrics::serialize().find("duet_pass_seconds_count{pair=\"shop.products\"}"),
              std::string::npos);
}

TEST(Daemon, a_pair_that_is_no_more_takes_its_gauges_along) {
    Served served;
    metrics::set("duet_pair_level", {{"pair", "shop.products"}}, 1);  // as for each scrape
    metrics::set("duet_lag_seconds", {{"pair", "shop.products"}, {"source", "cassandra"}}, 1);
    ASSERT_TRUE(served.serve_until([](const PairStatus& s) { return s.passes >= 1; }));
    const std::string left = metrics::serialize();
    for (const char* gauge : {"duet_pair_level", "duet_quarantined_records", "duet_lag_seconds"}) {
        EXPECT_EQ(left.find(gauge + std::string("{pair=\"shop.products\"")), std::string::npos)
            << gauge;
    }
}

TEST(Daemon, knows_how_far_a_first_copy_is_and_forgets_it_at_its_end) {
    Served served;
    std::optional<Progress> during;
    served.faults.on_page = [&] { during = served.daemon.statuses().front().step; };
    const auto status =
        served.serve_until([](const PairStatus& s) { return s.phase == PairStatus::Phase::level; });
    ASSERT_TRUE(during);
    EXPECT_EQ(during->what, "first copy to Elasticsearch");
    ASSERT_TRUE(status);
    EXPECT_FALSE(status->step);
}

TEST(Daemon, a_server_that_is_away_is_waited_for_and_the_status_says_which) {
    Served served;
    served.faults.kind = Faults::Kind::unavailable;
    served.faults.left = 1'000'000;
    const auto waiting = served.serve_until(
        [](const PairStatus& s) { return s.phase == PairStatus::Phase::waiting; });
    ASSERT_TRUE(waiting);
    EXPECT_NE(waiting->reason.find("127.0.0.1:9042"), std::string::npos);
}

TEST(Daemon, goes_on_by_itself_when_the_server_is_back) {
    Served served;
    served.faults.kind = Faults::Kind::unavailable;
    served.faults.left = 2;
    const auto level =
        served.serve_until([](const PairStatus& s) { return s.phase == PairStatus::Phase::level; });
    ASSERT_TRUE(level);
    EXPECT_TRUE(level->reason.empty());
    EXPECT_EQ(served.world.names(1), "row|row");
}

TEST(Daemon, an_error_that_nobody_foresaw_is_waited_out_as_any_other) {
    Served served;
    served.faults.kind = Faults::Kind::unforeseen;
    served.faults.left = 1;
    std::string reason;
    const auto level = served.serve_until([&](const PairStatus& s) {
        if (s.phase == PairStatus::Phase::waiting) reason = s.reason;
        return s.phase == PairStatus::Phase::level;
    });
    EXPECT_TRUE(level);
    EXPECT_EQ(reason, "a pass failed unexpectedly: a text is too long");
}

TEST(Daemon, a_loop_that_breaks_off_leaves_nothing_of_its_pair_behind) {
    Served served;
    served.faults.kind = Faults::Kind::stranger;
    served.faults.left = 1;
    metrics::set("duet_pair_level", {{"pair", "shop.products"}}, 1);
    EXPECT_THROW(run(served.daemon.serve(served.pair, served.period)), Stranger);
    EXPECT_TRUE(served.daemon.statuses().empty());
    EXPECT_EQ(metrics::serialize().find("duet_pair_level{pair=\"shop.products\""),
              std::string::npos);
    served.daemon.stop();  // would call the pair, which may be gone by then
}

TEST(Daemon, a_pair_that_is_misconfigured_stops_with_its_remedy) {
    Served served;
    served.faults.kind = Faults::Kind::misconfigured;
    served.faults.left = 1'000'000;
    const auto stopped = served.serve_until(
        [](const PairStatus& s) { return s.phase == PairStatus::Phase::stopped; });
    ASSERT_TRUE(stopped);
    EXPECT_EQ(stopped->hint, "GRANT SELECT ...");
}

TEST(Daemon, a_stopped_pair_is_tried_again_when_asked) {
    Served served;
    served.faults.kind = Faults::Kind::misconfigured;
    served.faults.left = 1;
    bool asked = false;
    const auto level = served.serve_until([&](const PairStatus& s) {
        if (s.phase == PairStatus::Phase::stopped && !asked) {
            asked = true;
            served.daemon.retry_stopped();
        }
        return s.phase == PairStatus::Phase::level;
    });
    EXPECT_TRUE(level);
}

/// Nominates one row again and again, and wants to be asked often.
struct EagerFeed final : RowFeed {
    [[nodiscard]] std::string name() const override { return "eager"; }
    [[nodiscard]] std::optional<std::chrono::milliseconds> pace() const override { return 5ms; }
    Task<RowChanges> next(std::size_t /*limit*/) override {
        RowChanges batch;
        batch.changes.push_back(Change{id_of(1), std::nullopt, std::nullopt});
        co_return batch;
    }
    Task<void> acknowledge() override { co_return; }
};

TEST(Daemon, follows_a_feed_that_has_a_pace_between_the_passes) {
    Served served;
    EagerFeed feed;
    served.table.set_feed(&feed);
    served.period = 1h;
    bool written = false;
    const auto status = served.serve_until([&](const PairStatus& s) {
        if (s.phase != PairStatus::Phase::level) return false;
        if (!std::exchange(written, true)) served.world.insert(1, "later", 1, 2'000'000);
        return served.world.names(1) == "later|later";
    });
    EXPECT_TRUE(status);
}

}  // namespace
}  // namespace duet::sync
