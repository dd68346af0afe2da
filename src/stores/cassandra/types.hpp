#pragma once
// CQL types: their text in system_schema, their form in the protocol's metadata, and how a table is
// made of them.

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "cql/type.hpp"
#include "model/type.hpp"

namespace duet::cassandra {

/// The user types of a keyspace by name.
using UserTypes = std::map<std::string, Type, std::less<>>;

constexpr int max_type_depth = 32;  // nesting; parsing recurses

/// Reads `map<text, frozen<list<int>>>`. Empty when the text is no type that Duet knows (a custom
/// type, a user type that is not among `user_types`).
[[nodiscard]] std::optional<Type> parse_type(std::string_view cql, const UserTypes& user_types);

/// The type of a result's or parameter's column; empty for a custom type other than vector. The
/// protocol does not tell what is frozen.
[[nodiscard]] std::optional<Type> from_column_type(const cql::ColumnType& type);

/// The same values in the same bytes: all but `frozen`, `holds_json` and the user type's name.
[[nodiscard]] bool same_shape(const Type& left, const Type& right);

/// As it must be declared: everything inside of a collection is frozen.
[[nodiscard]] Type declared(Type type);

}  // namespace duet::cassandra
