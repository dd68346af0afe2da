#pragma once
// From the rows of system_schema to a TableInfo: pure.

#include <cstdint>
#include <string>
#include <vector>

#include "base/uuid.hpp"
#include "stores/cassandra/catalog.hpp"
#include "stores/cassandra/types.hpp"

namespace duet::cassandra {

struct RawColumn {
    std::string name;
    std::string kind;  // partition_key, clustering, regular, static
    std::string type;
    std::int64_t position = -1;  // in the partition key, or among the clustering columns
};

struct RawTable {
    std::string keyspace;
    std::string table;
    Uuid table_id;
    bool cdc = false;
    std::int64_t altered_at = 0;
    std::int64_t default_ttl = 0;
    std::string comment;
    std::vector<std::string> range_indexed;
    std::vector<std::string> flags;  // compound, and for old tables dense, super, counter
    std::vector<RawColumn> columns;
    std::vector<std::string> dropped;
};

/// A user type as system_schema.types holds it.
struct TypeDefinition {
    std::string name;
    std::vector<std::string> field_names;
    std::vector<std::string> field_types;
};

/// User types may use each other, in any order; those that use what Duet does not know are left
/// out.
[[nodiscard]] UserTypes resolve_types(const std::vector<TypeDefinition>& definitions);

/// What Duet can do with a table, and the reason where that is nothing.
[[nodiscard]] TableInfo interpret(const RawTable& raw, const UserTypes& types);

}  // namespace duet::cassandra
