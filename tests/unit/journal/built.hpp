#pragma once
// Segments as Cassandra writes them, made here.

#include <fmt/format.h>
#include <lz4.h>
#include <zlib.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/uuid.hpp"
#include "base/vint.hpp"
#include "journal/segment.hpp"

namespace duet::journal {

inline Uuid table_id(std::uint8_t last) {
    Uuid id;
    id.bytes.fill(0x70);
    id.bytes[15] = last;
    return id;
}

struct Mutation {
    Uuid table = table_id(1);
    std::string key = "key";
    std::int64_t oldest_write = 1'700'000'000'000'000;
    std::uint64_t updates = 1;
    std::size_t rest = 20;  // bytes behind what a reader of keys reads
    bool empty = false;
};

inline Bytes bytes_of(const Mutation& mutation) {
    Bytes out;
    append_vint(out, mutation.updates);
    append(out, mutation.table.bytes);
    append_vint(out, mutation.key.size());
    append(out, as_bytes(mutation.key));
    out.push_back(mutation.empty ? 1 : 0);
    if (!mutation.empty) {
        append_vint(out,
                    static_cast<std::uint64_t>(mutation.oldest_write) - 1'442'880'000'000'000U);
        out.resize(out.size() + mutation.rest, 0x55);
    }
    return out;
}

class BuiltSegment {
public:
    explicit BuiltSegment(SegmentName name, std::string parameters = "{}", bool compressed = false)
        : name_(name), compressed_(compressed) {
        append_big(bytes_, name.version);
        append_big(bytes_, name.id);
        append_big(bytes_, static_cast<std::uint16_t>(parameters.size()));
        append(bytes_, as_bytes(parameters));
        Bytes checked;
        append_big(checked, name.version);
        append_big(checked, static_cast<std::uint32_t>(name.id));
        append_big(checked, static_cast<std::uint32_t>(name.id >> 32));
        append_big(checked, static_cast<std::uint32_t>(parameters.size()));
        append(checked, as_bytes(parameters));
        append_big(bytes_, crc(checked));
    }

    static BuiltSegment lz4(SegmentName name) {
        return BuiltSegment(name, R"({"compressionClass":"LZ4Compressor"})", true);
    }

    /// Adds a section, which begins with its marker; where it begins.
    std::size_t section(const std::vector<Mutation>& mutations) {
        std::vector<Bytes> written;
        for (const Mutation& mutation : mutations) written.push_back(bytes_of(mutation));
        return section_of(written);
    }
    /// The same of mutations as they are written.
    std::size_t section_of(const std::vector<Bytes>& mutations) {
        Bytes body;
        for (const Bytes& mutation : mutations) append(body, entry(mutation));
        if (compressed_) body = packed(body);
        const std::size_t at = bytes_.size();
        append_big(bytes_, static_cast<std::uint32_t>(at + 8 + body.size()));
        append_big(bytes_, marker_crc(at));
        append(bytes_, body);
        return at;
    }

    [[nodiscard]] const Bytes& bytes() const { return bytes_; }
    [[nodiscard]] SegmentName name() const { return name_; }
    /// As a memory-mapped file: zeros behind.
    [[nodiscard]] Bytes padded(std::size_t size) const {
        Bytes all = bytes_;
        all.resize(std::max(size, all.size()));
        return all;
    }

    static std::uint32_t crc(ByteView bytes) {
        return static_cast<std::uint32_t>(crc32_z(0, bytes.data(), bytes.size()));
    }
    static Bytes entry(const Bytes& mutation) {
        Bytes out;
        append_big(out, static_cast<std::uint32_t>(mutation.size()));
        append_big(out, crc(out));
        Bytes all;
        append_big(all, static_cast<std::uint32_t>(mutation.size()));
        append(all, mutation);
        append(out, mutation);
        append_big(out, crc(all));
        return out;
    }
    [[nodiscard]] std::uint32_t marker_crc(std::size_t at) const {
        Bytes checked;
        append_big(checked, static_cast<std::uint32_t>(name_.id));
        append_big(checked, static_cast<std::uint32_t>(name_.id >> 32));
        append_big(checked, static_cast<std::uint32_t>(at));
        return crc(checked);
    }

private:
    static Bytes packed(const Bytes& body) {
        const int size = static_cast<int>(body.size());
        Bytes out;
        append_big(out, static_cast<std::uint32_t>(size));
        for (int i = 0; i < 4; ++i) out.push_back(static_cast<std::uint8_t>(size >> (8 * i)));
        const std::size_t front = out.size();
        out.resize(front + static_cast<std::size_t>(LZ4_compressBound(size)));
        const int used = LZ4_compress_default(reinterpret_cast<const char*>(body.data()),
                                              reinterpret_cast<char*>(&out[front]), size,
                                              static_cast<int>(out.size() - front));
        out.resize(front + static_cast<std::size_t>(used));
        return out;
    }

    SegmentName name_;
    bool compressed_;
    Bytes bytes_;
};

/// What a parser finds in a file, with the state that it ends in.
struct Found {
    std::vector<std::string> keys;
    std::vector<WrittenKey> written;  // `key` is not to be read
    SegmentParser::State state = SegmentParser::State::ready;
};

inline void read_all(SegmentParser& parser, ByteView file, Found& found) {
    const SegmentParser::Sink sink = [&found](const WrittenKey& written) {
        found.keys.emplace_back(as_text(written.key));
        found.written.push_back(written);
    };
    found.state = SegmentParser::State::ready;
    while (found.state == SegmentParser::State::ready) {
        const std::size_t at = std::min<std::size_t>(parser.position(), file.size());
        const std::size_t size = std::min(parser.wanted(), file.size() - at);
        found.state = parser.feed(file.subspan(at, size), sink);
    }
}

inline Found read_all(SegmentName name, ByteView file) {
    SegmentParser parser(name);
    Found found;
    read_all(parser, file, found);
    return found;
}

}  // namespace duet::journal
