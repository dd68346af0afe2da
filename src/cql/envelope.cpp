#include "cql/envelope.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"

namespace duet::cql {

void set_stream(Bytes& request, StreamId stream) {
    const auto bits = static_cast<std::uint16_t>(stream);
    request.at(2) = static_cast<std::uint8_t>(bits >> 8);
    request.at(3) = static_cast<std::uint8_t>(bits & 0xFF);
}

std::size_t EnvelopeReader::feed(ByteView bytes) {
    std::size_t taken = 0;
    while (!whole_ && taken < bytes.size()) {
        if (header_.size() < envelope_header_size) {
            const std::size_t size =
                std::min(envelope_header_size - header_.size(), bytes.size() - taken);
            append(header_, bytes.subspan(taken, size));
            taken += size;
            if (header_.size() < envelope_header_size) {
                break;
            }
            read_header();
        }
        const std::size_t size = std::min(length_ - envelope_.body.size(), bytes.size() - taken);
        append(envelope_.body, bytes.subspan(taken, size));
        taken += size;
        whole_ = envelope_.body.size() == length_;
    }
    return taken;
}

void EnvelopeReader::read_header() {
    envelope_.version = header_[0];
    envelope_.flags = header_[1];
    envelope_.stream = static_cast<StreamId>(load_big<std::int16_t>(&header_[2]));
    envelope_.opcode = static_cast<Opcode>(header_[4]);
    const auto length = load_big<std::int32_t>(&header_[5]);
    const unsigned version = envelope_.version & 0x7FU;
    // 3 to 6: a server that does not know our version answers in one of its own.
    if ((envelope_.version & 0x80U) == 0 || version < 3 || version > 6) {
        throw ProtocolError(fmt::format(
            "this is not Cassandra's native protocol: an answer begins with the byte 0x{:02x}",
            header_[0]));
    }
    if (length < 0 || static_cast<std::size_t>(length) > envelope_limit) {
        throw ProtocolError(fmt::format("Cassandra announced an answer of {} bytes; {} are allowed",
                                        length, envelope_limit));
    }
    length_ = static_cast<std::size_t>(length);
    envelope_.body.reserve(length_);
}

std::optional<Envelope> EnvelopeReader::next() {
    if (!whole_) {
        return std::nullopt;
    }
    whole_ = false;
    header_.clear();
    return std::exchange(envelope_, {});
}

bool EnvelopeReader::in_the_middle() const { return !header_.empty() && !whole_; }

}  // namespace duet::cql
