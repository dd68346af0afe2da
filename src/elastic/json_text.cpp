#include <array>
#include <cstdint>

#include "elastic/client.hpp"

namespace duet::elastic {
namespace {

constexpr std::string_view hex_digits = "0123456789ABCDEF";
constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

bool is_unreserved(unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

unsigned char at(std::string_view text, std::size_t i) {
    return static_cast<unsigned char>(text[i]);
}

/// What stands at the start of a text that does not begin with an ASCII character.
struct Sequence {
    std::size_t length = 1;
    bool valid = false;
};

/// The range of the second byte says what overlong forms, surrogates and U+110000 and above are
/// (Unicode, table 3-7). An invalid sequence ends before the first byte that cannot belong to it.
Sequence sequence_at(std::string_view text) {
    const unsigned char lead = at(text, 0);
    std::size_t length = 0;
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) {
        length = 2;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
        length = 3;
        if (lead == 0xE0) low = 0xA0;
        if (lead == 0xED) high = 0x9F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
        length = 4;
        if (lead == 0xF0) low = 0x90;
        if (lead == 0xF4) high = 0x8F;
    } else {
        return {};
    }
    for (std::size_t i = 1; i < length; ++i) {
        if (i >= text.size() || at(text, i) < low || at(text, i) > high) {
            return {.length = i, .valid = false};
        }
        low = 0x80;
        high = 0xBF;
    }
    return {.length = length, .valid = true};
}

/// An ASCII character that may not stand in a JSON string as it is.
void append_escaped(std::string& out, unsigned char c) {
    switch (c) {
        case '"': out += "\\\""; return;
        case '\\': out += "\\\\"; return;
        case '\n': out += "\\n"; return;
        case '\r': out += "\\r"; return;
        case '\t': out += "\\t"; return;
        default: break;
    }
    out += "\\u00";
    out += hex_digits[c >> 4];
    out += hex_digits[c & 0xF];
}

}  // namespace

std::string escape_segment(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (is_unreserved(byte)) {
            out += c;
            continue;
        }
        out += '%';
        out += hex_digits[byte >> 4];
        out += hex_digits[byte & 0xF];
    }
    return out;
}

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    std::size_t copied = 0;  // everything before it is in `out`
    for (std::size_t i = 0; i < text.size();) {
        const unsigned char c = at(text, i);
        if (c >= 0x80) {
            const Sequence sequence = sequence_at(text.substr(i));
            if (!sequence.valid) {
                out.append(text.substr(copied, i - copied)).append(replacement);
                copied = i + sequence.length;
            }
            i += sequence.length;
            continue;
        }
        if (c < 0x20 || c == '"' || c == '\\') {
            out.append(text.substr(copied, i - copied));
            append_escaped(out, c);
            copied = i + 1;
        }
        ++i;
    }
    out.append(text.substr(copied)).append("\"");
}

}  // namespace duet::elastic
