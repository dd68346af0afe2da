// UTF-8, and values as people read them in messages.

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "stores/cassandra/codec.hpp"

namespace duet::cassandra {
namespace {

/// The length of the well-formed sequence at the start of the bytes, 0: there is none.
std::size_t sequence_length(ByteView bytes) {
    const std::uint8_t lead = bytes[0];
    const auto tail = [&](std::size_t i, std::uint8_t low = 0x80, std::uint8_t high = 0xBF) {
        return i < bytes.size() && bytes[i] >= low && bytes[i] <= high;
    };
    if (lead < 0x80) {
        return 1;
    }
    if (lead >= 0xC2 && lead <= 0xDF) {
        return tail(1) ? 2 : 0;
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
        const std::uint8_t low = lead == 0xE0 ? 0xA0 : 0x80;   // no overlong forms
        const std::uint8_t high = lead == 0xED ? 0x9F : 0xBF;  // no surrogates
        return tail(1, low, high) && tail(2) ? 3 : 0;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        const std::uint8_t low = lead == 0xF0 ? 0x90 : 0x80;
        const std::uint8_t high = lead == 0xF4 ? 0x8F : 0xBF;  // nothing beyond U+10FFFF
        return tail(1, low, high) && tail(2) && tail(3) ? 4 : 0;
    }
    return 0;
}

std::string cut(std::string_view text) {
    std::size_t size = std::min(text.size(), shown_value_limit);
    while (size > 0 && size < text.size() &&
           (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80) {
        --size;  // not in the middle of a character
    }
    return std::string(text.substr(0, size));
}

std::string hex(ByteView bytes) {
    return "0x" + to_hex(bytes.first(std::min(bytes.size(), shown_value_limit / 2 - 1)));
}

std::string shown_parts(const List& list) {
    std::string text = "[";
    for (const Value& value : list) {
        text += text.size() > 1 ? ", " : "";
        text += shown(value);
        if (text.size() > shown_value_limit) {
            break;
        }
    }
    return cut(text + "]");
}

std::string shown_entries(const Map& map) {
    std::string text = "{";
    for (const auto& [key, value] : map) {
        text += text.size() > 1 ? ", " : "";
        text += shown(key) + ": " + shown(value);
        if (text.size() > shown_value_limit) {
            break;
        }
    }
    return cut(text + "}");
}

struct Show {
    std::string operator()(std::monostate) const { return "null"; }
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(std::int64_t value) const { return std::to_string(value); }
    std::string operator()(float value) const { return fmt::format("{}", value); }
    std::string operator()(double value) const { return fmt::format("{}", value); }
    std::string operator()(const std::string& text) const {
        return is_utf8(as_bytes(text)) ? cut(text) : hex(as_bytes(text));
    }
    std::string operator()(const Blob& blob) const { return hex(blob.bytes); }
    std::string operator()(const Uuid& id) const { return id.to_string(); }
    std::string operator()(const Inet& address) const { return hex(address.bytes); }
    std::string operator()(const BigInteger& number) const { return cut(number.digits); }
    std::string operator()(const Decimal& number) const { return cut(number.to_string()); }
    std::string operator()(const Duration& value) const {
        return fmt::format("{}mo{}d{}ns", value.months, value.days, value.nanoseconds);
    }
    std::string operator()(const List& list) const { return shown_parts(list); }
    std::string operator()(const Map& map) const { return shown_entries(map); }
};

}  // namespace

bool is_utf8(ByteView bytes) {
    std::size_t i = 0;
    while (i < bytes.size()) {
        // Most text is ASCII: eight bytes at a time.
        while (bytes.size() - i >= 8) {
            std::uint64_t word = 0;
            std::memcpy(&word, bytes.data() + i, 8);
            if ((word & 0x8080'8080'8080'8080U) != 0) {
                break;
            }
            i += 8;
        }
        if (i == bytes.size()) {
            return true;
        }
        const std::size_t length = sequence_length(bytes.subspan(i));
        if (length == 0) {
            return false;
        }
        i += length;
    }
    return true;
}

bool is_ascii(ByteView bytes) {
    return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte < 0x80; });
}

std::string shown(const Value& value) { return std::visit(Show(), value.held); }

}  // namespace duet::cassandra
