#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "base/error.hpp"
#include "sync/first_copy_of_rows.hpp"
#include "world.hpp"

namespace duet::sync {
namespace {

const bool never_stopping = false;

/// Breaks the connection once, at the given page of rows; counts pages.
struct BrokenPage final : MemoryHooks {
    int pages = 0;
    int broken = -1;

    Task<void> before(std::string_view operation) override {
        if (operation == "table.rows" && ++pages == broken) throw Unavailable("gone");
        co_return;
    }
    Task<void> after(std::string_view /*operation*/) override { co_return; }
};

/// Counts the pages that are read at one time.
struct PagesAtOnce final : MemoryHooks {
    struct Pages {
        std::size_t now = 0;
        std::size_t most = 0;
    };
    Pages first;  // of each lane: nothing is known of their size
    Pages later;
    std::size_t begun = 0;
    std::size_t ended = 0;

    Task<void> before(std::string_view operation) override {
        if (operation != "table.rows") co_return;
        Pages& pages = begun++ < copy_lanes ? first : later;
        pages.most = std::max(pages.most, ++pages.now);
        co_await sleep_for(std::chrono::milliseconds(0));  // meanwhile the others begin theirs
    }
    Task<void> after(std::string_view operation) override {
        if (operation == "table.rows") --(ended++ < copy_lanes ? first : later).now;
        co_return;
    }
};

template <class Hooks = BrokenPage>
struct CopyWorld {
    World world;
    Hooks hooks;
    MemoryTable table{world.rows, hooks};
    Context context{"shop.products", table, world.index, world.state, world.clock, Rules{}};
    Reconciler reconciler{context};
    Sweep sweep{context, reconciler};
    bool stopping = false;
    FirstCopyOfRows copy{context, reconciler, sweep, stopping};

    explicit CopyWorld(unsigned records, const std::string& name = "row") {
        for (unsigned i = 0; i < records; ++i) world.insert(i, name, i, 1'000 + i);
        context.schema = run(world.agree());
        run(table.provision(context.schema, true));
        const Cursor position = run(world.index.position());
        run(context.checkpoint.open(position));
        copy.start();
    }

    Report go(const FirstCopyOfRows::GoOn& go_on = [](const Report&) { return true; }) {
        return run(copy.run(go_on));
    }
};

TEST(FirstCopyOfRows, goes_on_where_it_was_stopped) {
    constexpr unsigned records = 45'000;  // segments of more than one page
    CopyWorld<> world(records);
    const Report first = world.go([](const Report& so_far) { return so_far.looked < 10'000; });
    EXPECT_FALSE(first.caught_up);
    EXPECT_GE(first.looked, 10'000U);
    EXPECT_LT(first.looked, records / 2);
    EXPECT_GT(world.copy.progress(), 0.1);
    EXPECT_LT(world.copy.progress(), 0.6);
    const Report rest = world.go();
    EXPECT_TRUE(rest.caught_up);
    EXPECT_EQ(first.looked + rest.looked, records);
    EXPECT_EQ(world.world.names(records - 1), "row|row");
    EXPECT_FALSE(world.sweep.has_unread());
    EXPECT_EQ(run(world.sweep.round(never_stopping)).looked, 0U);
}

TEST(FirstCopyOfRows, ends_with_its_other_lanes_where_one_fails) {
    CopyWorld<> world(4'000);
    world.hooks.broken = 3;
    EXPECT_THROW(world.go(), Unavailable);
    EXPECT_LE(world.hooks.pages, 3 + static_cast<int>(copy_lanes));
}

TEST(FirstCopyOfRows, reads_many_small_pages_at_a_time) {
    CopyWorld<PagesAtOnce> world(100);
    EXPECT_EQ(world.go().documents_written, 100U);
    EXPECT_EQ(world.hooks.first.most, copy_lanes);
    EXPECT_EQ(world.hooks.later.most, copy_lanes);
}

TEST(FirstCopyOfRows, reads_no_more_large_pages_at_a_time_than_the_limit_allows) {
    const std::string large(300'000, 'x');
    CopyWorld<PagesAtOnce> world(120, large);  // more than 2 MiB in each of the ring's parts
    EXPECT_EQ(world.go().documents_written, 120U);
    EXPECT_EQ(world.hooks.first.most, copy_lanes);
    EXPECT_GE(world.hooks.later.most, 1U);
    EXPECT_LE(world.hooks.later.most, 4U);
}

TEST(FirstCopyOfRows, columns_that_came_meanwhile_are_compared_afterwards) {
    CopyWorld<> world(8'000);
    (void)world.go([](const Report& so_far) { return so_far.looked < 2'000; });
    world.copy.forget();
    (void)world.go();
    EXPECT_TRUE(world.sweep.has_unread());
    EXPECT_GE(run(world.sweep.round(never_stopping)).looked, 2'000U);
    EXPECT_FALSE(world.sweep.has_unread());
}

}  // namespace
}  // namespace duet::sync
