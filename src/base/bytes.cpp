#include "base/bytes.hpp"

#include <array>

namespace duet {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t no_digit = 0xff;

constexpr std::array<std::uint8_t, 256> base64_values = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(no_digit);
    for (std::size_t i = 0; i < base64_digits.size(); ++i) {
        values[static_cast<std::uint8_t>(base64_digits[i])] = static_cast<std::uint8_t>(i);
    }
    return values;
}();

}  // namespace

std::string to_hex(ByteView bytes) {
    std::string text;
    text.reserve(2 * bytes.size());
    for (const std::uint8_t byte : bytes) {
        text += hex_digits[byte >> 4];
        text += hex_digits[byte & 15U];
    }
    return text;
}

std::string to_base64(ByteView bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    std::uint32_t bits = 0;
    int pending = 0;  // bits not yet written, 0 to 5 after each byte
    for (const std::uint8_t byte : bytes) {
        bits = (bits << 8) | byte;
        for (pending += 8; pending >= 6; pending -= 6) {
            text += base64_digits[(bits >> (pending - 6)) & 63U];
        }
    }
    if (pending > 0) {
        text += base64_digits[(bits << (6 - pending)) & 63U];
    }
    text.append((4 - text.size() % 4) % 4, '=');
    return text;
}

bool from_base64(std::string_view text, Bytes& out) {
    if (text.size() % 4 == 0) {  // else it is not padded, and '=' is no digit
        for (int i = 0; i < 2 && text.ends_with('='); ++i) {
            text.remove_suffix(1);
        }
    }
    if (text.size() % 4 == 1) {
        return false;
    }
    out.clear();
    out.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    int pending = 0;
    for (const char digit : text) {
        const std::uint8_t value = base64_values[static_cast<std::uint8_t>(digit)];
        if (value == no_digit) {
            return false;
        }
        bits = (bits << 6) | value;
        pending += 6;
        if (pending >= 8) {
            pending -= 8;
            out.push_back(static_cast<std::uint8_t>(bits >> pending));
        }
    }
    return true;
}

}  // namespace duet
