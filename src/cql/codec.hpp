#pragma once
// One connection's bytes to and from envelopes. A v5 connection begins unframed and is framed, in
// both directions, from the server's first READY or AUTHENTICATE on; a v4 connection is never
// framed.

#include <cstddef>
#include <optional>

#include "base/bytes.hpp"
#include "cql/envelope.hpp"
#include "cql/frame.hpp"

namespace duet::cql {

class Codec {
public:
    explicit Codec(Version version) : version_(version) {}

    /// Queues a request for the wire.
    void add(ByteView request);
    /// All that was queued since the last call.
    [[nodiscard]] Bytes take();

    /// Takes bytes off the wire. Call next until it yields nothing before the next feed. Both throw
    /// ProtocolError.
    void feed(ByteView bytes);
    [[nodiscard]] std::optional<Envelope> next();

    [[nodiscard]] bool framed() const { return framed_; }

private:
    [[nodiscard]] std::optional<Envelope> next_framed();

    Version version_;
    bool framed_ = false;
    FrameWriter frame_writer_;
    Bytes unframed_out_;
    EnvelopeReader envelopes_;
    FrameReader frames_;
    Bytes unframed_in_;
    std::size_t taken_ = 0;       // of unframed_in_
    ByteView payload_;            // what is left of the current frame
    bool self_contained_ = true;  // the current frame
};

}  // namespace duet::cql
