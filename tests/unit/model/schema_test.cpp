#include "model/schema.hpp"

#include <gtest/gtest.h>

#include "model/store.hpp"

namespace duet {
namespace {

TEST(Schema, finds_a_column_by_its_exact_name) {
    Schema schema;
    schema.columns = {{"name", {}}, {"Name", {}}, {"price", {}}};
    EXPECT_EQ(schema.find("name"), 0U);
    EXPECT_EQ(schema.find("Name"), 1U);
    EXPECT_EQ(schema.find("price"), 2U);
    EXPECT_FALSE(schema.find("pric"));
    EXPECT_FALSE(schema.find(""));
}

TEST(RangeDigest, adds_column_by_column_and_wraps) {
    RangeDigest total;
    total += RangeDigest{1, UINT64_MAX, {5, 6}};
    total += RangeDigest{2, 3, {7, UINT64_MAX}};
    EXPECT_EQ(total, (RangeDigest{3, 2, {12, 5}}));
}

TEST(RangeDigest, nothing_added_changes_nothing) {
    RangeDigest total{1, 2, {3}};
    total += RangeDigest{};
    EXPECT_EQ(total, (RangeDigest{1, 2, {3}}));
}

}  // namespace
}  // namespace duet
