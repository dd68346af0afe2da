#pragma once
// What a pair's records look like: the columns that both sides share, in one order.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/key.hpp"
#include "model/type.hpp"

namespace duet {

struct Column {
    std::string name;
    Type type;
    bool operator==(const Column&) const = default;
};

/// How exactly a side can hold a version; stamps are compared cut to the coarser of both (rule V1).
enum class Precision : std::int32_t { microseconds = 1, milliseconds = 1'000, seconds = 1'000'000 };

/// The last microsecond since 1970 that can be held so exactly and is not after `micros`.
[[nodiscard]] std::int64_t cut(std::int64_t micros, Precision precision);

/// What one store says about its table or index, or what a pair has agreed on. The key's columns
/// and the version field are not among the columns.
struct Schema {
    std::string name;             // keyspace.table, or the index
    bool exists = false;          // describe(): the table or index is there
    Key key;                      // a table's, and a pair's
    std::vector<Column> columns;  // the order of every Record's values
    /// A table's: how exactly its version column holds a version; empty: it has none that is usable
    /// (rule V0).
    std::optional<Precision> version_precision;
    /// An index's: how exactly its version field can be written.
    Precision document_precision = Precision::microseconds;
    std::string table_id;  // a table's, and a pair's: another one after DROP and CREATE
    /// A pair's: fields of the index that are no columns, any_name where it may have others, too.
    std::vector<std::string> carried;
    /// An index's: documents may have fields that its mapping does not show.
    bool hides_fields = false;
    /// The field of a document that says when the record ends; empty: the index has none.
    std::string expiry_field;
    /// What a person should know: columns not synced and why, a version column of an unusable type.
    std::vector<std::string> notes;

    [[nodiscard]] std::optional<std::size_t> find(std::string_view column) const;
};

}  // namespace duet
