#pragma once
// A record, its version, and the rules of equality (V6).

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/id.hpp"
#include "model/schema.hpp"
#include "model/value.hpp"

namespace duet {

/// When a record was last inserted or updated: microseconds since 1970 (UTC). See rules V0 to V2.
struct Version {
    std::int64_t micros = 0;
    auto operator<=>(const Version&) const = default;
};

/// A record's content: one value per column of the pair's Schema, in its order (null where it has
/// none).
struct Content {
    std::vector<Value> values;
    /// What the document holds beside the columns (JSON members without braces: `"a":1,"b":[2]`),
    /// carried over when a row overwrites it. Never compared. Empty on rows.
    std::string carried;
};

/// V6: null, missing and an empty collection are the same, sets and maps are unordered, everything
/// else exactly (a NaN equals itself; -0.0 differs from 0.0).
[[nodiscard]] bool same_value(const Value& left, const Value& right, const Type& type);
[[nodiscard]] bool same_content(const Content& left, const Content& right, const Schema& schema);
/// Null, or an empty list, set or map.
[[nodiscard]] bool is_empty(const Value& value);
/// A 64-bit digest that is equal for contents that `same_content` calls the same.
[[nodiscard]] std::uint64_t digest(const Content& content, const Schema& schema);
[[nodiscard]] std::size_t size_of(const Content& content);

}  // namespace duet
