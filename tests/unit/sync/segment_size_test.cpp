#include "sync/segment_size.hpp"

#include <gtest/gtest.h>

#include <string>

#include "world.hpp"

namespace duet::sync {
namespace {

using namespace std::chrono_literals;

TEST(SegmentSize, comes_near_to_what_takes_50_to_200_ms) {
    SegmentSize size;
    for (int i = 0; i < 40; ++i) size.took(20'000, 1'000ms);
    EXPECT_NEAR(static_cast<double>(size.most()), 4'000, 10);
    EXPECT_NEAR(static_cast<double>(size.least()), 1'000, 10);
    for (int i = 0; i < 40; ++i) size.took(20'000, 20ms);
    EXPECT_NEAR(static_cast<double>(size.most()), 200'000, 100);
}

TEST(SegmentSize, one_slow_answer_does_not_cut_everything_in_pieces) {
    SegmentSize size;
    const std::uint64_t before = size.most();
    size.took(20'000, 10'000ms);
    EXPECT_GT(size.most(), before / 2);
}

TEST(SegmentSize, few_rows_tell_nothing_unless_they_take_long) {
    SegmentSize size;
    const std::uint64_t before = size.most();
    size.took(10, 5ms);
    EXPECT_EQ(size.most(), before);
    size.took(10, 500ms);
    EXPECT_LT(size.most(), before);
}

TEST(SegmentSize, has_bounds) {
    SegmentSize size;
    for (int i = 0; i < 100; ++i) size.took(1'000, 100'000ms);
    EXPECT_NEAR(static_cast<double>(size.most()), 2'000, 1);
    for (int i = 0; i < 100; ++i) size.took(1'000'000, 0ms);
    EXPECT_NEAR(static_cast<double>(size.most()), 400'000, 10);
}

/// A server whose digests take time, and which counts the reading of rows.
class SlowDigests final : public MemoryHooks {
public:
    explicit SlowDigests(SettableClock& clock) : clock_(clock) {}
    int pages = 0;
    std::int64_t digest_micros = 0;
    Task<void> before(std::string_view operation) override {
        pages += operation == "table.rows" ? 1 : 0;
        co_return;
    }
    Task<void> after(std::string_view operation) override {
        if (operation == "table.digest") clock_.micros += digest_micros;
        co_return;
    }

private:
    SettableClock& clock_;
};

TEST(SegmentSize, what_is_level_is_cut_without_being_read_again) {
    World world;
    for (unsigned i = 0; i < 6'000; ++i) world.insert(i, "row", 1, 1'000 + i);
    (void)world.level();
    SlowDigests slow(world.clock);
    MemoryTable table(world.rows, slow);
    run(table.provision(run(table.describe()), false));
    Context context("shop.products", table, world.index, world.state, world.clock, Rules{});
    context.schema = run(world.index.describe());
    Reconciler reconciler(context);
    Sweep sweep(context, reconciler);
    const bool stopping = false;
    (void)run(sweep.round(stopping));
    ASSERT_EQ(sweep.segments(), 1U) << "small ones have become one";
    const int pages = slow.pages;
    slow.digest_micros = 1'000'000;
    for (int round = 0; round < 20; ++round) (void)run(sweep.round(stopping));
    EXPECT_GE(sweep.segments(), 3U);
    EXPECT_EQ(slow.pages, pages);
}

}  // namespace
}  // namespace duet::sync
