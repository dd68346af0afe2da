#pragma once
// Cells of small result sets (system tables, Duet's own) as plain values.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cql/session.hpp"
#include "model/value.hpp"

namespace duet::cassandra {

/// All pages of a statement without parameters. Only for tables that are small.
[[nodiscard]] Task<std::vector<cql::Rows>> query_all(cql::Session& session, std::string cql);

/// The value of a column by its name, decoded by the type that the result names; null where there
/// is no such column.
[[nodiscard]] Value cell_value(const cql::Rows& rows, std::size_t row, std::string_view column);
/// Empty where it is null or of another kind.
[[nodiscard]] std::string text_cell(const cql::Rows& rows, std::size_t row,
                                    std::string_view column);
[[nodiscard]] std::optional<std::int64_t> int_cell(const cql::Rows& rows, std::size_t row,
                                                   std::string_view column);
[[nodiscard]] std::vector<std::string> texts_cell(const cql::Rows& rows, std::size_t row,
                                                  std::string_view column);
/// The `[applied]` of a conditional statement.
[[nodiscard]] bool applied(const cql::Rows& rows);

}  // namespace duet::cassandra
