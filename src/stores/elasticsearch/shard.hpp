#pragma once
// Which shard of an index holds a document, as Elasticsearch computes it from the `_id`.

#include <cstdint>

#include "model/id.hpp"

namespace duet::elasticsearch {

struct Routing {
    std::int32_t shards = 1;              // number_of_shards
    std::int32_t routing_shards = 1'024;  // routing_num_shards of the index's metadata

    [[nodiscard]] std::int32_t shard_of(const Id& id) const;
};

/// What Elasticsearch 7 and later chooses for an index made with so many shards.
[[nodiscard]] std::int32_t default_routing_shards(std::int32_t shards);

}  // namespace duet::elasticsearch
