#pragma once
// What a pair's records look like: the columns of the table and the fields of the index made one.
// Pure.

#include <cstddef>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "model/schema.hpp"

namespace duet::app {

/// What only Cassandra knows about a table beside its Schema.
struct TableLimits {
    std::string version_field = "updated_at";
    std::string expiry_field = "expires_at";
    /// Rows of the table end by themselves (TTL), so that an index needs a field for it.
    bool expires = false;
    /// Columns that somebody dropped: not added again.
    std::vector<std::string> dropped;
    /// What the [[pair]] takes of both sides, and which way.
    Shape shape;
    /// No column is added to a table that has so many already.
    std::size_t max_columns = 100;
};

struct Agreement {
    Schema schema;  // what both stores are provisioned with; notes of both sides too
    std::vector<std::string> new_columns;  // that the table lacks
    std::vector<std::string> new_fields;   // that the index lacks
};

/// The table's columns in its order, then the fields that it lacks. Where both have one, the
/// table's type holds. Throws Misconfigured where one side holds an object and the other a single
/// value: no record could be written.
[[nodiscard]] Agreement agree(const Schema& table, const Schema& index, const TableLimits& limits);

}  // namespace duet::app
