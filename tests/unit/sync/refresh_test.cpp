// While Duet fills an index that it made itself, the index need not refresh by itself; whatever
// happens to the process, that ends.

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "world.hpp"

namespace duet::sync {
namespace {

/// Looks at the index while rows are read, and ends the process at the given page.
struct Watcher final : MemoryHooks {
    World& world;
    int broken;
    int pages = 0;
    int paused = 0;

    explicit Watcher(World& of, int at = 0) : world(of), broken(at) {}

    Task<void> before(std::string_view what) override {
        if (what != "table.rows") co_return;
        if (world.documents.refresh_paused()) ++paused;
        if (++pages == broken) throw Killed{};
    }
    Task<void> after(std::string_view /*what*/) override { co_return; }

    /// No Error: nothing of Duet catches it.
    struct Killed {};
};

struct Process {
    MemoryTable table;
    Pair pair;

    Process(World& world, MemoryHooks& hooks)
        : table(world.rows, hooks),
          pair("shop.products", table, world.index, world.state, world.clock, PairSettings{},
               [&world, this] { return world.agree(table); }) {}

    Report level() {
        run(pair.open());
        return run(pair.level());
    }
};

void fill(World& world) {
    for (unsigned i = 0; i < 5'000; ++i) world.insert(i, "row", i, 1'000 + i);
}

TEST(Refresh, is_paused_while_a_first_copy_fills_the_index_and_only_then) {
    World world;
    fill(world);
    Watcher watcher(world);
    Process process(world, watcher);
    EXPECT_EQ(process.level().documents_written, 5'000U);
    EXPECT_EQ(watcher.paused, watcher.pages);
    EXPECT_FALSE(world.documents.refresh_paused());
}

TEST(Refresh, is_as_it_was_where_a_person_must_step_in) {
    World world;
    fill(world);
    Watcher watcher(world);
    Process process(world, watcher);
    run(process.pair.open());
    world.documents.pipe([](const Id&, Document&) { throw Misconfigured("strict", "map it"); });
    EXPECT_THROW((void)run(process.pair.level()), Misconfigured);
    EXPECT_GT(watcher.paused, 0);
    EXPECT_FALSE(world.documents.refresh_paused());
}

TEST(Refresh, is_given_back_by_the_next_process_where_one_was_killed) {
    World world;
    fill(world);
    Watcher watcher(world, 5);
    Process process(world, watcher);
    EXPECT_THROW((void)process.level(), Watcher::Killed);
    EXPECT_TRUE(world.documents.refresh_paused());
    run(world.pair->open());
    EXPECT_FALSE(world.documents.refresh_paused());
    (void)run(world.pair->level());
    EXPECT_EQ(world.names(4'999), "row|row");
}

TEST(Refresh, is_given_back_by_another_process_that_runs_already) {
    World world;
    (void)world.level();
    world.documents.pause_refresh(true);
    world.clock.micros += 60'000'000;
    (void)run(world.pair->pass());
    EXPECT_FALSE(world.documents.refresh_paused());
}

TEST(Refresh, is_not_touched_where_somebody_chose_it) {
    World world;
    fill(world);
    world.documents.choose_refresh();
    Watcher watcher(world);
    Process process(world, watcher);
    (void)process.level();
    EXPECT_GT(watcher.pages, 0);
    EXPECT_EQ(watcher.paused, 0);
}

}  // namespace
}  // namespace duet::sync
