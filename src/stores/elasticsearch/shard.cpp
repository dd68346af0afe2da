#include "stores/elasticsearch/shard.hpp"

#include <algorithm>
#include <bit>
#include <string>

namespace duet::elasticsearch {

namespace {

/// UTF-8 (well-formed, since it has come from JSON or a text column) as UTF-16.
std::u16string to_utf16(std::string_view text) {
    std::u16string units;
    units.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        std::uint32_t point = length == 1 ? lead : lead & (0xffU >> (length + 1));
        for (std::size_t part = 1; part < length && i + part < text.size(); ++part) {
            point = point << 6 | (static_cast<unsigned char>(text[i + part]) & 0x3fU);
        }
        i += length;
        if (point >= 0x10000) {
            units += static_cast<char16_t>(0xd800 + ((point - 0x10000) >> 10));
            point = 0xdc00 + ((point - 0x10000) & 0x3ffU);
        }
        units += static_cast<char16_t>(point);
    }
    return units;
}

/// MurmurHash3 (x86, 32 bits, seed 0) of UTF-16LE, whose length is a multiple of two.
std::uint32_t murmur3(std::u16string_view text) {
    constexpr std::uint32_t c1 = 0xcc9e2d51;
    constexpr std::uint32_t c2 = 0x1b873593;
    const auto unit = [&](std::size_t i) { return std::uint32_t{text[i]}; };
    std::uint32_t hash = 0;
    std::size_t i = 0;
    for (; i + 2 <= text.size(); i += 2) {  // four bytes: two units
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

std::int32_t Routing::shard_of(const Id& id) const {
    if (shards == 1) return 0;
    const std::int64_t hash = static_cast<std::int32_t>(murmur3(to_utf16(id.to_string())));
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
