#pragma once
// From a Write to the values of insert_row: pure.

#include <cstdint>
#include <variant>
#include <vector>

#include "cql/session.hpp"
#include "model/store.hpp"
#include "stores/cassandra/layout.hpp"

namespace duet::cassandra {

/// A row ready to be sent.
struct BoundRow {
    std::vector<cql::Bound> values;
    std::size_t bytes = 0;  // about as the server counts a mutation (batch_size_warn_threshold)
};

/// The whole record: values where the winner has them, null where only `previous` had one, the rest
/// left alone; static columns always. A refusal where a value does not fit its column, the id is no
/// key of the table, or the record is too large or ends too late. `now`, in seconds since 1970:
/// when the server will count the TTL from.
[[nodiscard]] std::variant<BoundRow, Refusal> bind_row(const Layout& layout, const Write& write,
                                                       std::int64_t now);

/// Null for these columns (indices of the layout's) and nothing else, at the write's timestamp.
[[nodiscard]] BoundRow bind_nulls(const Layout& layout, const Write& write,
                                  const std::vector<std::size_t>& columns, std::int64_t now);

/// For delete_row, of a row that was read.
[[nodiscard]] BoundRow bind_removal(const Layout& layout, const Removal& removal);

/// A list of keys of one column for `IN ?`; what is no key of the table is left out.
[[nodiscard]] cql::Bound bind_keys(const Key& key, std::span<const Id> ids);
/// A value that is not null.
[[nodiscard]] cql::Bound bind_value(const Value& value, const Type& type);
[[nodiscard]] cql::Bound bind_bigint(std::int64_t value);

/// Cassandra stores cells for this value: not for null, nor for an empty non-frozen collection or
/// tuple.
[[nodiscard]] bool is_stored(const Value& value, const Type& type);

/// What `write` adds to the digest that digest_queries asks for.
[[nodiscard]] RangeDigest digest_of_write(const Layout& layout, const Write& write,
                                          std::int64_t token);

}  // namespace duet::cassandra
