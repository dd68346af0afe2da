#include "base/uuid.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <unordered_set>

namespace duet {
namespace {

constexpr std::string_view canonical = "0f8fad5b-d9cb-469f-a165-70867728950e";

TEST(Uuid, reads_and_writes_the_canonical_form) {
    const auto id = Uuid::parse(canonical);
    ASSERT_TRUE(id);
    EXPECT_EQ(id->bytes[0], 0x0f);
    EXPECT_EQ(id->bytes[15], 0x0e);
    EXPECT_EQ(id->version(), 4);
    EXPECT_EQ(id->to_string(), canonical);
}

TEST(Uuid, only_the_canonical_form_names_a_record) {
    EXPECT_FALSE(Uuid::parse("0F8FAD5B-D9CB-469F-A165-70867728950E"));
    EXPECT_FALSE(Uuid::parse("0f8fad5bd9cb469fa16570867728950e"));
    EXPECT_FALSE(Uuid::parse("{0f8fad5b-d9cb-469f-a165-70867728950e}"));
    EXPECT_FALSE(Uuid::parse("0f8fad5b-d9cb-469f-a165-70867728950"));
    EXPECT_FALSE(Uuid::parse("0f8fad5b-d9cb-469f-a165-70867728950ee"));
    EXPECT_FALSE(Uuid::parse("0f8fad5b-d9cb-469f-a165-70867728950g"));
    EXPECT_FALSE(Uuid::parse("0f8fad5b-d9cb-469fa-165-70867728950e"));
    EXPECT_FALSE(Uuid::parse(""));
}

TEST(Uuid, a_value_may_be_in_upper_case) {
    const auto id = Uuid::parse_any_case("0F8FAD5B-D9CB-469F-A165-70867728950E");
    ASSERT_TRUE(id);
    EXPECT_EQ(id->to_string(), canonical);
    EXPECT_FALSE(Uuid::parse_any_case("0G8FAD5B-D9CB-469F-A165-70867728950E"));
}

RC_GTEST_PROP(Uuid, its_text_round_trips, (std::uint64_t high, std::uint64_t low)) {
    const Uuid id = Uuid::version4(high, low);
    RC_ASSERT(Uuid::parse(id.to_string()) == id);
}

RC_GTEST_PROP(Uuid, version_4_has_the_version_and_the_variant_of_RFC_4122,
              (std::uint64_t high, std::uint64_t low)) {
    const Uuid id = Uuid::version4(high, low);
    RC_ASSERT(id.version() == 4);
    RC_ASSERT((id.bytes[8] & 0xc0U) == 0x80U);
}

TEST(Uuid, version_1_matches_a_known_moment) {
    // 1582-10-15 in microseconds since 1970: tick 0 of the format.
    EXPECT_EQ(Uuid::version1(-12'219'292'800'000'000, 0).to_string(),
              "00000000-0000-1000-8000-000000000000");
    EXPECT_EQ(Uuid::version1(0, 0).to_string(), "13814000-1dd2-11b2-8000-000000000000");
}

RC_GTEST_PROP(Uuid, version_1_gives_its_moment_back, (std::uint64_t node)) {
    const auto micros =
        *rc::gen::inRange<std::int64_t>(-12'219'292'800'000'000, 100'000'000'000'000'000);
    const Uuid id = Uuid::version1(micros, node);
    RC_ASSERT(id.version() == 1);
    RC_ASSERT((id.bytes[8] & 0xc0U) == 0x80U);
    RC_ASSERT(id.micros() == micros);
}

TEST(Uuid, appends_to_a_text) {
    std::string text = "id=";
    Uuid::parse(canonical)->append_to(text);
    EXPECT_EQ(text, "id=" + std::string(canonical));
}

TEST(Uuid, hashes_of_neighbours_differ) {
    std::unordered_set<std::size_t> hashes;
    for (std::uint64_t i = 0; i < 1'000; ++i) {
        hashes.insert(std::hash<Uuid>{}(Uuid::version4(0, i)) % 4'096);
        hashes.insert(4'096 + std::hash<Uuid>{}(Uuid::version4(i << 32, 0)) % 4'096);
    }
    // 1,000 balls in 4,096 bins leave about 887 bins hit; a poor hash leaves far fewer.
    EXPECT_GT(hashes.size(), 2 * 850U);
}

}  // namespace
}  // namespace duet
