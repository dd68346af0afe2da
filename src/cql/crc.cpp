#include "cql/crc.hpp"

#include <zlib.h>

#include <array>

namespace duet::cql {

std::uint32_t crc24(ByteView header) {
    constexpr std::uint32_t polynomial = 0x1974F0B;
    std::uint32_t crc = 0x875060;
    for (const std::uint8_t byte : header) {
        crc ^= static_cast<std::uint32_t>(byte) << 16;
        for (int bit = 0; bit < 8; ++bit) {
            crc <<= 1;
            if ((crc & 0x1000000U) != 0) {
                crc ^= polynomial;
            }
        }
    }
    return crc;
}

std::uint32_t crc32_salted(ByteView payload) {
    static const uLong salted = [] {
        constexpr std::array<std::uint8_t, 4> salt = {0xFA, 0x2D, 0x55, 0xCA};
        return crc32(crc32(0, nullptr, 0), salt.data(), static_cast<uInt>(salt.size()));
    }();
    if (payload.empty()) return static_cast<std::uint32_t>(salted);  // zlib starts anew at a null
    return static_cast<std::uint32_t>(crc32_z(salted, payload.data(), payload.size()));
}

}  // namespace duet::cql
