#include "stores/elasticsearch/field_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/error.hpp"
#include "model/names.hpp"

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
    // Also a column that nobody has yet: its field would become it.
    std::map<std::string, std::string> owners;
    for (const FieldOption& option : options_) owners.emplace(option.field, option.column);
    const auto rename = [&](std::string& column) {
        const FieldOption* option = of_column(column);
        std::string field = option == nullptr ? column_to_field(column) : option->field;
        const auto [owner, fresh] = owners.emplace(field, column);
        if (!fresh && owner->second != column) {
            throw Misconfigured(fmt::format("index {}: columns {} and {} would both be field {}",
                                            index, owner->second, column, field),
                                "give one of them another field in a [[pair.field]]");
        }
        column = std::move(field);
    };
    for (Column& column : fields.columns) rename(column.name);
    if (schema.key.is_composite()) {
        std::vector<KeyColumn> key = schema.key.columns();
        for (KeyColumn& column : key) rename(column.name);
        fields.key = Key(std::move(key));
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
        if (column.name.find('.') != std::string::npos) {
            mapped.notes.push_back(
                fmt::format("field {} stays in the documents: the mapping makes no objects of dots "
                            "(subobjects: false)",
                            column.name));
            continue;
        }
        const FieldOption* option = of_field(column.name);
        std::string own = field_to_column(column.name);
        const FieldOption* elsewhere = option == nullptr ? of_column(own) : nullptr;
        if (elsewhere != nullptr) {
            mapped.notes.push_back(
                fmt::format("field {0} stays in the documents: column {0} "
                            "stands in field {1} ([[pair.field]])",
                            own, elsewhere->field));
            continue;
        }
        column.name = std::move(own);
        if (option != nullptr) {
            column.name = option->column;
            if (option->type) column.type = *option->type;
        }
        columns.push_back(std::move(column));
    }
    mapped.columns = std::move(columns);
}

}  // namespace duet::elasticsearch
