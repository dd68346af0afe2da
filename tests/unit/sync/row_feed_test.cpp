// A pair whose table has a fast feed: it is followed, and the sweep becomes the safety net.

#include "model/row_feed.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "told_feed.hpp"
#include "world.hpp"

namespace duet::sync {
namespace {

struct FedWorld : World {
    ToldFeed feed;

    explicit FedWorld(const PairSettings& settings = swept_hourly()) : World(settings) {
        table.set_feed(&feed);
        for (unsigned i = 0; i < 700; ++i) insert(i, "first", i, 1'000 + i);
        (void)World::level();
    }
    Report step(std::int64_t micros = 1'000'000) {
        clock.micros += micros;
        return run(pair->pass());
    }
};

TEST(RowFeedOfAPair, what_it_nominates_is_synced_without_a_sweep) {
    FedWorld world;
    EXPECT_EQ(world.pair->feeds(), "seq_no, told");
    for (unsigned i = 0; i < 700; ++i) {
        world.insert(i, "second", i, 2'000'000 + i);
        world.feed.ids.push_back(id_of(i));
    }
    EXPECT_EQ(world.step().documents_written, 700U);
    EXPECT_EQ(world.names(699), "second|second");
    EXPECT_TRUE(world.feed.ids.empty());
}

TEST(RowFeedOfAPair, what_it_does_not_tell_waits_for_the_sweep) {
    FedWorld world;
    world.insert(7, "untold", 7, 2'000'000);
    for (int pass = 0; pass < 100; ++pass) world.step();
    EXPECT_EQ(world.names(7), "untold|first");
    for (int pass = 0; pass < 40; ++pass) world.step(100'000'000);
    EXPECT_EQ(world.names(7), "untold|untold");
}

TEST(RowFeedOfAPair, where_it_has_missed_writes_a_round_of_the_sweep_begins_at_once) {
    FedWorld world;
    world.insert(7, "missed", 7, 2'000'000);
    world.feed.incomplete = true;
    for (int pass = 0; pass < 40; ++pass) world.step();
    EXPECT_EQ(world.names(7), "missed|missed");
    world.insert(8, "untold", 8, 3'000'000);
    for (int pass = 0; pass < 40; ++pass) world.step();
    EXPECT_EQ(world.names(8), "untold|first") << "the net is slow again";
}

TEST(RowFeedOfAPair, what_is_missed_while_such_a_round_goes_on_costs_another) {
    PairSettings settings = swept_hourly();
    settings.sweep_share = 0.01;
    FedWorld world(settings);
    world.feed.incomplete = true;
    (void)run(world.pair->pass());  // the round is over before the clock moves
    world.insert(7, "missed", 7, 2'000'000);
    world.feed.incomplete = true;
    for (int pass = 0; pass < 40; ++pass) world.step();
    EXPECT_EQ(world.names(7), "missed|missed");
}

PairSettings propagating() {
    PairSettings settings = swept_hourly();
    settings.rules.deletes = Deletes::propagate;
    return settings;
}

/// Rows that vanish, as the feed tells.
void remove_rows(FedWorld& world, unsigned first, unsigned count) {
    for (unsigned i = first; i < first + count; ++i) {
        world.rows.remove(id_of(i), world.clock.micros);
        world.feed.ids.push_back(id_of(i));
    }
}

TEST(RowFeedOfAPair, a_deleted_row_takes_its_document_along_before_the_round_ends) {
    FedWorld world(propagating());
    remove_rows(world, 7, 1);
    EXPECT_EQ(world.step().documents_deleted, 1U);
    EXPECT_EQ(world.names(7), "-|-");
}

TEST(RowFeedOfAPair, many_deleted_rows_wait_for_the_end_of_the_round_and_the_fuse) {
    FedWorld world(propagating());
    remove_rows(world, 0, 13);  // a tenth of the 140 that one go may delete
    EXPECT_EQ(world.step().documents_deleted, 13U);
    world.clock.micros += 600'000'000;
    remove_rows(world, 13, 2);  // with those before, of the same round
    EXPECT_EQ(world.step().documents_deleted, 0U);
    remove_rows(world, 15, 135);
    EXPECT_EQ(world.step().documents_deleted, 0U);
    EXPECT_EQ(world.names(20), "-|first");
    world.clock.micros += 3'600'000'000;
    const auto passes = [&world] {
        for (int pass = 0; pass < 40; ++pass) world.step();
    };
    remove_rows(world, 150, 5);
    EXPECT_THROW(passes(), Misconfigured);
    EXPECT_EQ(world.names(20), "-|first");
}

TEST(RowFeedOfAPair, without_sweep_every_a_cheap_table_is_swept_often) {
    FedWorld world{PairSettings{}};
    world.insert(7, "untold", 7, 2'000'000);
    for (int pass = 0; pass < 40; ++pass) world.step();
    EXPECT_EQ(world.names(7), "untold|untold");  // memory takes no time
}

/// Each digest takes the server 10 ms.
struct SlowDigests final : MemoryHooks {
    World& world;
    explicit SlowDigests(World& of) : world(of) {}
    Task<void> before(std::string_view operation) override {
        if (operation == "table.digest") world.clock.micros += 10'000;
        co_return;
    }
    Task<void> after(std::string_view /*operation*/) override { co_return; }
};

/// Seconds until an untold write is noticed, of a pair that shares the time with so many.
int seconds_until_swept(std::size_t pairs) {
    FedWorld world{PairSettings{}};
    SlowDigests hooks(world);
    MemoryTable table(world.rows, hooks);
    table.set_feed(&world.feed);
    Pair pair("shop.products", table, world.index, world.state, world.clock, PairSettings{},
              [&world, &table] { return world.agree(table); });
    pair.share_idle_time(pairs);
    run(pair.open());
    (void)run(pair.level());
    const auto passes = [&](int count) {
        for (int pass = 0; pass < count; ++pass) {
            world.clock.micros += 1'000'000;
            (void)run(pair.pass());
        }
    };
    world.insert(7, "untold", 7, 2'000'000);
    int seconds = 0;
    while (world.names(7) != "untold|untold" && ++seconds < 1'000) passes(1);
    return seconds;
}

TEST(RowFeedOfAPair, all_pairs_together_sweep_a_hundredth_of_the_time) {
    EXPECT_LE(seconds_until_swept(1), 5);
    EXPECT_GE(seconds_until_swept(100), 60);
}

/// Breaks every operation of one kind.
struct Broken final : MemoryHooks {
    bool broken = false;
    std::string_view what;
    Task<void> before(std::string_view operation) override {
        if (broken && operation == what) throw Unavailable("gone");
        co_return;
    }
    Task<void> after(std::string_view /*operation*/) override { co_return; }
};

/// A level pair with a row that is news, and an index that can break.
struct BreakableWorld : FedWorld {
    Broken hooks;
    MemoryIndex breakable{documents, hooks, clock};
    Pair fed{"shop.products",           table, breakable, state, clock, swept_hourly(),
             [this] { return agree(); }};

    explicit BreakableWorld(std::string_view what) {
        hooks.what = what;
        run(fed.open());
        (void)run(fed.level());
        run(breakable.provision(fed.context().schema, true));
        insert(7, "second", 7, 2'000'000);
        feed.ids.push_back(id_of(7));
        hooks.broken = true;
    }
};

TEST(RowFeedOfAPair, nothing_is_acknowledged_before_it_is_settled) {
    BreakableWorld world("index.read");
    const int before = world.feed.acknowledged;
    EXPECT_THROW((void)run(world.fed.pass()), Unavailable);
    EXPECT_EQ(world.feed.acknowledged, before);
    world.hooks.broken = false;
    (void)run(world.fed.pass());
    EXPECT_TRUE(world.feed.ids.empty());
    EXPECT_EQ(world.names(7), "second|second");
}

TEST(RowFeedOfAPair, writes_that_a_server_refuses_altogether_are_no_rewrites) {
    BreakableWorld world("index.write");
    for (int i = 0; i < 2 * rewrite_limit; ++i) {
        EXPECT_THROW((void)run(world.fed.glance()), Unavailable);
    }
    world.hooks.broken = false;
    (void)run(world.fed.pass());
    EXPECT_EQ(world.names(7), "second|second");
    EXPECT_EQ(world.fed.context().quarantine.size(), 0U);
}

}  // namespace
}  // namespace duet::sync
