#include "stores/elasticsearch/field_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/error.hpp"

namespace duet::elasticsearch {

const FieldOption* FieldNames::of_column(std::string_view column) const {
    const auto found = std::ranges::find(options_, column, &FieldOption::column);
    return found == options_.end() ? nullptr : &*found;
}

const FieldOption* FieldNames::of_field(std::string_view field) const {
    const auto found = std::ranges::find(options_, field, &FieldOption::field);
    return found == options_.end() ? nullptr : &*found;
}

Schema FieldNames::to_fields(const Schema& schema, const std::string& index) const {
    Schema fields = schema;
    std::map<std::string, std::string> owners;
    for (Column& column : fields.columns) {
        const FieldOption* option = of_column(column.name);
        std::string field = option == nullptr ? column.name : option->field;
        const auto [owner, fresh] = owners.emplace(field, column.name);
        if (!fresh) {
            throw Misconfigured(fmt::format("index {}: columns {} and {} would both be field {}",
                                            index, owner->second, column.name, field),
                                "give one of them another field in a [[pair.field]]");
        }
        column.name = std::move(field);
    }
    return fields;
}

std::string FieldNames::mapping_of(const Column& field) const {
    const FieldOption* option = of_field(field.name);
    const bool chosen = option != nullptr && !option->mapping.empty();
    return chosen ? option->mapping : elasticsearch::mapping_of(field.type);
}

void FieldNames::to_columns(MappedColumns& mapped) const {
    std::vector<Column> columns;
    for (Column& column : mapped.columns) {
        const FieldOption* option = of_field(column.name);
        const FieldOption* elsewhere = option == nullptr ? of_column(column.name) : nullptr;
        if (elsewhere != nullptr) {
            mapped.notes.push_back(
                fmt::format("field {0} stays in the documents: column {0} "
                            "stands in field {1} ([[pair.field]])",
                            column.name, elsewhere->field));
            continue;
        }
        if (option != nullptr) {
            column.name = option->column;
            if (option->type) column.type = *option->type;
        }
        columns.push_back(std::move(column));
    }
    mapped.columns = std::move(columns);
}

}  // namespace duet::elasticsearch
