#include "cql/token.hpp"

#include <gtest/gtest.h>

#include "unit/cql/bytes_of.hpp"

namespace duet::cql {
namespace {

struct Known {
    std::string_view key;
    std::int64_t token;
};

// `SELECT k, token(k)` of Cassandra 5.0.8: every length of tail, and bytes above 127 in it.
constexpr Known known[] = {
    {"44", 8889191829175541774},
    {"2082", 2679249918563512819},
    {"3cfde6", 6885286634129302613},
    {"ffffffffffffff", 4860178782003914630},
    {"f1c26b30f90ec7dd", 2447990902338418165},
    {"01e4887534a20f0b0d", 6186632159735121231},
    {"04c36ed80e71e0fd77b07670", -249337174260958605},
    {"eb940bd5335f973daad8619b91ffc9", -199412358317584325},
    {"11f57cced458bbbf2ce03753c9bdfa0f", -4148929506976138704},
    {"f0169dc9575674066676cfb0b4eb8902c4", -5473379165399285308},
    {"4269da1cf6ba66d3f8b6d4b100a9ea0e755a5c2e821024", -8141101771525158874},
    {"2a08e7078f7f89385eb09423555182568b96e8a4fef23a0c", 7217845221343107301},
    {"9fc5afd7608437816bdd0a7309cb4a1252e4da70e6720fcaa4", 336660328414194002},
    {"da1e98406c189c24279e9851d5814204136feb5713c166b13269dd63fc35c7", -5526464806895851328},
    {"97ff08a6cd90095066a745addb6d8831c2b0f87821142b4456556d89aa82bcad", 5144851942200902355},
    {"ae3a9578fa4535a414d025c24b40ae3ac127722988ba973aea8d37179706072ed3", 3502142481069406876},
    {"3a14607ad7523be6557b5134dec19681f4a1336aa2140d0597a3e6c8a0cc2020a2e939806ef0b6845d6a9d657eb82"
     "9",
     -4453201605003401124},
    {"8f2de52ead74c79d15a75fa29b7dab332f7d700a7ccd258924260b0594b7fcf04e33a727585b4c48a39c369640694"
     "810a1695b99dd50187e8120e4dc80e0e805",
     -4637796753649238355},
};

TEST(Token, equals_the_servers_for_every_length_of_tail) {
    for (const Known& each : known) {
        EXPECT_EQ(murmur3_token(bytes_of(each.key)), each.token) << each.key;
    }
}

TEST(Token, of_an_empty_key_is_zero) { EXPECT_EQ(murmur3_token({}), 0); }

}  // namespace
}  // namespace duet::cql
