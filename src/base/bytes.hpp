#pragma once
// Byte buffers, and reading and writing of big-endian integers in them.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace duet {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// The bytes of a text; they live as long as the text.
[[nodiscard]] inline ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// The text of some bytes, unchecked; it lives as long as the bytes.
[[nodiscard]] inline std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Reads an unsigned or signed big-endian integer at the start of `bytes`, which must hold it.
template <std::integral T>
[[nodiscard]] constexpr T load_big(const std::uint8_t* bytes) {
    std::make_unsigned_t<T> value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        value = static_cast<std::make_unsigned_t<T>>((value << (sizeof(T) > 1 ? 8 : 0)) | bytes[i]);
    }
    return static_cast<T>(value);
}

/// Appends an integer, big-endian.
template <std::integral T>
void append_big(Bytes& out, T value) {
    const auto bits = static_cast<std::make_unsigned_t<T>>(value);
    for (std::size_t i = sizeof(T); i-- > 0;) {
        out.push_back(static_cast<std::uint8_t>(bits >> (8 * i)));
    }
}

/// Appends raw bytes.
inline void append(Bytes& out, ByteView bytes) {
    out.insert(out.end(), bytes.begin(), bytes.end());
}

/// Lower-case hexadecimal digits of the bytes.
[[nodiscard]] std::string to_hex(ByteView bytes);

/// RFC 4648 base64 with padding.
[[nodiscard]] std::string to_base64(ByteView bytes);

/// Decodes RFC 4648 base64 (padding optional); false when the text is not base64.
[[nodiscard]] bool from_base64(std::string_view text, Bytes& out);

}  // namespace duet
