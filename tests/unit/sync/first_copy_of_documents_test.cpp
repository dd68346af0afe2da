#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

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

TEST(FirstCopyOfDocuments, says_how_far_it_is) {
    World world;
    for (unsigned i = 0; i < 6'000; ++i) world.put(i, "document", i, Version{1'000});
    std::vector<double> parts;
    world.pair->on_progress([&parts](const Progress& step) {
        if (step.what == "first copy to Cassandra") parts.push_back(step.part);
    });
    world.level();
    ASSERT_GE(parts.size(), 3U) << "one for each page";
    EXPECT_TRUE(std::ranges::is_sorted(parts));
    EXPECT_GT(parts.back(), 0.99);
}

/// Counts pages of a scan; somebody writes a document anew while the first is being read.
class WritesWhileRead final : public MemoryHooks {
public:
    World* world = nullptr;
    int pages = 0;
    [[nodiscard]] Task<void> before(std::string_view operation) override {
        if (operation == "index.scan" && ++pages == 2 && world != nullptr) {
            world->put(5, "newer", 5, Version{world->clock.micros});
            world->documents.refresh();
        }
        co_return;
    }
    [[nodiscard]] Task<void> after(std::string_view) override { co_return; }
};

Task<Schema> agree(World& world, MemoryIndex& index) {
    Schema schema = co_await world.agree();
    co_await index.provision(schema, true);
    co_return schema;
}

TEST(FirstCopyOfDocuments, what_is_written_meanwhile_is_left_to_the_feed) {
    World world;
    for (unsigned i = 0; i < 10; ++i) world.put(i, "document", i, Version{1'000});
    WritesWhileRead hooks;
    hooks.world = &world;
    MemoryIndex index(world.documents, hooks, world.clock);
    Pair pair("shop.products", world.table, index, world.state, world.clock, PairSettings{},
              [&world, &index]() { return agree(world, index); });
    run(pair.open());
    run(pair.level());
    for (int pass = 0; pass < 2; ++pass) run(pair.pass());
    EXPECT_EQ(world.names(5), "newer|newer");
    EXPECT_EQ(world.names(6), "document|document");
}

TEST(FirstCopyOfDocuments, positions_that_hold_nothing_any_more_cost_no_page_each) {
    World world;
    for (unsigned again = 0; again < 5'000; ++again) {
        for (unsigned i = 0; i < 10; ++i) world.put(i, "document", again, Version{1'000 + again});
    }
    WritesWhileRead hooks;
    MemoryIndex index(world.documents, hooks, world.clock);
    Pair pair("shop.products", world.table, index, world.state, world.clock, PairSettings{},
              [&world, &index]() { return agree(world, index); });
    run(pair.open());
    EXPECT_EQ(run(pair.level()).rows_written, 10U);
    EXPECT_LE(hooks.pages, 3);
}

}  // namespace
}  // namespace duet::sync
