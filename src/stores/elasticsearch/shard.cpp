#include "stores/elasticsearch/shard.hpp"

#include <algorithm>
#include <bit>
#include <string>

namespace duet::elasticsearch {

namespace {

/// MurmurHash3 (x86, 32 bits, seed 0) of ASCII text in UTF-16LE, whose length is a multiple of two.
std::uint32_t murmur3_of_utf16(const std::string& text) {
    constexpr std::uint32_t c1 = 0xcc9e2d51;
    constexpr std::uint32_t c2 = 0x1b873593;
    const auto unit = [&](std::size_t i) {
        return std::uint32_t{static_cast<unsigned char>(text[i])};
    };
    std::uint32_t hash = 0;
    std::size_t i = 0;
    for (; i + 2 <= text.size(); i += 2) {  // four bytes: two characters
        hash ^= std::rotl((unit(i) | unit(i + 1) << 16) * c1, 15) * c2;
        hash = std::rotl(hash, 13) * 5 + 0xe6546b64;
    }
    if (i < text.size()) hash ^= std::rotl(unit(i) * c1, 15) * c2;
    hash ^= static_cast<std::uint32_t>(2 * text.size());
    hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
    hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
    return hash ^ (hash >> 16);
}

}  // namespace

std::int32_t Routing::shard_of(const Uuid& id) const {
    const std::int64_t hash = static_cast<std::int32_t>(murmur3_of_utf16(id.to_string()));
    const std::int64_t bucket = (hash % routing_shards + routing_shards) % routing_shards;
    return static_cast<std::int32_t>(bucket / (routing_shards / shards));
}

std::int32_t default_routing_shards(std::int32_t shards) {
    constexpr int log2_most = 10;  // splitting by two up to 1,024 shards
    const auto log2_shards =
        static_cast<int>(std::bit_width(static_cast<std::uint32_t>(std::max(shards, 1) - 1)));
    return shards << std::max(1, log2_most - log2_shards);
}

}  // namespace duet::elasticsearch
