#include "cql/frame.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <string>

#include "base/error.hpp"
#include "cql/crc.hpp"
#include "unit/cql/bytes_of.hpp"

namespace duet::cql {
namespace {

// A frame that Cassandra 5.0.8 sent: `SELECT key FROM system.local`.
constexpr std::string_view captured_frame =
    "38000243a15385000001080000002f000000020000000100000001000673797374656d00056c6f63616c00036b6579"
    "000d00000001000000056c6f63616c479d26d9";

Bytes filled(std::size_t size, std::uint8_t seed) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) {
        bytes[i] = static_cast<std::uint8_t>(seed + i * 31 + i / 251);
    }
    return bytes;
}

/// Everything the frames carry, put together, with the stream cut in pieces of `piece` bytes.
Bytes payload_of(ByteView wire, std::size_t piece) {
    FrameReader reader;
    Bytes payload;
    while (!wire.empty()) {
        const std::size_t size = std::min(piece, wire.size());
        reader.feed(wire.first(size));
        wire = wire.subspan(size);
        while (const auto frame = reader.next()) append(payload, frame->payload);
    }
    return payload;
}

TEST(Crc, header_checksum_equals_the_servers) {
    EXPECT_EQ(crc24(bytes_of("380002")), 0x53A143U);
    EXPECT_EQ(crc24(bytes_of("010203")), 0xE91ACCU);
}

TEST(Crc, payload_checksum_is_salted) {
    EXPECT_EQ(crc32_salted(as_bytes("123456789")), 0xE2A261A7U);  // unsalted: 0xCBF43926
    EXPECT_EQ(crc32_salted({}), 0x44777ED3U);
}

TEST(FrameReader, reads_a_frame_of_a_real_server) {
    FrameReader reader;
    reader.feed(bytes_of(captured_frame));
    const auto frame = reader.next();
    ASSERT_TRUE(frame.has_value());
    EXPECT_TRUE(frame->self_contained);
    EXPECT_EQ(frame->payload.size(), 0x38U);
    EXPECT_EQ(as_text(frame->payload.last(5)), "local");
    EXPECT_FALSE(reader.next().has_value());
}

TEST(FrameReader, notices_every_flipped_bit_of_a_frame) {
    const Bytes whole = bytes_of(captured_frame);
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
        Bytes damaged = whole;
        damaged[bit / 8] = static_cast<std::uint8_t>(damaged[bit / 8] ^ (1U << (bit % 8)));
        FrameReader reader;
        reader.feed(damaged);
        EXPECT_THROW(static_cast<void>(reader.next()), ProtocolError) << "bit " << bit;
    }
}

TEST(FrameWriter, lets_small_envelopes_share_one_frame) {
    FrameWriter writer;
    const Bytes first = filled(100, 1);
    const Bytes second = filled(200, 2);
    writer.add(first);
    writer.add(second);
    FrameReader reader;
    const Bytes wire = writer.take();
    reader.feed(wire);
    const auto frame = reader.next();
    ASSERT_TRUE(frame.has_value());
    EXPECT_TRUE(frame->self_contained);
    EXPECT_EQ(frame->payload.size(), 300U);
    EXPECT_FALSE(reader.next().has_value());
    EXPECT_TRUE(writer.take().empty());
}

TEST(FrameWriter, cuts_a_large_envelope_over_frames_that_are_not_self_contained) {
    FrameWriter writer;
    const Bytes small = filled(10, 1);
    const Bytes large = filled(2 * frame_payload_limit + 5, 2);
    writer.add(small);
    writer.add(large);
    writer.add(small);
    FrameReader reader;
    const Bytes wire = writer.take();
    reader.feed(wire);
    std::vector<std::pair<bool, std::size_t>> frames;
    while (const auto frame = reader.next()) {
        frames.emplace_back(frame->self_contained, frame->payload.size());
    }
    const std::vector<std::pair<bool, std::size_t>> expected = {{true, 10},
                                                                {false, frame_payload_limit},
                                                                {false, frame_payload_limit},
                                                                {false, 5},
                                                                {true, 10}};
    EXPECT_EQ(frames, expected);
}

TEST(Frame, every_size_around_the_limit_comes_back_as_it_was) {
    for (const std::size_t size : {std::size_t{1}, frame_payload_limit - 1, frame_payload_limit,
                                   frame_payload_limit + 1, 2 * frame_payload_limit}) {
        FrameWriter writer;
        const Bytes envelope = filled(size, 7);
        writer.add(envelope);
        EXPECT_EQ(payload_of(writer.take(), 65'536), envelope) << size << " bytes";
    }
}

TEST(Frame, round_trips_however_the_stream_is_cut) {
    const bool holds = rc::check("frame round trip", [] {
        FrameWriter writer;
        Bytes all;
        const int count = *rc::gen::inRange(1, 6);
        for (int i = 0; i < count; ++i) {
            const auto size = *rc::gen::oneOf(rc::gen::inRange<std::size_t>(1, 2'000),
                                              rc::gen::inRange<std::size_t>(1, 400'000));
            const Bytes envelope = filled(size, static_cast<std::uint8_t>(i));
            writer.add(envelope);
            append(all, envelope);
        }
        const auto piece = *rc::gen::oneOf(rc::gen::inRange<std::size_t>(1'000, 300'000),
                                           rc::gen::inRange<std::size_t>(5'000, 9'000));
        RC_ASSERT(payload_of(writer.take(), piece) == all);
    });
    EXPECT_TRUE(holds);
}

TEST(Frame, round_trips_byte_by_byte) {
    FrameWriter writer;
    const Bytes envelope = filled(3'000, 9);
    writer.add(envelope);
    EXPECT_EQ(payload_of(writer.take(), 1), envelope);
}

}  // namespace
}  // namespace duet::cql
