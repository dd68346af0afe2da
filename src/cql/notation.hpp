#pragma once
// The notations of the protocol's section 3: [int], [string], [bytes] and so on, read with every
// bound checked.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace duet::cql {

/// Reads a message body from front to back. Every member throws ProtocolError where the body ends
/// too early.
class BodyReader {
public:
    explicit BodyReader(ByteView body) : body_(body) {}

    [[nodiscard]] std::uint8_t read_byte() { return load<std::uint8_t>(); }
    [[nodiscard]] std::uint16_t read_short() { return load<std::uint16_t>(); }
    [[nodiscard]] std::int32_t read_int() { return load<std::int32_t>(); }
    [[nodiscard]] std::int64_t read_long() { return load<std::int64_t>(); }
    /// [string]; it points into the body.
    [[nodiscard]] std::string_view read_string() { return as_text(take(read_short())); }
    /// [short bytes]
    [[nodiscard]] ByteView read_short_bytes() { return take(read_short()); }
    /// [bytes]; empty optional: null.
    [[nodiscard]] std::optional<ByteView> read_bytes() {
        const std::int32_t length = read_int();
        if (length < 0) {
            return std::nullopt;
        }
        return take(static_cast<std::size_t>(length));
    }
    [[nodiscard]] ByteView take(std::size_t count) {
        if (count > left()) {
            throw ProtocolError("an answer of Cassandra ends too early");
        }
        const ByteView bytes = body_.subspan(position_, count);
        position_ += count;
        return bytes;
    }
    void skip(std::size_t count) { static_cast<void>(take(count)); }

    [[nodiscard]] std::size_t position() const { return position_; }
    [[nodiscard]] std::size_t left() const { return body_.size() - position_; }

private:
    template <class T>
    T load() {
        return load_big<T>(take(sizeof(T)).data());
    }

    ByteView body_;
    std::size_t position_ = 0;
};

/// Appends [string]; the text must be shorter than 64 KiB.
inline void append_string(Bytes& out, std::string_view text) {
    append_big(out, static_cast<std::uint16_t>(text.size()));
    append(out, as_bytes(text));
}

/// Appends [long string]
inline void append_long_string(Bytes& out, std::string_view text) {
    append_big(out, static_cast<std::int32_t>(text.size()));
    append(out, as_bytes(text));
}

/// Appends [short bytes]; fewer than 64 KiB.
inline void append_short_bytes(Bytes& out, ByteView bytes) {
    append_big(out, static_cast<std::uint16_t>(bytes.size()));
    append(out, bytes);
}

/// Appends [bytes]
inline void append_int_bytes(Bytes& out, ByteView bytes) {
    append_big(out, static_cast<std::int32_t>(bytes.size()));
    append(out, bytes);
}

}  // namespace duet::cql
