// When a pair looks at the schema of both sides again.

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "world.hpp"

namespace duet::sync {
namespace {

PairSettings swept_hourly() {
    PairSettings settings;
    settings.sweep_every = std::chrono::hours(1);
    return settings;
}

/// A pair that is told of editions.
struct EditedWorld : World {
    std::string edition = "first";
    int asked = 0;
    bool broken = false;
    Pair edited{"shop.products",
                table,
                index,
                state,
                clock,
                swept_hourly(),
                [this] { return agree_unless_broken(); },
                [this] { return tell(); }};

    EditedWorld() {
        run(edited.open());
        (void)run(edited.level());
        // What waits for the pair to be level is looked at once more.
        pass(std::chrono::seconds(5));
        agreements = 0;
    }
    Task<Schema> agree_unless_broken() {
        if (broken) throw Unavailable("gone");
        return agree();
    }
    Task<std::string> tell() {
        ++asked;
        co_return edition;
    }
    void pass(std::chrono::seconds later) {
        clock.micros += std::chrono::microseconds(later).count();
        (void)run(edited.pass());
    }
};

TEST(SchemaOfAPair, is_not_looked_at_again_while_nothing_has_changed) {
    EditedWorld world;
    world.asked = 0;
    for (int minute = 0; minute < 60; ++minute) world.pass(std::chrono::minutes(1));
    EXPECT_EQ(world.agreements, 0);
    EXPECT_EQ(world.asked, 60);
}

TEST(SchemaOfAPair, is_looked_at_again_in_another_edition) {
    EditedWorld world;
    world.edition = "second";
    world.pass(std::chrono::seconds(1));
    EXPECT_EQ(world.agreements, 0);  // not due yet
    world.pass(std::chrono::seconds(5));
    EXPECT_EQ(world.agreements, 1);
    world.pass(std::chrono::seconds(5));
    EXPECT_EQ(world.agreements, 1);
}

TEST(SchemaOfAPair, is_looked_at_once_more_after_the_pair_has_become_level) {
    World world;
    const auto tell = []() -> Task<std::string> { co_return "always the same"; };
    Pair pair(
        "shop.products", world.table, world.index, world.state, world.clock, swept_hourly(),
        [&world] { return world.agree(); }, tell);
    run(pair.open());
    (void)run(pair.level());
    const int before = world.agreements;
    for (int look = 0; look < 3; ++look) {
        world.clock.micros += 5'000'000;
        (void)run(pair.pass());
    }
    EXPECT_EQ(world.agreements, before + 1);
}

TEST(SchemaOfAPair, is_looked_at_each_minute_while_records_change) {
    EditedWorld world;
    world.put(1, "document", 1, Version{100});
    world.pass(std::chrono::seconds(30));
    EXPECT_EQ(world.agreements, 0);
    world.pass(std::chrono::seconds(31));
    EXPECT_EQ(world.agreements, 1);
    world.pass(std::chrono::seconds(61));
    EXPECT_EQ(world.agreements, 1);
}

TEST(SchemaOfAPair, is_looked_at_again_after_a_look_that_failed) {
    EditedWorld world;
    world.broken = true;
    EXPECT_THROW(run(world.edited.open()), Unavailable);  // in the edition that was agreed on
    world.broken = false;
    world.pass(std::chrono::seconds(5));
    EXPECT_EQ(world.agreements, 1);
}

}  // namespace
}  // namespace duet::sync
