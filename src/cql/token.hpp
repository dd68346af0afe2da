#pragma once
// Cassandra's Murmur3Partitioner.

#include <cstdint>

#include "base/bytes.hpp"

namespace duet::cql {

/// The token of a partition key's serialized bytes (Cassandra's variant of murmur3_x64_128: signed
/// tail bytes; the lowest value is mapped to the highest).
[[nodiscard]] std::int64_t murmur3_token(ByteView key);

}  // namespace duet::cql
