#pragma once
// The two checksums of protocol v5 frames (native protocol v5, section 2).

#include <cstdint>

#include "base/bytes.hpp"

namespace duet::cql {

/// CRC-24 of a frame header: polynomial 0x1974F0B, start value 0x875060, the first byte on the wire
/// first.
[[nodiscard]] std::uint32_t crc24(ByteView header);

/// CRC-32 of a frame payload: zlib's, started over the bytes FA 2D 55 CA, so that a payload of
/// zeros does not pass with a checksum of zero. The specification does not mention the salt; the
/// servers insist on it.
[[nodiscard]] std::uint32_t crc32_salted(ByteView payload);

}  // namespace duet::cql
