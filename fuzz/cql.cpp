// What comes off a connection to Cassandra. The first byte says what the rest is: an answer's body
// (its second byte is the opcode), a stream of protocol v4, or one of v5 in frames, which come in
// two pieces.

#include <variant>

#include "base/error.hpp"
#include "cql/codec.hpp"
#include "cql/response.hpp"

using namespace duet;
using namespace duet::cql;

namespace {

void read(Envelope envelope) {
    const Response response = parse_response(std::move(envelope));
    const auto* result = std::get_if<RowsResult>(&response);
    if (result == nullptr || !result->has_metadata) return;
    for (std::size_t row = 0; row < result->rows.size(); ++row) {
        for (std::size_t column = 0; column < result->column_count; ++column) {
            const auto cell = result->rows.cell(row, column);
            if (cell && !cell->empty() &&
                cell->data() + cell->size() > &result->rows.body.back() + 1) {
                __builtin_trap();
            }
        }
    }
}

void read_all(Codec& codec) {
    while (auto envelope = codec.next()) read(std::move(*envelope));
}

void read_stream(ByteView bytes, Version version) {
    Codec codec(version);
    for (const ByteView part : {bytes.first(bytes.size() / 2), bytes.subspan(bytes.size() / 2)}) {
        codec.feed(part);
        read_all(codec);
    }
}

/// Frames have checksums that chance does not find: these are right.
Bytes framed(ByteView envelopes) {
    FrameWriter writer;
    writer.add(envelopes);
    return writer.take();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const ByteView rest(data + 1, size - 1);
    try {
        switch (data[0] % 4) {
            case 0: {
                Envelope envelope;
                envelope.opcode = static_cast<Opcode>(rest[0]);
                envelope.body.assign(rest.begin() + 1, rest.end());
                read(std::move(envelope));
                break;
            }
            case 1: read_stream(rest, Version::v4); break;
            case 2: read_stream(rest, Version::v5); break;
            case 3: {
                FrameReader reader;
                const Bytes frames = framed(rest);
                reader.feed(frames);
                Bytes again;
                while (const auto frame = reader.next()) append(again, frame->payload);
                if (again != Bytes(rest.begin(), rest.end())) __builtin_trap();
                break;
            }
        }
    } catch (const ProtocolError&) {
        return 0;  // what bytes that are no answer end in
    }
    return 0;
}
