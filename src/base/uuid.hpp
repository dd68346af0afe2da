#pragma once
// UUIDs (RFC 4122): the identity of a record on both sides, and two CQL types.

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace duet {

struct Uuid {
    std::array<std::uint8_t, 16> bytes{};

    /// Accepts only the canonical form: 8-4-4-4-12 hexadecimal digits in lower case.
    [[nodiscard]] static std::optional<Uuid> parse(std::string_view text);
    /// As `parse`, and upper-case digits too (a UUID that is a value rather than an `_id`).
    [[nodiscard]] static std::optional<Uuid> parse_any_case(std::string_view text);
    /// A version 4 UUID from 128 random bits.
    [[nodiscard]] static Uuid version4(std::uint64_t high, std::uint64_t low);
    /// A version 1 (time) UUID of a moment, microseconds since 1970.
    [[nodiscard]] static Uuid version1(std::int64_t micros, std::uint64_t clock_and_node);

    [[nodiscard]] int version() const { return bytes[6] >> 4; }
    /// The moment of a version 1 UUID in microseconds since 1970.
    [[nodiscard]] std::int64_t micros() const;
    /// The canonical form.
    [[nodiscard]] std::string to_string() const;
    /// Appends the canonical form.
    void append_to(std::string& out) const;

    auto operator<=>(const Uuid&) const = default;
};

}  // namespace duet

template <>
struct std::hash<duet::Uuid> {
    std::size_t operator()(const duet::Uuid& id) const noexcept;
};
