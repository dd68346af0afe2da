// What a new process of Duet takes up from the last one: the digests of the sweep, and a first copy
// that was cut short.

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "world.hpp"

namespace duet::sync {
namespace {

constexpr unsigned records = 45'000;  // several segments, several pages
constexpr std::int64_t a_while = 20'000'000;

/// Counts an operation, lets time pass at each, and ends it once at the given one.
struct BreaksAt final : MemoryHooks {
    World& world;
    std::string operation;
    int broken;
    int count = 0;

    BreaksAt(World& of, std::string what, int at)
        : world(of), operation(std::move(what)), broken(at) {}

    Task<void> before(std::string_view what) override {
        if (what != operation) co_return;
        world.clock.micros += a_while;
        if (++count == broken) throw Unavailable("gone");
    }
    Task<void> after(std::string_view /*what*/) override { co_return; }
};

/// A process of Duet over a table that breaks.
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

Report restart(World& world, const PairSettings& settings = {}) {
    world.clock.micros += a_while;
    world.pair = world.new_pair(settings);
    return world.level();
}

World& filled(World& world) {
    for (unsigned i = 0; i < records; ++i) world.insert(i, "row", i, 1'000 + i);
    (void)world.level();
    (void)run(world.pair->pass());  // the feed has seen Duet's own documents
    return world;
}

TEST(Restart, reads_nothing_where_nothing_has_changed) {
    World world;
    EXPECT_EQ(restart(filled(world)).looked, 0U);
}

TEST(Restart, reads_the_part_of_the_table_that_has_changed) {
    World world;
    filled(world).insert(7, "newer", 1, 900'000'000);
    const Report report = restart(world);
    EXPECT_EQ(world.names(7), "newer|newer");
    EXPECT_GT(report.looked, 0U);
    EXPECT_LT(report.looked, records / 2);
}

TEST(Restart, reads_all_where_other_rules_hold) {
    World world;
    PairSettings settings;
    settings.rules.direction = Direction::to_elasticsearch;
    EXPECT_GE(restart(filled(world), settings).looked, records);
}

TEST(Restart, reads_all_where_documents_were_deleted) {
    World world;
    (void)filled(world);
    world.documents.remove(id_of(1));
    world.rows.remove(id_of(2), world.clock.micros);  // as many on either side: no number tells it
    (void)restart(world);
    EXPECT_EQ(world.names(1), "row|row");
    EXPECT_EQ(world.names(2), "row|row");
}

/// In its fourth page.
void kill_first_copy_of_documents(World& world) {
    for (unsigned i = 0; i < records; ++i) world.put(i, "document", i, Version{1'000 + i});
    BreaksAt hooks(world, "table.write", 17'000);
    Process first(world, hooks);
    EXPECT_THROW(first.level(), Unavailable);
}

TEST(Restart, a_first_copy_of_documents_goes_on_where_it_was_killed) {
    World world;
    kill_first_copy_of_documents(world);
    const Report rest = restart(world);
    EXPECT_EQ(rest.rows_written, records - 10'000)
        << "one part was inserted before, half of another is again";
    EXPECT_EQ(world.names(0), "document|document");
    EXPECT_EQ(world.names(records - 1), "document|document");
    EXPECT_EQ(restart(world).looked, 0U);
}

TEST(Restart, a_first_copy_of_documents_goes_on_where_it_was_stopped) {
    World world;
    for (unsigned i = 0; i < records; ++i) world.put(i, "document", i, Version{1'000 + i});
    Pair& first = *world.pair;
    first.on_progress([&first](const Progress& step) {
        if (step.records >= records / 2) first.stop();
    });
    EXPECT_LT(world.level().rows_written, records);
    world.pair = world.new_pair({});
    std::vector<std::string> steps;
    world.pair->on_progress([&steps](const Progress& step) { steps.push_back(step.what); });
    EXPECT_LE(world.level().rows_written, records - 20'000) << "two parts were inserted before";
    EXPECT_EQ(steps.front(), "first copy to Cassandra");
    EXPECT_EQ(world.names(records - 1), "document|document");
}

TEST(Restart, a_document_that_changed_while_its_first_copy_was_interrupted_is_copied_anew) {
    World world;
    kill_first_copy_of_documents(world);
    world.put(0, "newer", 0, Version{world.clock.micros});
    world.rows.remove(id_of(1),
                      world.clock.micros);  // and an inserted row is lost: the digest tells
    (void)restart(world);
    EXPECT_EQ(world.names(0), "newer|newer");
    EXPECT_EQ(world.names(1), "document|document");
}

TEST(Restart, a_document_that_changed_meanwhile_without_a_new_stamp_is_not_taken_for_copied) {
    World world;
    kill_first_copy_of_documents(world);
    // Of two values of one moment Cassandra keeps the larger, which is the one that was inserted.
    world.put(0, "a", 0, Version{1'000});
    (void)restart(world);
    EXPECT_EQ(world.names(0), "a|a");
}

TEST(Restart, a_first_copy_of_rows_goes_on_after_an_error) {
    World world;
    for (unsigned i = 0; i < records; ++i) world.insert(i, "row", i, 1'000 + i);
    BreaksAt hooks(world, "table.rows", 10);
    Process process(world, hooks);
    EXPECT_THROW(process.level(), Unavailable);
    const int before = hooks.count;
    (void)process.level();
    EXPECT_LT(hooks.count - before, 42) << "of 48 pages: it began anew";
    EXPECT_EQ(world.names(records - 1), "row|row");
    EXPECT_EQ(restart(world).looked, 0U);
}

TEST(Restart, a_first_copy_of_rows_goes_on_where_it_was_killed) {
    World world;
    for (unsigned i = 0; i < records; ++i) world.insert(i, "row", i, 1'000 + i);
    BreaksAt hooks(world, "table.rows", 18);
    {
        Process process(world, hooks);
        EXPECT_THROW(process.level(), Unavailable);
    }
    hooks.broken = -1;
    hooks.count = 0;
    Process next(world, hooks);
    (void)next.level();
    EXPECT_EQ(world.names(records - 1), "row|row");
    EXPECT_LT(hooks.count, 80) << "what was copied is read again";
}

}  // namespace
}  // namespace duet::sync
