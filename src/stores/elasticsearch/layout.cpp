#include "stores/elasticsearch/layout.hpp"

#include "elastic/client.hpp"
#include "stores/elasticsearch/mapping.hpp"

namespace duet::elasticsearch {

namespace {

std::string prefix_of(std::string_view name) {
    std::string prefix;
    elastic::append_json_string(prefix, name);
    prefix += ':';
    return prefix;
}

}  // namespace

Layout::Layout(const Schema& schema, const Json& properties, std::string version_field,
               StampFormat stamps)
    : version_field_(std::move(version_field)),
      version_prefix_(prefix_of(version_field_)),
      stamps_(std::move(stamps)) {
    fields_.reserve(schema.columns.size());
    for (const Column& column : schema.columns) {
        Field field;
        field.name = column.name;
        field.prefix = prefix_of(column.name);
        field.type = column.type;
        const Json mapped = properties[column.name];
        if (mapped["format"].exists()) field.dates = DateFormat(mapped["format"].text());
        if (column.type.kind == Kind::text && holds_json(mapped)) field.type.holds_json = true;
        field.finite = mapped["type"].text() == "dense_vector";
        fields_.push_back(std::move(field));
    }
    for (std::size_t i = 0; i < fields_.size(); ++i) places_.emplace(fields_[i].name, i);
}

std::optional<std::size_t> Layout::find(std::string_view name, std::size_t guess) const {
    if (guess < fields_.size() && fields_[guess].name == name) return guess;
    const auto found = places_.find(name);
    return found == places_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace duet::elasticsearch
