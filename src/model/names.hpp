#pragma once
// Names that only one of the stores takes, written so that the other one takes them (docs/keys.md).

#include <optional>
#include <string>
#include <string_view>

namespace duet {

/// `_x2d_` in a table's name stands for the `-` of an index's, `~o` in an index's name for the `O`
/// of a table's. Both ways back lead to the same name.
[[nodiscard]] std::string table_to_index(std::string_view name);
[[nodiscard]] std::string index_to_table(std::string_view name);

/// `%2E` in a field's name stands for the dot of a column's, and likewise for what else no field
/// can be called. Both ways back lead to the same name.
[[nodiscard]] std::string column_to_field(std::string_view name);
[[nodiscard]] std::string field_to_column(std::string_view name);

}  // namespace duet
