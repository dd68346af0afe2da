#include "cql/codec.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <vector>

#include "base/error.hpp"
#include "cql/crc.hpp"
#include "cql/request.hpp"
#include "peer/cql_wire.hpp"

namespace duet::cql {
namespace {

using peer::Body;
using peer::envelope;

Bytes framed(const Bytes& payload) {
    FrameWriter writer;
    writer.add(payload);
    return writer.take();
}

/// A codec whose handshake is over.
Codec ready_codec() {
    Codec codec(Version::v5);
    codec.feed(envelope(Opcode::ready, {}));
    static_cast<void>(codec.next());
    return codec;
}

std::vector<Envelope> all_of(Codec& codec) {
    std::vector<Envelope> list;
    while (auto next = codec.next()) list.push_back(std::move(*next));
    return list;
}

TEST(Codec, version_5_is_framed_from_ready_on) {
    Codec codec(Version::v5);
    codec.feed(envelope(Opcode::supported, peer::supported_body({"5/v5"})));
    EXPECT_EQ(all_of(codec).size(), 1U);
    EXPECT_FALSE(codec.framed());
    codec.feed(envelope(Opcode::ready, {}));
    EXPECT_EQ(all_of(codec).size(), 1U);
    EXPECT_TRUE(codec.framed());
}

TEST(Codec, version_5_is_framed_from_authenticate_on) {
    Codec codec(Version::v5);
    codec.feed(envelope(Opcode::authenticate, Body().text("PasswordAuthenticator")));
    EXPECT_EQ(all_of(codec).size(), 1U);
    EXPECT_TRUE(codec.framed());
}

TEST(Codec, version_4_is_never_framed) {
    Codec codec(Version::v4);
    codec.feed(envelope(Opcode::ready, {}, 0, 4));
    codec.feed(envelope(Opcode::result, peer::void_body(), 1, 4));
    EXPECT_EQ(all_of(codec).size(), 2U);
    EXPECT_FALSE(codec.framed());
}

TEST(Codec, frames_requests_only_after_the_handshake) {
    Codec codec(Version::v5);
    const Bytes request = encode_options(Version::v5);
    codec.add(request);
    EXPECT_EQ(codec.take(), request);
    codec.feed(envelope(Opcode::ready, {}));
    EXPECT_EQ(all_of(codec).size(), 1U);
    codec.add(request);
    EXPECT_EQ(codec.take(), framed(request));
}

TEST(Codec, frames_that_come_right_behind_ready_are_read_as_frames) {
    Bytes wire = envelope(Opcode::ready, {});
    append(wire, framed(envelope(Opcode::result, peer::void_body(), 3)));
    Codec codec(Version::v5);
    codec.feed(wire);
    const auto answers = all_of(codec);
    ASSERT_EQ(answers.size(), 2U);
    EXPECT_EQ(answers[1].stream, StreamId{3});
}

TEST(Codec, a_large_answer_is_put_together_from_its_frames) {
    const Bytes body(500'000, 0x5A);
    Codec codec = ready_codec();
    codec.feed(framed(envelope(Opcode::result, body, 9)));
    const auto answers = all_of(codec);
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].body, body);
}

TEST(Codec, answers_come_out_the_same_however_the_stream_is_cut) {
    const bool holds = rc::check("codec", [] {
        const auto version = *rc::gen::element(Version::v4, Version::v5);
        Bytes wire = envelope(Opcode::ready, {}, 0, static_cast<int>(version));
        const int count = *rc::gen::inRange(1, 20);
        FrameWriter writer;
        std::vector<std::size_t> sizes;
        for (int i = 0; i < count; ++i) {
            sizes.push_back(*rc::gen::oneOf(rc::gen::inRange<std::size_t>(0, 50),
                                            rc::gen::inRange<std::size_t>(0, 300'000)));
            const Bytes answer =
                envelope(Opcode::result, Bytes(sizes.back(), static_cast<std::uint8_t>(i)), i,
                         static_cast<int>(version));
            version == Version::v5 ? writer.add(answer) : append(wire, answer);
        }
        append(wire, writer.take());
        Codec codec(version);
        std::vector<Envelope> answers;
        ByteView rest = wire;
        while (!rest.empty()) {
            const auto size =
                std::min(rest.size(), *rc::gen::oneOf(rc::gen::inRange<std::size_t>(1, 20),
                                                      rc::gen::inRange<std::size_t>(1, 400'000)));
            codec.feed(rest.first(size));
            rest = rest.subspan(size);
            for (Envelope& answer : all_of(codec)) answers.push_back(std::move(answer));
        }
        RC_ASSERT(answers.size() == sizes.size() + 1);
        for (std::size_t i = 0; i < sizes.size(); ++i) {
            RC_ASSERT(answers[i + 1].stream == static_cast<StreamId>(i));
            RC_ASSERT(answers[i + 1].body == Bytes(sizes[i], static_cast<std::uint8_t>(i)));
        }
    });
    EXPECT_TRUE(holds);
}

TEST(Codec, an_answer_cut_off_by_a_self_contained_frame_is_an_error) {
    Bytes half = envelope(Opcode::result, Bytes(100, 1));
    half.resize(50);
    Codec codec = ready_codec();
    codec.feed(framed(half));
    EXPECT_THROW(static_cast<void>(codec.next()), ProtocolError);
}

/// One frame, whatever it holds.
Bytes frame_of(const Bytes& payload, bool self_contained) {
    const auto length = static_cast<std::uint32_t>(payload.size());
    const std::uint32_t header = length | (self_contained ? 1U << 17 : 0U);
    Bytes out;
    for (int i = 0; i < 3; ++i) out.push_back(static_cast<std::uint8_t>(header >> (8 * i)));
    const std::uint32_t header_crc = crc24(out);
    for (int i = 0; i < 3; ++i) out.push_back(static_cast<std::uint8_t>(header_crc >> (8 * i)));
    append(out, payload);
    const std::uint32_t crc = crc32_salted(payload);
    for (int i = 0; i < 4; ++i) out.push_back(static_cast<std::uint8_t>(crc >> (8 * i)));
    return out;
}

TEST(Codec, a_self_contained_frame_amid_a_large_answer_is_an_error) {
    const Bytes whole = envelope(Opcode::result, Bytes(100, 1));
    const Bytes first(whole.begin(), whole.begin() + 50);
    const Bytes second(whole.begin() + 50, whole.end());
    Codec codec = ready_codec();
    codec.feed(frame_of(first, false));
    EXPECT_FALSE(codec.next().has_value());
    codec.feed(frame_of(second, true));
    EXPECT_THROW(static_cast<void>(codec.next()), ProtocolError);
}

TEST(Codec, something_behind_the_end_of_a_large_answer_is_an_error) {
    Bytes payload = envelope(Opcode::result, Bytes(100, 1));
    append(payload, envelope(Opcode::result, Bytes(10, 2)));
    Codec codec = ready_codec();
    codec.feed(frame_of(payload, false));
    EXPECT_THROW(static_cast<void>(codec.next()), ProtocolError);
}

TEST(Codec, an_answer_above_the_limit_is_an_error_before_it_is_received) {
    Bytes wire = {0x85, 0, 0, 1, 0x08};
    append_big(wire, static_cast<std::int32_t>(envelope_limit + 1));
    Codec codec(Version::v4);
    codec.feed(wire);
    EXPECT_THROW(static_cast<void>(codec.next()), ProtocolError);
}

TEST(Codec, a_negative_length_is_an_error) {
    Codec codec(Version::v4);
    codec.feed(Bytes{0x84, 0, 0, 1, 0x08, 0xFF, 0xFF, 0xFF, 0xFF});
    EXPECT_THROW(static_cast<void>(codec.next()), ProtocolError);
}

TEST(Codec, a_server_that_speaks_something_else_is_told_apart) {
    Codec codec(Version::v5);
    codec.feed(as_bytes("HTTP/1.1 400 Bad Request\r\n"));
    EXPECT_THROW(static_cast<void>(codec.next()), ProtocolError);
}

}  // namespace
}  // namespace duet::cql
