#include <gtest/gtest.h>

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

struct CopyWorld {
    World world;
    BrokenPage hooks;
    MemoryTable table{world.rows, hooks};
    Context context{"shop.products", table, world.index, world.state, world.clock, Rules{}};
    Reconciler reconciler{context};
    Sweep sweep{context, reconciler};
    FirstCopyOfRows copy{context, reconciler, sweep};

    explicit CopyWorld(unsigned records) {
        for (unsigned i = 0; i < records; ++i) world.insert(i, "row", i, 1'000 + i);
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
    CopyWorld world(records);
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
    CopyWorld world(4'000);
    world.hooks.broken = 3;
    EXPECT_THROW(world.go(), Unavailable);
    EXPECT_LE(world.hooks.pages, 3 + static_cast<int>(copy_lanes));
}

TEST(FirstCopyOfRows, columns_that_came_meanwhile_are_compared_afterwards) {
    CopyWorld world(8'000);
    (void)world.go([](const Report& so_far) { return so_far.looked < 2'000; });
    world.copy.forget();
    (void)world.go();
    EXPECT_TRUE(world.sweep.has_unread());
    EXPECT_GE(run(world.sweep.round(never_stopping)).looked, 2'000U);
    EXPECT_FALSE(world.sweep.has_unread());
}

}  // namespace
}  // namespace duet::sync
