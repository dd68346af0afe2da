#include "base/uuid.hpp"

#include <cstring>

#include "base/bytes.hpp"

namespace duet {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::size_t text_size = 36;
/// RFC 4122 counts 100 ns since 1582-10-15; this is 1970-01-01 there.
constexpr std::int64_t ticks_of_1970 = 0x01B2'1DD2'1381'4000;
constexpr std::uint64_t ticks_mask = (std::uint64_t{1} << 60) - 1;

constexpr bool is_hyphen_place(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

/// The value of a hexadecimal digit, 16 for anything else.
constexpr unsigned digit_value(char digit, bool any_case) {
    if (digit >= '0' && digit <= '9') {
        return static_cast<unsigned>(digit - '0');
    }
    if (digit >= 'a' && digit <= 'f') {
        return static_cast<unsigned>(digit - 'a') + 10;
    }
    if (any_case && digit >= 'A' && digit <= 'F') {
        return static_cast<unsigned>(digit - 'A') + 10;
    }
    return 16;
}

std::optional<Uuid> parse_digits(std::string_view text, bool any_case) {
    if (text.size() != text_size) {
        return std::nullopt;
    }
    Uuid id;
    std::size_t digits = 0;
    for (std::size_t i = 0; i < text_size; ++i) {
        if (is_hyphen_place(i)) {
            if (text[i] != '-') {
                return std::nullopt;
            }
            continue;
        }
        const unsigned value = digit_value(text[i], any_case);
        if (value > 15) {
            return std::nullopt;
        }
        std::uint8_t& byte = id.bytes[digits / 2];
        byte = static_cast<std::uint8_t>((unsigned{byte} << 4) | value);
        ++digits;
    }
    return id;
}

void store_big(std::uint8_t* out, std::uint64_t value) {
    for (std::size_t i = 0; i < 8; ++i) {
        out[i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
    }
}

void set_variant(Uuid& id) {
    id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3fU) | 0x80U);
}

}  // namespace

std::optional<Uuid> Uuid::parse(std::string_view text) { return parse_digits(text, false); }

std::optional<Uuid> Uuid::parse_any_case(std::string_view text) { return parse_digits(text, true); }

Uuid Uuid::version4(std::uint64_t high, std::uint64_t low) {
    Uuid id;
    store_big(id.bytes.data(), high);
    store_big(id.bytes.data() + 8, low);
    id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0fU) | 0x40U);
    set_variant(id);
    return id;
}

Uuid Uuid::version1(std::int64_t micros, std::uint64_t clock_and_node) {
    // Modulo 2^60, as the format has no more bits; unsigned, so that a far moment only wraps.
    const std::uint64_t ticks =
        (static_cast<std::uint64_t>(micros) * 10 + std::uint64_t{ticks_of_1970}) & ticks_mask;
    const std::uint64_t low = ticks & 0xffff'ffffU;
    const std::uint64_t middle = (ticks >> 32) & 0xffffU;
    Uuid id;
    store_big(id.bytes.data(), (low << 32) | (middle << 16) | 0x1000U | (ticks >> 48));
    store_big(id.bytes.data() + 8, clock_and_node);
    set_variant(id);
    return id;
}

std::int64_t Uuid::micros() const {
    const auto high = load_big<std::uint64_t>(bytes.data());
    const std::uint64_t ticks =
        ((high & 0xfffU) << 48) | ((high >> 16 & 0xffffU) << 32) | (high >> 32);
    const std::int64_t since_1970 = static_cast<std::int64_t>(ticks) - ticks_of_1970;
    return since_1970 >= 0 ? since_1970 / 10 : -((9 - since_1970) / 10);
}

std::string Uuid::to_string() const {
    std::string text;
    append_to(text);
    return text;
}

void Uuid::append_to(std::string& out) const {
    const std::size_t start = out.size();
    out.resize(start + text_size, '-');
    std::size_t place = start;
    for (const std::uint8_t byte : bytes) {
        if (is_hyphen_place(place - start)) {
            ++place;
        }
        out[place++] = hex_digits[byte >> 4];
        out[place++] = hex_digits[byte & 15U];
    }
}

}  // namespace duet

std::size_t std::hash<duet::Uuid>::operator()(const duet::Uuid& id) const noexcept {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    std::memcpy(&high, id.bytes.data(), sizeof high);
    std::memcpy(&low, id.bytes.data() + sizeof high, sizeof low);
    // Mixed, because ids made by other programs need not be random.
    constexpr std::uint64_t odd = 0xD6E8'FEB8'6659'FD93U;
    high = (high ^ (high >> 32)) * odd;
    low ^= high ^ (high >> 32);
    low = (low ^ (low >> 32)) * odd;
    return static_cast<std::size_t>(low ^ (low >> 32));
}
