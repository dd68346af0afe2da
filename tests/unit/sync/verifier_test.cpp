#include "sync/verifier.hpp"

#include <gtest/gtest.h>

#include "world.hpp"

namespace duet::sync {
namespace {

using Kind = Difference::Kind;

constexpr bool never_stopping = false;

VerifierOptions options_of(bool deep) {
    VerifierOptions options;
    options.deep = deep;
    options.second_look = std::chrono::milliseconds(0);
    return options;
}

Comparison compare(World& world, VerifierOptions options) {
    Verifier verifier(world.pair->context(), std::move(options), never_stopping);
    return run(verifier.compare());
}
Comparison compare(World& world, bool deep) { return compare(world, options_of(deep)); }

std::uint64_t of_kind(const Comparison& comparison, Kind kind) {
    return comparison.by_kind.at(static_cast<std::size_t>(kind));
}

/// Somebody writes before each look at single records.
class Writes final : public MemoryHooks {
public:
    std::function<void()> write;
    std::string at;
    int looks = 0;
    [[nodiscard]] Task<void> before(std::string_view operation) override {
        looks += operation == "table.read" ? 1 : 0;
        if (operation == at && write) write();
        co_return;
    }
    [[nodiscard]] Task<void> after(std::string_view) override { co_return; }
};

/// A level world whose stores are watched.
struct WatchedWorld {
    World world;
    Writes writes;
    MemoryTable table;
    MemoryIndex index;
    Pair pair;

