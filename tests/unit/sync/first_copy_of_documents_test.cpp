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

TEST(FirstCopyOfDocuments, a_cell_that_a_deletion_hides_is_written_again) {
    World world;
    for (unsigned i = 0; i < 10; ++i) world.put(i, "document", i, Version{1'000});
    RowWrite clear;
    clear.timestamp = 5'000;
    clear.values = {{"name", Value()}};
    world.rows.update(id_of(3), clear);
    world.level();
    EXPECT_EQ(world.names(3), "document|document");
    EXPECT_EQ(world.names(4), "document|document");
}

/// Somebody's older write of a column arrives while the first copy is being proved.
class WritesLate final : public MemoryHooks {
public:
    World* world = nullptr;
    [[nodiscard]] Task<void> before(std::string_view operation) override {
        if (operation == "table.digest" && !done_) {
            done_ = true;
            RowWrite late;
            late.timestamp = 500;
            late.values = {{"stock", Value(std::int64_t{7})}};
            world->rows.update(id_of(1), late);
        }
        co_return;
    }
    [[nodiscard]] Task<void> after(std::string_view) override { co_return; }

private:
    bool done_ = false;
};

TEST(FirstCopyOfDocuments, an_older_cell_that_the_document_lacks_does_not_show_through) {
    World world;
    for (unsigned i = 1; i <= 3; ++i) {
        DocumentWrite write;
        write.fields = {{"name", Value(std::string("document"))}};
        write.stamp = Version{1'000};
        world.documents.index(id_of(i), write);
    }
    WritesLate hooks;
    hooks.world = &world;
    MemoryTable table(world.rows, hooks);
    Pair pair("shop.products", table, world.index, world.state, world.clock, PairSettings{},
              [&world, &table]() { return world.agree(table); });
    run(pair.open());
    run(pair.level());
    EXPECT_TRUE(world.rows.view(id_of(1)).values[1].is_null());
    EXPECT_EQ(world.names(1), "document|document");
}

}  // namespace
}  // namespace duet::sync
