#include <gtest/gtest.h>

#include "world.hpp"

namespace duet::sync {
namespace {

/// Somebody writes a row while the first copy is being proved, and then the pair is told to stop.
class WritesAndStops final : public MemoryHooks {
public:
    World* world = nullptr;
    Pair* pair = nullptr;
    [[nodiscard]] Task<void> before(std::string_view operation) override {
        if (operation == "table.digest" && !done_) {
            done_ = true;
            for (unsigned number = 1'000; number < 1'400; ++number)
                world->insert(number, "row", 1, 5'000);
            pair->stop();
        }
        co_return;
    }
    [[nodiscard]] Task<void> after(std::string_view) override { co_return; }

private:
    bool done_ = false;
};

TEST(FirstCopyOfDocuments, ends_between_two_segments_when_it_is_stopped_and_leaves_the_cursor) {
    World world;
    for (unsigned i = 0; i < 10; ++i) world.put(i, "document", i, Version{1'000});
    WritesAndStops hooks;
    MemoryTable table(world.rows, hooks);
    Pair pair("shop.products", table, world.index, world.state, world.clock, PairSettings{},
              [&world, &table]() { return world.agree(table); });
    hooks.world = &world;
    hooks.pair = &pair;
    run(pair.open());
    const Report report = run(pair.level());
    EXPECT_EQ(report.rows_written, 10U);
    EXPECT_LT(report.looked, 200U) << "it went on round the whole ring";
    EXPECT_EQ(pair.context().checkpoint.cursor().shards[0], -1);
}

}  // namespace
}  // namespace duet::sync
