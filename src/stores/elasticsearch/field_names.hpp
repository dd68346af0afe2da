#pragma once
// Columns that stand in the documents under another name (the user's choice, or since no field can
// be called so: model/names.hpp), or with a mapping of the user's choice.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stores/elasticsearch/mapping.hpp"

namespace duet::elasticsearch {

/// One of them.
struct FieldOption {
    std::string column;
    std::string field;         // its name in the documents
    std::optional<Type> type;  // of the column, where the table lacks it
    std::string mapping;  // of the field, as JSON, where the index lacks it; empty: by the type
};

class FieldNames {
public:
    FieldNames() = default;
    explicit FieldNames(std::vector<FieldOption> options) : options_(std::move(options)) {}

    /// The schema with the names of fields for those of columns, the key's too. Throws
    /// Misconfigured where two columns would be one field.
    [[nodiscard]] Schema to_fields(const Schema& schema, const std::string& index) const;
    /// The mapping that a field gets.
    [[nodiscard]] std::string mapping_of(const Column& field) const;
    /// What the mapping says by fields, said by columns: a field of the name of a column that
    /// stands elsewhere is left out and noted.
    void to_columns(MappedColumns& mapped) const;

private:
    std::vector<FieldOption> options_;

    [[nodiscard]] const FieldOption* of_column(std::string_view column) const;
    [[nodiscard]] const FieldOption* of_field(std::string_view field) const;
};

}  // namespace duet::elasticsearch
