#pragma once
// Bytes from hexadecimal digits, as captured from a server.

#include <stdexcept>
#include <string_view>

#include "base/bytes.hpp"

namespace duet::cql {

inline Bytes bytes_of(std::string_view hex) {
    const auto digit = [](char c) {
        if (c >= '0' && c <= '9') return c - '0';
        if (c >= 'a' && c <= 'f') return c - 'a' + 10;
        throw std::invalid_argument("not a hexadecimal digit");
    };
    Bytes bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        bytes.push_back(static_cast<std::uint8_t>(digit(hex[i]) * 16 + digit(hex[i + 1])));
    }
    return bytes;
}

}  // namespace duet::cql
