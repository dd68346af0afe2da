#include "cql/prepared_cache.hpp"

#include <gtest/gtest.h>

namespace duet::cql {
namespace {

PreparedPtr statement(std::string cql) {
    auto made = std::make_shared<Prepared>();
    made->cql = std::move(cql);
    return made;
}

TEST(PreparedCache, finds_by_the_text) {
    PreparedCache cache;
    const PreparedPtr made = statement("SELECT 1");
    cache.put(made);
    EXPECT_EQ(cache.find("SELECT 1"), made);
    EXPECT_EQ(cache.find("SELECT 2"), nullptr);
}

TEST(PreparedCache, drops_the_one_not_used_for_longest) {
    PreparedCache cache(2);
    cache.put(statement("a"));
    cache.put(statement("b"));
    EXPECT_NE(cache.find("a"), nullptr);
    cache.put(statement("c"));
    EXPECT_EQ(cache.size(), 2U);
    EXPECT_NE(cache.find("a"), nullptr);
    EXPECT_EQ(cache.find("b"), nullptr);
}

TEST(PreparedCache, the_same_text_is_replaced) {
    PreparedCache cache(2);
    cache.put(statement("a"));
    const PreparedPtr second = statement("a");
    cache.put(second);
    EXPECT_EQ(cache.size(), 1U);
    EXPECT_EQ(cache.find("a"), second);
}

TEST(PreparedCache, forgets) {
    PreparedCache cache;
    cache.put(statement("a"));
    cache.forget("a");
    cache.forget("never known");
    EXPECT_EQ(cache.find("a"), nullptr);
    EXPECT_EQ(cache.size(), 0U);
}

}  // namespace
}  // namespace duet::cql
