// Partitions of many rows: pages and digests that end in the middle of one.

#include <gtest/gtest.h>

#include "world.hpp"

namespace duet::sync {
namespace {

Id id_in(const std::string& partition, int row) {
    return Id::of(partition + "~" + std::to_string(row));
}

void fill(World& world, const std::string& partition, int rows) {
    for (int row = 0; row < rows; ++row) world.insert(id_in(partition, row), "row", 1'000 + row);
}

std::size_t documents(const World& world) { return world.documents.visible(0).size(); }

TEST(Partition, larger_than_a_page_is_copied_whole) {
    World world({}, true);
    fill(world, "large", 6'000);
    for (int i = 0; i < 50; ++i) fill(world, "small" + std::to_string(i), 3);
    EXPECT_EQ(world.level().documents_written, 6'150U);
    for (int pass = 0; pass < 40; ++pass) {
        world.clock.micros += 1'000'000;
        EXPECT_EQ(run(world.pair->pass()).looked, 0U) << "the digest of what was copied holds";
    }
}

TEST(Partition, larger_than_a_page_is_swept_whole) {
    World world({}, true);
    fill(world, "large", 1'700);
    fill(world, "other", 2);
    world.put(1, "document", 1, Version{5'000});
    EXPECT_EQ(world.level().documents_written, 1'702U);
    world.documents.refresh();
    EXPECT_EQ(documents(world), 1'703U);
}

TEST(Partition, a_row_that_takes_the_place_of_another_with_its_timestamps_is_seen) {
    World world({}, true);
    fill(world, "p", 20);
    (void)world.level();
    world.rows.remove(id_in("p", 7), 9'000);
    world.insert(id_in("p", 99), "new", 1'007);
    for (int pass = 0; pass < 40; ++pass) {
        world.clock.micros += 1'000'000;
        (void)run(world.pair->pass());
    }
    EXPECT_NE(world.documents.find(id_in("p", 99)), nullptr);
}

TEST(Partition, larger_than_a_digest_should_be_is_not_cut_off_by_many_small_steps) {
    class Counting final : public MemoryHooks {
    public:
        int digests = 0;
        Task<void> before(std::string_view operation) override {
            digests += operation == "table.digest" ? 1 : 0;
            co_return;
        }
        Task<void> after(std::string_view) override { co_return; }
    };
    World world({}, true);
    fill(world, "large", 41'000);
    fill(world, "a", 1);
    fill(world, "b", 1);
    (void)world.level();
    Counting counting;
    MemoryTable table(world.rows, counting);
    run(table.provision(run(table.describe()), false));
    Context context("shop.products", table, world.index, world.state, world.clock, Rules{});
    context.schema = run(world.index.describe());
    Reconciler reconciler(context);
    Sweep sweep(context, reconciler);
    const bool stopping = false;
    EXPECT_TRUE(run(sweep.round(stopping)).caught_up);
    EXPECT_LT(counting.digests, 30);
}

}  // namespace
}  // namespace duet::sync
