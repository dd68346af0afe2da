#include "cql/codec.hpp"

#include <utility>

#include "base/error.hpp"

namespace duet::cql {

void Codec::add(ByteView request) {
    if (framed_) {
        frame_writer_.add(request);
    } else {
        append(unframed_out_, request);
    }
}

Bytes Codec::take() {
    Bytes out = std::exchange(unframed_out_, {});
    if (out.empty()) {
        return frame_writer_.take();
    }
    append(out, frame_writer_.take());
    return out;
}

void Codec::feed(ByteView bytes) {
    if (framed_) {
        frames_.feed(bytes);
    } else {
        unframed_in_.erase(unframed_in_.begin(),
                           unframed_in_.begin() + static_cast<std::ptrdiff_t>(taken_));
        taken_ = 0;
        append(unframed_in_, bytes);
    }
}

std::optional<Envelope> Codec::next() {
    if (framed_) {
        return next_framed();
    }
    taken_ += envelopes_.feed(ByteView(unframed_in_).subspan(taken_));
    std::optional<Envelope> envelope = envelopes_.next();
    const bool last_unframed =
        envelope && version_ == Version::v5 &&
        (envelope->opcode == Opcode::ready || envelope->opcode == Opcode::authenticate);
    if (last_unframed) {
        framed_ = true;
        frames_.feed(ByteView(unframed_in_).subspan(taken_));
        unframed_in_.clear();
        taken_ = 0;
    }
    return envelope;
}

std::optional<Envelope> Codec::next_framed() {
    while (true) {
        payload_ = payload_.subspan(envelopes_.feed(payload_));
        if (auto envelope = envelopes_.next()) {
            if (!self_contained_ && !payload_.empty()) {
                throw ProtocolError(
                    "Cassandra put something behind the end of a large answer into its last frame");
            }
            return envelope;
        }
        if (self_contained_ && envelopes_.in_the_middle()) {
            throw ProtocolError("Cassandra cut an answer at the end of a self-contained frame");
        }
        const std::optional<Frame> frame = frames_.next();
        if (!frame) {
            return std::nullopt;
        }
        if (frame->self_contained && envelopes_.in_the_middle()) {
            throw ProtocolError("Cassandra began a new answer in the middle of a large one");
        }
        payload_ = frame->payload;
        self_contained_ = frame->self_contained;
    }
}

}  // namespace duet::cql
