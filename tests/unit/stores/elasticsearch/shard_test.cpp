#include "stores/elasticsearch/shard.hpp"

#include <gtest/gtest.h>

#include <array>

namespace duet::elasticsearch {
namespace {

/// What `GET <index>/_search_shards?routing=<id>` of Elasticsearch 8.19 says for so many shards.
struct Known {
    const char* id;
    std::array<std::int32_t, 5> shard_of_1_2_3_5_7;
};
constexpr std::array known = {
    Known{"00000000-0000-4000-8000-000000000001", {0, 0, 0, 4, 4}},
    Known{"f47ac10b-58cc-4372-a567-0e02b2c3d479", {0, 0, 1, 3, 4}},
    Known{"6ba7b810-9dad-41d1-80b4-00c04fd430c8", {0, 0, 2, 0, 2}},
    Known{"ffffffff-ffff-4fff-bfff-ffffffffffff", {0, 1, 1, 3, 3}},
    Known{"1", {0, 0, 2, 4, 0}},
    Known{"x~y", {0, 1, 1, 2, 0}},
    Known{"bl\u00e5 \u2603", {0, 0, 0, 3, 1}},
    Known{"\u65e5\u672c\U0001d11ez", {0, 0, 2, 1, 2}},
};
constexpr std::array<std::int32_t, 5> shard_counts = {1, 2, 3, 5, 7};

TEST(Shard, is_the_one_that_the_server_names) {
    for (const Known& each : known) {
        for (std::size_t i = 0; i < shard_counts.size(); ++i) {
            const Routing routing{shard_counts[i], default_routing_shards(shard_counts[i])};
            EXPECT_EQ(routing.shard_of(Id::of(each.id)), each.shard_of_1_2_3_5_7[i])
                << each.id << " of " << shard_counts[i];
        }
    }
}

TEST(Shard, routing_shards_are_those_that_the_server_chooses) {
    EXPECT_EQ(default_routing_shards(1), 1'024);
    EXPECT_EQ(default_routing_shards(2), 1'024);
    EXPECT_EQ(default_routing_shards(3), 768);
    EXPECT_EQ(default_routing_shards(5), 640);
    EXPECT_EQ(default_routing_shards(7), 896);
}

}  // namespace
}  // namespace duet::elasticsearch
