#include "sync/verifier.hpp"

#include <gtest/gtest.h>

#include "world.hpp"

namespace duet::sync {
namespace {

Comparison compare(World& world, bool deep) {
    Verifier verifier(world.pair->context(), std::chrono::milliseconds(0));
    return run(verifier.compare(deep, {}));
}

TEST(Verifier, two_level_sides_have_no_differences) {
    World world;
    for (unsigned i = 0; i < 1'200; ++i) world.insert(i, "row", i, 100);
    (void)world.level();
    const Comparison comparison = compare(world, true);
    EXPECT_EQ(comparison.equal, 1'200U);
    EXPECT_EQ(comparison.rows, 1'200U);
    EXPECT_EQ(comparison.different, 0U);
}

TEST(Verifier, names_what_is_on_one_side_only) {
    World world;
    world.insert(1, "row", 1, 100);
    world.insert(2, "row", 2, 100);
    (void)world.level();
    world.documents.remove(id_of(1));
    world.rows.remove(id_of(2), 500);
    const Comparison comparison = compare(world, false);
    ASSERT_EQ(comparison.differences.size(), 2U);
    EXPECT_EQ(comparison.differences[0].kind, Difference::Kind::only_in_cassandra);
    EXPECT_EQ(comparison.differences[0].id, id_of(1));
    EXPECT_EQ(comparison.differences[1].kind, Difference::Kind::only_in_elasticsearch);
}

TEST(Verifier, deep_names_the_columns_that_differ) {
    World world;
    world.insert(1, "row", 1, 100);
    (void)world.level();
    world.put(1, "edited", 1, Version{100});
    EXPECT_EQ(compare(world, false).different, 0U);
    const Comparison comparison = compare(world, true);
    ASSERT_EQ(comparison.differences.size(), 1U);
    EXPECT_EQ(comparison.differences[0].columns, std::vector<std::string>{"name"});
}

TEST(Verifier, another_version_is_a_difference) {
    World world;
    world.insert(1, "row", 1, 100);
    (void)world.level();
    world.put(1, "row", 1, Version{300});
    const Comparison comparison = compare(world, false);
    ASSERT_EQ(comparison.differences.size(), 1U);
    EXPECT_EQ(comparison.differences[0].kind, Difference::Kind::version);
}

}  // namespace
}  // namespace duet::sync