    explicit WatchedWorld(unsigned records)
        : table(world.rows, writes),
          index(world.documents, writes, world.clock),
          pair("shop.products", table, index, world.state, world.clock, PairSettings{},
               [this] { return agree(); }) {
        for (unsigned i = 0; i < records; ++i) world.insert(i, "row", i, 100);
        run(pair.open());
        (void)run(pair.level());
        writes.looks = 0;
    }
    Task<Schema> agree() {
        Schema schema = co_await table.describe();
        co_await table.provision(schema, true);
        co_await index.provision(schema, true);
        co_return schema;
    }
    Comparison compare(VerifierOptions options) {
        Verifier verifier(pair.context(), std::move(options), never_stopping);
        return run(verifier.compare());
    }
};

TEST(Verifier, two_level_sides_have_no_differences) {
    for (const bool deep : {false, true}) {
        WatchedWorld watched(1'200);
        const Comparison comparison = watched.compare(options_of(deep));
        EXPECT_EQ(comparison.equal, 1'200U);
        EXPECT_EQ(comparison.rows, 1'200U);
        EXPECT_EQ(comparison.documents, 1'200U);
        EXPECT_EQ(comparison.different, 0U);
        EXPECT_EQ(watched.writes.looks, 0) << "sums tell it: no record needs a look of its own";
    }
}

TEST(Verifier, names_what_is_on_one_side_only) {
    World world;
    for (unsigned i = 1; i <= 2'000; ++i) world.insert(i, "row", i, 100);
    (void)world.level();
    world.documents.remove(id_of(1));
    world.rows.remove(id_of(2), 500);
    const Comparison comparison = compare(world, false);
    ASSERT_EQ(comparison.differences.size(), 2U);
    EXPECT_EQ(comparison.differences[0].kind, Kind::only_in_cassandra);
    EXPECT_EQ(comparison.differences[0].id, id_of(1));
    EXPECT_EQ(comparison.differences[1].kind, Kind::only_in_elasticsearch);
    EXPECT_EQ(comparison.differences[1].id, id_of(2));
    EXPECT_EQ(comparison.equal, 1'998U);
    EXPECT_EQ(comparison.rows, 1'999U);
    EXPECT_EQ(comparison.documents, 1'999U);
}

TEST(Verifier, a_row_and_a_document_of_different_ids_are_two_differences) {
    World world;
    world.insert(1, "same", 1, 100);
    world.put(2, "same", 1, Version{100});
    run(world.pair->open());
    const Comparison comparison = compare(world, true);
    EXPECT_EQ(of_kind(comparison, Kind::only_in_cassandra), 1U);
    EXPECT_EQ(of_kind(comparison, Kind::only_in_elasticsearch), 1U);
}

TEST(Verifier, what_only_the_copy_of_one_direction_has_is_no_difference) {
    for (const Direction direction : {Direction::to_elasticsearch, Direction::to_cassandra}) {
        PairSettings settings;
        settings.rules.direction = direction;
        World world(settings);
        for (unsigned i = 1; i <= 100; ++i) {
            world.insert(i, "same", i, 100);
            world.put(i, "same", i, Version{100});
        }
        world.insert(200, "row", 1, 100);
        world.put(201, "document", 1, Version{100});
        run(world.pair->open());
        const Comparison comparison = compare(world, true);
        EXPECT_EQ(comparison.equal, 100U);
        EXPECT_EQ(comparison.different, 1U);
        EXPECT_EQ(comparison.rows + comparison.documents, 202U);
        const bool mirrors = direction == Direction::to_elasticsearch;
        EXPECT_EQ(
            of_kind(comparison, mirrors ? Kind::only_in_cassandra : Kind::only_in_elasticsearch),
            1U);
    }
}

TEST(Verifier, deep_names_the_columns_that_differ) {
    World world;
    for (unsigned i = 1; i <= 500; ++i) world.insert(i, "row", i, 100);
    (void)world.level();
    world.put(1, "edited", 1, Version{100});
    world.put(2, "edited", 7, Version{100});
    EXPECT_EQ(compare(world, false).different, 0U);
    const Comparison comparison = compare(world, true);
    ASSERT_EQ(comparison.differences.size(), 2U);
    EXPECT_EQ(of_kind(comparison, Kind::content), 2U);
    EXPECT_EQ(comparison.by_column.at("name"), 2U);
    EXPECT_EQ(comparison.by_column.at("stock"), 1U);
    EXPECT_EQ(comparison.equal, 498U);
}

TEST(Verifier, another_version_is_a_difference) {
    for (const bool deep : {false, true}) {
        World world;
        for (unsigned i = 1; i <= 500; ++i) world.insert(i, "row", i, 100);
        (void)world.level();
        world.put(1, "row", 1, Version{300});
        const Comparison comparison = compare(world, deep);
        ASSERT_EQ(comparison.differences.size(), 1U);
        EXPECT_EQ(comparison.differences[0].kind, Kind::version);
    }
}

TEST(Verifier, what_cannot_be_read_is_named) {
    World world;
    for (unsigned i = 1; i <= 100; ++i) world.insert(i, "row", i, 100);
    (void)world.level();
    DocumentWrite write;
    write.problem = Refusal{"stock", "many", "is no bigint"};
    write.stamp = Version{100};
    world.documents.index(id_of(5), write);
    const Comparison comparison = compare(world, true);
    ASSERT_EQ(comparison.differences.size(), 1U);
    EXPECT_EQ(comparison.differences[0].kind, Kind::unreadable);
    EXPECT_EQ(comparison.differences[0].id, id_of(5));
}

TEST(Verifier, counts_documents_without_a_stamp_as_a_first_meeting_treats_them) {
    World world;
    for (unsigned i = 1; i <= 40; ++i) {
        world.insert(i, "row", i, 100);
        world.put(i, i <= 10 ? "other" : "row", i,
                  i == 40 ? std::optional(Version{100}) : std::nullopt);
    }
    for (unsigned i = 41; i <= 45; ++i) world.put(i, "alone", i, std::nullopt);
    run(world.pair->open());
    const Comparison comparison = compare(world, true);
    EXPECT_EQ(comparison.unstamped.equal, 29U);
    EXPECT_EQ(comparison.unstamped.different, 10U);
    EXPECT_EQ(comparison.unstamped.alone, 5U);
    EXPECT_EQ(comparison.equal, 30U);
    EXPECT_EQ(comparison.different, 15U);
}

TEST(Verifier, a_level_index_without_stamps_needs_no_look_at_single_records) {
    World world;
    for (unsigned i = 1; i <= 400; ++i) {
        world.insert(i, "row", i, 100);
        world.put(i, "row", i, std::nullopt);
    }
    run(world.pair->open());
    world.documents.refresh();
    Writes writes;
    MemoryTable table(world.rows, writes);
    Context context("shop.products", table, world.index, world.state, world.clock, Rules{});
    context.schema = world.pair->context().schema;
    run(table.provision(context.schema, false));
    Verifier verifier(context, options_of(true), never_stopping);
    EXPECT_EQ(run(verifier.compare()).equal, 400U);
    EXPECT_EQ(writes.looks, 0);
}

TEST(Verifier, what_was_brought_level_meanwhile_is_no_difference) {
    WatchedWorld watched(500);
    watched.world.put(7, "newer", 7, Version{200});
    watched.writes.at = "table.read";  // the second look begins with the rows
    watched.writes.write = [&] { watched.world.insert(7, "newer", 7, 200); };
    const Comparison comparison = watched.compare(options_of(true));
    EXPECT_EQ(comparison.different, 0U);
    EXPECT_EQ(comparison.equal, 500U);
}

TEST(Verifier, what_was_written_just_now_may_be_on_its_way) {
    int looks = 0;
    const auto differs = [&looks](std::int64_t age, int level_at) {
        WatchedWorld watched(500);
        const std::int64_t written = watched.world.clock.micros - age;
        watched.world.put(7, "newer", 7, Version{written});
        watched.writes.at = "table.read";
        watched.writes.write = [&] {
            if (++looks == level_at) watched.world.insert(7, "newer", 7, written);
        };
        looks = 0;
        return watched.compare(options_of(true)).different == 1;
    };
    constexpr int never = -1;
    constexpr std::int64_t lately = 5'000'000;
    constexpr std::int64_t a_while_ago = 11'000'000;
    EXPECT_TRUE(differs(a_while_ago, never));
    const int twice = looks;
    EXPECT_TRUE(differs(lately, never));
    EXPECT_EQ(looks, twice + looks_limit - 1);
    EXPECT_FALSE(differs(lately, twice + 1)) << "at the third look it is level";
    EXPECT_TRUE(differs(a_while_ago, twice + 1));
}

TEST(Verifier, what_moves_at_every_look_is_counted_apart) {
    WatchedWorld watched(500);
    std::int64_t version = 1'000;
    watched.world.put(7, "first", 7, Version{version});
    watched.writes.at = "table.read";
    watched.writes.write = [&] { watched.world.put(7, "again", 7, Version{++version}); };
    const Comparison comparison = watched.compare(options_of(true));
    EXPECT_EQ(comparison.moving, 1U);
    EXPECT_EQ(comparison.different, 0U);
    EXPECT_EQ(comparison.equal, 499U);
}

TEST(Verifier, mends_what_differs_and_tells_what_is_left) {
    World world;
    for (unsigned i = 1; i <= 3'000; ++i) world.insert(i, "row", i, 100);
    (void)world.level();
    for (unsigned i = 1; i <= 1'500; ++i) world.put(i, "newer", i, Version{200});
    for (unsigned i = 1'501; i <= 1'600; ++i) world.documents.remove(id_of(i));
    DocumentWrite broken;
    broken.problem = Refusal{"stock", "many", "is no bigint"};
    broken.stamp = Version{300};
    world.documents.index(id_of(2'000), broken);
    VerifierOptions options = options_of(true);
    options.mend = [&world](std::vector<Id> ids) -> Task<void> {
        return [](World& of, std::vector<Id> named) -> Task<void> {
            (void)co_await of.pair->reconcile(std::move(named));
        }(world, std::move(ids));
    };
    const Comparison comparison = compare(world, std::move(options));
    EXPECT_EQ(comparison.mended, 1'600U);
    EXPECT_EQ(comparison.different, 1U);
    EXPECT_EQ(comparison.differences.at(0).id, id_of(2'000));
    EXPECT_EQ(comparison.equal, 2'999U);
    EXPECT_EQ(compare(world, true).different, 1U);
}

TEST(Verifier, names_some_differences_and_counts_all) {
    World world;
    for (unsigned i = 1; i <= 2'500; ++i) world.insert(i, "row", i, 100);
    (void)world.level();
    for (unsigned i = 1; i <= 2'500; ++i) world.put(i, "other", i, Version{100});
    const Comparison comparison = compare(world, true);
    EXPECT_EQ(comparison.different, 2'500U);
    EXPECT_EQ(comparison.differences.size(), differences_limit);
    EXPECT_EQ(comparison.by_column.at("name"), 2'500U);
}

TEST(Verifier, ends_when_it_is_stopped) {
    World world;
    for (unsigned i = 1; i <= 20'000; ++i) world.put(i, "document", i, Version{100});
    (void)world.level();
    bool stopping = false;
    VerifierOptions options = options_of(true);
    std::uint64_t read = 0;
    options.progress = [&](std::uint64_t records, double part) {
        EXPECT_LE(part, 1.0);
        read = records;
        stopping = true;
    };
    Verifier verifier(world.pair->context(), std::move(options), stopping);
    (void)run(verifier.compare());
    EXPECT_LT(read, 20'000U);
}

}  // namespace
}  // namespace duet::sync
