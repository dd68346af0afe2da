#pragma once
// Protocol v5 frames, uncompressed: a layer below the envelopes that guards them by checksums.
//
// A frame is a header of 3 bytes, little-endian (17 bits of payload length, one bit
// "self-contained", padding), their CRC-24 in 3 bytes, the payload, and its CRC-32 in 4 bytes. The
// payload is whole envelopes (self-contained), or a piece of one that is too large for one frame.

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace duet::cql {

constexpr std::size_t frame_payload_limit = (1U << 17) - 1;  // what 17 bits of length can say
constexpr std::size_t frame_header_size = 6;
constexpr std::size_t frame_trailer_size = 4;

/// Packs envelopes into frames: small ones share a frame, a large one is cut over several.
class FrameWriter {
public:
    void add(ByteView envelope);
    /// All frames since the last call, ready for the wire.
    [[nodiscard]] Bytes take();

private:
    void seal();
    void append_frame(ByteView payload, bool self_contained);

    Bytes out_;
    Bytes pending_;  // whole envelopes for the next self-contained frame
};

struct Frame {
    bool self_contained = true;
    ByteView payload;  // valid until the next feed
};

/// Cuts a stream of bytes into frames. Feed it, then call next until it yields nothing.
class FrameReader {
public:
    void feed(ByteView bytes);
    /// Throws ProtocolError where a checksum does not fit: what follows cannot be trusted.
    [[nodiscard]] std::optional<Frame> next();

private:
    Bytes buffer_;
    std::size_t start_ = 0;  // of what was not yet given out
};

}  // namespace duet::cql
