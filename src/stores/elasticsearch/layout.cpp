#include "stores/elasticsearch/layout.hpp"

#include <algorithm>

#include "elastic/client.hpp"
#include "stores/elasticsearch/mapping.hpp"

namespace duet::elasticsearch {

namespace {

bool is_number(const Type& type) {
    return type.kind >= Kind::tinyint && type.kind <= Kind::double_;
}

/// What an array holds at last.
const Type& element_of(const Type& type) {
    const bool array =
        type.kind == Kind::list || type.kind == Kind::set || type.kind == Kind::vector;
    return array ? element_of(type.elements.front()) : type;
}

/// The type of a member; null: it has none of that name.
const Type* member_type(const Type& type, std::string_view name) {
    if (type.kind == Kind::map) return &type.elements[1];
    if (type.kind != Kind::udt) return nullptr;
    const auto found = std::find(type.field_names.begin(), type.field_names.end(), name);
    if (found == type.field_names.end()) return nullptr;
    return &type.elements[static_cast<std::size_t>(found - type.field_names.begin())];
}

/// What the mapping says about values of this type; false: nothing.
bool learn(Field& field, const Type& type, const Json& mapped) {
    const Type& element = element_of(type);
    const std::string_view kind = mapped["type"].text();
    const bool strict = mapped["coerce"].text() == "false";
    if (mapped["format"].exists()) field.dates = DateFormat(mapped["format"].text());
    field.finite = kind == "dense_vector";
    field.bare = strict || is_integer_field(kind);
    if (is_number_field(kind) && !strict && is_number(element)) field.blank.emplace();
    if (kind == "boolean" && element.kind == Kind::boolean) field.blank.emplace(false);
    for (const Json part : mapped["properties"]) {
        const Type* inner = member_type(element, part.key());
        Field member;
        member.name = part.key();
        if (inner != nullptr && learn(member, *inner, part))
            field.parts.push_back(std::move(member));
    }
    return mapped["format"].exists() || field.finite || field.bare || field.blank ||
           !field.parts.empty();
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
    if (type.kind == Kind::text && holds_json(mapped)) field.type.holds_json = true;
    static_cast<void>(learn(field, type, mapped));
    return field;
}

}  // namespace

const Field& plain_field() {
    static const Field field;
    return field;
}

const Field& Field::part(std::string_view member) const {
    const auto found = std::find_if(parts.begin(), parts.end(),
                                    [&](const Field& each) { return each.name == member; });
    return found == parts.end() ? plain_field() : *found;
}

Layout::Layout(const Schema& schema, const Json& properties, std::string version_field,
               StampFormat stamps)
    : key_(schema.key),
      version_field_(std::move(version_field)),
      version_prefix_(prefix_of(version_field_)),
      expiry_field_(schema.expiry_field),
      expiry_prefix_(prefix_of(expiry_field_)),
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
