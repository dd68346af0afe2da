#pragma once
// Variable-length integers as Cassandra writes them: the number of leading one bits of the first
// byte is the number of bytes that follow it.

#include <bit>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace duet {

/// Appends an unsigned integer in its shortest form.
inline void append_vint(Bytes& out, std::uint64_t value) {
    const int bits = value == 0 ? 1 : static_cast<int>(std::bit_width(value));
    const int extra =
        bits > 56 ? 8 : (bits - 1) / 7;  // nine bytes hold 64 bits, fewer hold seven each
    if (extra == 8) {
        out.push_back(0xFF);
        append_big(out, value);
        return;
    }
    const auto lead = static_cast<std::uint8_t>(0xFF00U >> extra);
    out.push_back(static_cast<std::uint8_t>(lead | (value >> (8 * extra))));
    for (int i = extra; i-- > 0;) {
        out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
}

/// Takes an unsigned integer off the front; empty when the bytes end before it does.
[[nodiscard]] inline std::optional<std::uint64_t> take_vint(ByteView& bytes) {
    if (bytes.empty()) {
        return std::nullopt;
    }
    const auto extra = static_cast<std::size_t>(std::countl_one(bytes[0]));
    if (bytes.size() < extra + 1) {
        return std::nullopt;
    }
    std::uint64_t value = extra >= 7 ? 0 : bytes[0] & (0xFFU >> (extra + 1));
    for (std::size_t i = 1; i <= extra; ++i) {
        value = (value << 8) | bytes[i];
    }
    bytes = bytes.subspan(extra + 1);
    return value;
}

[[nodiscard]] constexpr std::uint64_t zigzag(std::int64_t value) {
    return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
[[nodiscard]] constexpr std::int64_t unzigzag(std::uint64_t value) {
    return static_cast<std::int64_t>((value >> 1) ^ (0 - (value & 1)));
}

}  // namespace duet
