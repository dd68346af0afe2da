#pragma once
// The CQL text of everything that is asked of a table. Identifiers are always quoted.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/store.hpp"
#include "stores/cassandra/layout.hpp"

namespace duet::cassandra {

/// `"name"`, inner quotes doubled.
[[nodiscard]] std::string quoted(std::string_view identifier);
/// `'text'`, inner quotes doubled.
[[nodiscard]] std::string literal(std::string_view text);
/// `"keyspace"."table"`
[[nodiscard]] std::string table_name(std::string_view keyspace, std::string_view table);

/// A row is read as: the key's columns, then for the version column and each present column value,
/// write time (where it is timed) and TTL. Of a key of one column the parameter is the list of
/// keys; else they are the partition key's columns and, where there are clustering columns, the
/// list of their tuples. Where only versions are asked for, of the column values nothing but the
/// write times that a version is made of.
[[nodiscard]] std::string select_by_keys(const Layout& layout, Detail detail = Detail::contents);
/// The same of a token range. Parameters: after, upto.
[[nodiscard]] std::string select_by_token(const Layout& layout, Detail detail);
/// The same by the version column, which has an index. Parameters: from, upto; both included.
[[nodiscard]] std::string select_by_version(const Layout& layout);
/// Parameters: the key's columns, the present columns in their order but for static ones, the
/// version column's value, the timestamp, the TTL.
[[nodiscard]] std::string insert_row(const Layout& layout);

constexpr std::int64_t longest_ttl = 630'720'000;  // Cassandra's limit: 20 years of seconds

/// The comment of tables that Duet made: their indexes are Duet's business.
constexpr std::string_view made_by_duet = "made by Duet";
/// Parameters: the timestamp, the key.
[[nodiscard]] std::string delete_row(const Layout& layout);

constexpr std::size_t digest_columns = 30;  // columns of one digest query; more are split

/// Digests of a token range (parameters: after, upto). The first starts with the count and the sum
/// of what tells rows apart (keys.hpp), and of a table with clustering columns the lowest and the
/// highest token; then two numbers for each present column that is timed (one where it is not), the
/// version column last.
[[nodiscard]] std::vector<std::string> digest_queries(const Layout& layout);
/// The columns of a digest, in its order.
[[nodiscard]] std::vector<const LayoutColumn*> digested_columns(const Layout& layout);
/// Asks no less than digest_queries of a range where every row has the columns that are marked in
/// `together`, in the order of digested_columns: of these there is one sum, at the end of each
/// query. Without parameters: which columns these are differs from range to range, and the server
/// would have to remember each such statement.
[[nodiscard]] std::vector<std::string> proof_queries(const Layout& layout, TokenRange range,
                                                     const std::vector<bool>& together);

/// CREATE TABLE with the schema's key and columns and a version column (a timestamp). The key that
/// nobody has chosen is a uuid called "id", or "_id" where a column is called so.
[[nodiscard]] std::string create_table(const std::string& keyspace, const std::string& table,
                                       const Schema& schema, const std::string& version_field);
/// An index that answers select_by_version.
[[nodiscard]] std::string create_version_index(const std::string& keyspace,
                                               const std::string& table,
                                               const std::string& version_field);
[[nodiscard]] std::string add_columns(const std::string& keyspace, const std::string& table,
                                      const std::vector<Column>& columns);

}  // namespace duet::cassandra
