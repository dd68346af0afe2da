#pragma once
// Envelopes: what the protocol calls a message with its 9 bytes of header (v4 and v5 alike).

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace duet::cql {

enum class Version : std::uint8_t { v4 = 4, v5 = 5 };

enum class Opcode : std::uint8_t {
    error = 0x00,
    startup = 0x01,
    ready = 0x02,
    authenticate = 0x03,
    options = 0x05,
    supported = 0x06,
    query = 0x07,
    result = 0x08,
    prepare = 0x09,
    execute = 0x0A,
    register_ = 0x0B,
    event = 0x0C,
    batch = 0x0D,
    auth_challenge = 0x0E,
    auth_response = 0x0F,
    auth_success = 0x10,
};

/// Chosen by the client, and repeated in the answer; negative ones are the server's own (events).
enum class StreamId : std::int16_t {};

constexpr std::size_t envelope_header_size = 9;
/// Of one answer's body; pages are sized to stay far below it.
constexpr std::size_t envelope_limit = 64U << 20;

struct Envelope {
    std::uint8_t version = 0x85;  // 0x80: an answer
    std::uint8_t flags = 0;
    StreamId stream{};
    Opcode opcode = Opcode::error;
    Bytes body;
};

/// Writes the stream id into a request that was encoded without one.
void set_stream(Bytes& request, StreamId stream);

/// Cuts a stream of bytes (v4: of the socket; v5: of the frames' payloads) into envelopes.
class EnvelopeReader {
public:
    /// Takes bytes until an envelope is whole; returns how many were taken (all, unless `next` must
    /// be called first). Throws ProtocolError on an answer larger than `envelope_limit` and on what
    /// is no answer at all.
    [[nodiscard]] std::size_t feed(ByteView bytes);
    [[nodiscard]] std::optional<Envelope> next();
    /// True: an envelope has begun and is not whole.
    [[nodiscard]] bool in_the_middle() const;

private:
    void read_header();

    Bytes header_;
    Envelope envelope_;
    std::size_t length_ = 0;  // of the body; known once the header is whole
    bool whole_ = false;
};

}  // namespace duet::cql
