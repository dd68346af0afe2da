#pragma once
// Names of indices from names of tables, and back.

#include <optional>
#include <string>
#include <string_view>

namespace duet::app {

struct TableName {
    std::string keyspace;
    std::string table;
    bool operator==(const TableName&) const = default;
};

/// What is wrong with a pattern such as "{keyspace}.{table}"; empty: nothing. A pattern without
/// {table} serves one table only.
[[nodiscard]] std::optional<std::string> pattern_problem(std::string_view pattern, bool one_table);

[[nodiscard]] std::string index_name(std::string_view pattern, const TableName& name);

/// The table that the pattern gives this index name for; empty: there is none, or more than one. A
/// given keyspace is the only one that {keyspace} stands for; a given table is the one that a
/// pattern without {table} serves.
[[nodiscard]] std::optional<TableName> table_name(std::string_view pattern, std::string_view index,
                                                  const TableName& given);

}  // namespace duet::app
