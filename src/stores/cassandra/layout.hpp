#pragma once
// What is read and written of one table: its key, the columns of the pair's schema, its version
// column.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/schema.hpp"
#include "model/value.hpp"
#include "stores/cassandra/catalog.hpp"

namespace duet::cassandra {

/// A column of the pair's schema. `present` is false where the table lacks it: it reads as null,
/// and a record that has a value there is refused.
struct LayoutColumn {
    std::string name;
    Type type;  // the table's own, where it has the column
    bool present = true;
    /// WRITETIME and TTL can be asked for (not of collections before 5.0).
    bool timed = true;
    /// One value for a whole partition: read, never written, and no part of the row's version.
    bool is_static = false;
};

/// The row's version is made of its WRITETIME, too (V1).
[[nodiscard]] inline bool tells_version(const LayoutColumn& column) {
    return column.present && column.timed && !column.is_static;
}

struct Layout {
    std::string keyspace;
    std::string table;
    Key key;
    std::vector<LayoutColumn> columns;    // in the order of the pair's schema
    std::optional<LayoutColumn> version;  // the version column, if it is of a usable type (rule V0)
    /// The server can hash clustering columns (`mask_hash`, since 5.0).
    bool hashes = false;

    /// keyspace.table
    [[nodiscard]] std::string name() const { return keyspace + "." + table; }
};

/// True for the types that a version column can have: timestamp, bigint (microseconds), timeuuid.
[[nodiscard]] bool holds_version(const Type& type);
/// How exactly such a column holds a version.
[[nodiscard]] Precision version_precision(const Type& type);
/// The value of a version column for a version, cut to what the column can hold.
[[nodiscard]] Value version_value(std::int64_t micros, const Type& type);
/// The version that a version column holds; empty when it does not fit 64 bits of microseconds.
[[nodiscard]] std::optional<std::int64_t> version_micros(const Value& value, const Type& type);

/// Cassandra 5.0 or later: it can tell the WRITETIME of non-frozen collections (`maxwritetime`),
/// and hash a value (`mask_hash`).
[[nodiscard]] bool is_modern(const std::string& release_version);

/// What to read and write of `table` for a pair with these columns; throws Misconfigured where a
/// column has another type than the pair's.
[[nodiscard]] Layout make_layout(const TableInfo& table, const Schema& schema,
                                 const std::string& version_field, bool modern);

}  // namespace duet::cassandra
