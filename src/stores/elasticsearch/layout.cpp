#include "stores/elasticsearch/layout.hpp"

#include "elastic/client.hpp"
#include "stores/elasticsearch/mapping.hpp"

namespace duet::elasticsearch {

namespace {

bool is_number(const Type& type) {
    return type.kind >= Kind::tinyint && type.kind <= Kind::double_;
}

std::string prefix_of(std::string_view name) {
    std::string prefix;
    elastic::append_json_string(prefix, name);
    prefix += ':';
    return prefix;
}

Field field_of(const std::string& name, const Type& type, const Json& properties) {
    Field field;
    field.name = name;
    field.prefix = prefix_of(field.name);
    field.type = type;
    const Json mapped = properties[field.name];
    if (mapped["format"].exists()) field.dates = DateFormat(mapped["format"].text());
    if (type.kind == Kind::text && holds_json(mapped)) field.type.holds_json = true;
    const std::string_view kind = mapped["type"].text();
    field.finite = kind == "dense_vector";
    const bool strict = mapped["coerce"].text() == "false";
    field.bare = strict || is_integer_field(kind);
    if (is_number_field(kind) && !strict && is_number(type)) field.blank.emplace();
    if (kind == "boolean" && type.kind == Kind::boolean) field.blank.emplace(false);
    return field;
}

}  // namespace

Layout::Layout(const Schema& schema, const Json& properties, std::string version_field,
               StampFormat stamps)
    : key_(schema.key),
      version_field_(std::move(version_field)),
      version_prefix_(prefix_of(version_field_)),
      stamps_(std::move(stamps)) {
    fields_.reserve(schema.columns.size());
    for (const Column& column : schema.columns) {
        fields_.push_back(field_of(column.name, column.type, properties));
    }
    if (key_.is_composite()) {
        for (const KeyColumn& column : key_.columns()) {
            key_fields_.push_back(field_of(column.name, column.type, properties));
        }
    }
    for (std::size_t i = 0; i < fields_.size(); ++i) places_.emplace(fields_[i].name, i);
}

std::optional<std::size_t> Layout::find(std::string_view name, std::size_t guess) const {
    if (guess < fields_.size() && fields_[guess].name == name) return guess;
    const auto found = places_.find(name);
    return found == places_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace duet::elasticsearch
