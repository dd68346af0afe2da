#pragma once
// One value of a record, independent of both stores. Its meaning comes from the Type beside it.

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/decimal.hpp"
#include "base/uuid.hpp"

namespace duet {

struct Value;

/// A CQL duration; the three parts do not convert into each other.
struct Duration {
    std::int32_t months = 0;
    std::int32_t days = 0;
    std::int64_t nanoseconds = 0;
    bool operator==(const Duration&) const = default;
};

struct Blob {
    Bytes bytes;
    bool operator==(const Blob&) const = default;
};

/// An IPv4 (4 bytes) or IPv6 (16 bytes) address.
struct Inet {
    std::uint8_t size = 4;
    std::array<std::uint8_t, 16> bytes{};
    bool operator==(const Inet&) const = default;
};

/// Elements of a list, set, tuple, vector or UDT (the Type says which); tuples and UDTs may hold
/// nulls.
using List = std::vector<Value>;
/// Entries of a map.
using Map = std::vector<std::pair<Value, Value>>;

/// Null is std::monostate. Held per kind (model/type.hpp):
///   bool: boolean          std::int64_t: tinyint smallint int bigint counter; timestamp
///   (milliseconds since 1970);
///                                       date (days since 1970); time (nanoseconds since midnight)
///   float: float           double: double
///   std::string: ascii text (UTF-8)     Blob: blob     Uuid: uuid timeuuid     Inet: inet
///   BigInteger: varint     Decimal: decimal    Duration: duration
///   List: list set tuple vector udt     Map: map
struct Value {
    std::variant<std::monostate, bool, std::int64_t, float, double, std::string, Blob, Uuid, Inet,
                 BigInteger, Decimal, Duration, List, Map>
        held;

    Value() = default;
    template <class T>
        requires(!std::is_same_v<std::remove_cvref_t<T>, Value>)
    Value(T&& value)
        : held(std::forward<T>(value)) {
    }  // NOLINT(google-explicit-constructor): a value is what it holds

    [[nodiscard]] bool is_null() const { return held.index() == 0; }
    template <class T>
    [[nodiscard]] const T& get() const {
        return std::get<T>(held);
    }
    template <class T>
    [[nodiscard]] const T* get_if() const {
        return std::get_if<T>(&held);
    }
    bool operator==(
        const Value& other) const;  // bit for bit; what V6 calls equal is `same_content`
};

/// An approximation of the memory that a value takes, in bytes (for the limits on content in
/// flight).
[[nodiscard]] std::size_t size_of(const Value& value);

}  // namespace duet
