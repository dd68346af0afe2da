#include "model/id.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <unordered_set>

namespace duet {
namespace {

constexpr const char* uuid_text = "6c1f3f4a-7e5d-4c0a-9b58-0f9f4d0f9a11";

TEST(Id, of_a_uuid_is_held_without_text) {
    const Uuid uuid = *Uuid::parse(uuid_text);
    ASSERT_NE(Id::of(uuid_text).uuid(), nullptr);
    EXPECT_EQ(*Id::of(uuid_text).uuid(), uuid);
    EXPECT_EQ(Id::of(uuid_text), Id(uuid));
    EXPECT_EQ(Id(uuid).to_string(), uuid_text);
}

TEST(Id, of_a_uuid_in_upper_case_is_another_text) {
    const Id upper = Id::of("6C1F3F4A-7E5D-4C0A-9B58-0F9F4D0F9A11");
    EXPECT_EQ(upper.uuid(), nullptr);
    EXPECT_NE(upper, Id::of(uuid_text));
    EXPECT_EQ(upper.to_string(), "6C1F3F4A-7E5D-4C0A-9B58-0F9F4D0F9A11");
}

TEST(Id, the_default_is_the_least) {
    EXPECT_LT(Id(), Id::of(uuid_text));
    EXPECT_LT(Id::of("ffffffff-ffff-ffff-ffff-ffffffffffff"), Id::of(""));
    EXPECT_LT(Id::of("a"), Id::of("b"));
}

RC_GTEST_PROP(Id, keeps_its_text_and_equals_only_itself,
              (const std::string& left, const std::string& right)) {
    RC_ASSERT(Id::of(left).to_string() == left);
    RC_ASSERT((Id::of(left) == Id::of(right)) == (left == right));
    RC_ASSERT((left != right) || std::hash<Id>()(Id::of(left)) == std::hash<Id>()(Id::of(right)));
}

TEST(Id, finds_its_place_in_ordered_and_hashed_sets) {
    const std::set<Id> ordered{Id::of("b"), Id::of("a"), Id::of(uuid_text), Id::of("a")};
    EXPECT_EQ(ordered.size(), 3U);
    const std::unordered_set<Id> hashed(ordered.begin(), ordered.end());
    EXPECT_TRUE(hashed.contains(Id::of(uuid_text)));
    EXPECT_FALSE(hashed.contains(Id::of("c")));
}

}  // namespace
}  // namespace duet
