#include "cql/frame.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "cql/crc.hpp"

namespace duet::cql {
namespace {

constexpr std::uint32_t length_mask = (1U << 17) - 1;
constexpr std::uint32_t self_contained_bit = 1U << 17;

std::uint32_t load_little(const std::uint8_t* bytes, std::size_t count) {
    std::uint32_t value = 0;
    for (std::size_t i = count; i-- > 0;) {
        value = (value << 8) | bytes[i];
    }
    return value;
}

void append_little(Bytes& out, std::uint32_t value, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
}

}  // namespace

void FrameWriter::add(ByteView envelope) {
    if (pending_.size() + envelope.size() > frame_payload_limit) {
        seal();
    }
    if (envelope.size() <= frame_payload_limit) {
        append(pending_, envelope);
        return;
    }
    while (!envelope.empty()) {
        const std::size_t size = std::min(envelope.size(), frame_payload_limit);
        append_frame(envelope.first(size), false);
        envelope = envelope.subspan(size);
    }
}

Bytes FrameWriter::take() {
    seal();
    return std::exchange(out_, {});
}

void FrameWriter::seal() {
    if (pending_.empty()) {
        return;
    }
    append_frame(pending_, true);
    pending_.clear();
}

void FrameWriter::append_frame(ByteView payload, bool self_contained) {
    out_.reserve(out_.size() + frame_header_size + payload.size() + frame_trailer_size);
    const std::size_t header = out_.size();
    const auto length = static_cast<std::uint32_t>(payload.size());
    append_little(out_, length | (self_contained ? self_contained_bit : 0), 3);
    append_little(out_, crc24(ByteView(out_).subspan(header, 3)), 3);
    append(out_, payload);
    append_little(out_, crc32_salted(payload), 4);
}

void FrameReader::feed(ByteView bytes) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(start_));
    start_ = 0;
    append(buffer_, bytes);
}

std::optional<Frame> FrameReader::next() {
    const ByteView rest = ByteView(buffer_).subspan(start_);
    if (rest.size() < frame_header_size) {
        return std::nullopt;
    }
    if (crc24(rest.first(3)) != load_little(rest.data() + 3, 3)) {
        throw ProtocolError("Cassandra sent a frame whose header does not match its checksum");
    }
    const std::uint32_t header = load_little(rest.data(), 3);
    const std::size_t length = header & length_mask;
    const std::size_t whole = frame_header_size + length + frame_trailer_size;
    if (rest.size() < whole) {
        return std::nullopt;
    }
    const ByteView payload = rest.subspan(frame_header_size, length);
    if (crc32_salted(payload) != load_little(payload.data() + length, 4)) {
        throw ProtocolError("Cassandra sent a frame whose payload does not match its checksum");
    }
    start_ += whole;
    return Frame{(header & self_contained_bit) != 0, payload};
}

}  // namespace duet::cql
