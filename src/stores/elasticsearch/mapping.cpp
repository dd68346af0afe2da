#include "stores/elasticsearch/mapping.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "elastic/client.hpp"
#include "model/names.hpp"
#include "model/text.hpp"
#include "stores/elasticsearch/date_format.hpp"
#include "stores/elasticsearch/stamp_format.hpp"

namespace duet::elasticsearch {

namespace {

using Names = std::initializer_list<std::string_view>;

bool is_one_of(std::string_view name, Names names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// What takes any JSON, and indexes nothing of it.
constexpr std::string_view opaque = R"({"type":"object","enabled":false})";

std::string mapping_inside(const Type& type);

std::string keyword() {
    return fmt::format(R"({{"type":"keyword","ignore_above":{}}})", keyword_limit);
}

std::string udt_mapping(const Type& type) {
    std::string text = R"({"type":"object","properties":{)";
    for (std::size_t i = 0; i < type.elements.size(); ++i) {
        const std::string& name = type.field_names[i];
        if (column_to_field(name) != name) return std::string(opaque);
        if (i > 0) text += ',';
        elastic::append_json_string(text, type.field_names[i]);
        text += ':';
        text += mapping_inside(type.elements[i]);
    }
    return text + "}}";
}

/// Scalars and arrays of them, at any depth.
bool is_flat(const Type& type) {
    if (type.holds_json || type.kind == Kind::map || type.kind == Kind::udt) return false;
    return std::all_of(type.elements.begin(), type.elements.end(), is_flat);
}

/// A field holds values of one kind: parts of several kinds are found by their text, and where some
/// are objects they are kept, but not indexed.
std::string tuple_mapping(const Type& type) {
    if (type.elements.empty()) return std::string(opaque);
    const std::string first = mapping_inside(type.elements.front());
    const bool uniform =
        std::all_of(type.elements.begin(), type.elements.end(),
                    [&](const Type& part) { return mapping_inside(part) == first; });
    if (uniform) return first;
    return is_flat(type) ? keyword() : std::string(opaque);
}

/// A dense_vector takes one vector, so inside of anything else a vector is an array of numbers.
std::string mapping_inside(const Type& type) {
    return type.kind == Kind::vector ? mapping_inside(type.elements.front()) : mapping_of(type);
}

Type simple(Kind kind) {
    Type type;
    type.kind = kind;
    return type;
}

Type json_text() {
    Type type;
    type.holds_json = true;
    return type;
}

Type list_of(Type element, bool frozen) {
    Type type;
    type.kind = Kind::list;
    type.elements.push_back(std::move(element));
    type.frozen = frozen;
    return type;
}

/// What an array holds at last: to a mapping, arrays are nothing.
const Type& element_of(const Type& type) {
    const bool array =
        type.kind == Kind::list || type.kind == Kind::set || type.kind == Kind::vector;
    return array ? element_of(type.elements.front()) : type;
}

std::optional<Kind> number_kind(std::string_view name) {
    if (name == "byte") return Kind::tinyint;
    if (name == "short") return Kind::smallint;
    if (name == "integer") return Kind::int_;
    if (name == "long") return Kind::bigint;
    if (name == "unsigned_long") return Kind::varint;
    if (is_one_of(name, {"float", "half_float", "scaled_float", "double", "rank_feature"}))
        return Kind::double_;
    return std::nullopt;
}

bool is_text(std::string_view name) {
    return is_one_of(name, {"text", "keyword", "version", "wildcard", "constant_keyword",
                            "match_only_text", "search_as_you_type", "counted_keyword",
                            "annotated_text", "token_count", "date_nanos"});
}

/// Whole mapped fields whose values are objects, or strings that must not be told apart from
/// objects.
bool is_object(const Json& field) {
    const std::string_view name = field["type"].text();
    return name.empty() || is_one_of(name, {"object",        "nested",
                                            "geo_point",     "geo_shape",
                                            "point",         "shape",
                                            "flattened",     "flat_object",
                                            "join",          "percolator",
                                            "completion",    "rank_features",
                                            "histogram",     "aggregate_metric_double",
                                            "integer_range", "float_range",
                                            "long_range",    "double_range",
                                            "date_range",    "ip_range",
                                            "sparse_vector"});
}

Type date_type(const Json& field) {
    const Json format = field["format"];
    const DateFormat dates = format.exists() ? DateFormat(format.text()) : DateFormat();
    if (dates.is_days()) return simple(Kind::date);
    const auto precision = dates.precision();
    const bool whole = dates.is_known() && precision && *precision <= Precision::milliseconds;
    return simple(whole ? Kind::timestamp : Kind::text);
}

Type vector_type(const Json& field) {
    const std::int64_t dimension = field["dims"].integer_or(0);
    const std::string_view element =
        field["element_type"].exists() ? field["element_type"].text() : "float";
    if (dimension <= 0 || dimension > INT32_MAX || element != "float") return json_text();
    Type type;
    type.kind = Kind::vector;
    type.elements.push_back(simple(Kind::float_));
    type.dimension = static_cast<std::int32_t>(dimension);
    return type;
}

/// Empty: no column.
std::optional<Type> type_of(const Json& field, const SeenField& seen) {
    const std::string_view name = field["type"].text();
    if (name == "alias") return std::nullopt;
    if (name == "dense_vector" || name == "knn_vector") return vector_type(field);
    if ((name == "flattened" || name == "flat_object") && !seen.structured && seen.depth == 0) {
        Type map;
        map.kind = Kind::map;
        map.elements = {simple(Kind::text), simple(Kind::text)};
        return map;
    }
    if (is_object(field)) return json_text();
    Type type = json_text();  // a kind of field that this version of Duet does not know
    if (const auto number = number_kind(name)) {
        const bool integer = *number != Kind::double_ && *number != Kind::varint;
        type = simple(integer && seen.fraction ? Kind::double_ : *number);
    } else if (name == "boolean") {
        type = simple(Kind::boolean);
    } else if (name == "ip") {
        type = simple(Kind::inet);
    } else if (name == "binary") {
        type = simple(Kind::blob);
    } else if (name == "date") {
        type = date_type(field);
    } else if (is_text(name)) {
        type = simple(Kind::text);
    }
    if (type.holds_json) return type;
    const int deepest = std::min(seen.depth, deepest_list);
    for (int depth = 1; depth <= deepest; ++depth) type = list_of(std::move(type), depth < deepest);
    return type;
}

bool has_fraction(std::string_view text) {
    return text.find_first_of(".eE") != std::string_view::npos && Decimal::parse(text) &&
           !parse_integer(text);
}

void look_into(const Json& value, SeenField& seen, int depth) {
    if (value.is(Json::Kind::array)) {
        seen.depth = std::max(seen.depth, depth + 1);
        for (const Json element : value) look_into(element, seen, depth + 1);
    } else if (value.is(Json::Kind::number) || value.is(Json::Kind::string)) {
        // Elasticsearch takes "10.5" for a number too.
        seen.fraction = seen.fraction || has_fraction(value.text());
    } else if (value.is(Json::Kind::object)) {
        for (const Json member : value) {
            const bool scalar = !member.is(Json::Kind::object) && !member.is(Json::Kind::array);
            seen.structured = seen.structured || !scalar;
        }
    }
}

/// What the index cannot take as such a value (NaN, a varint beyond any double) is stored all the
/// same.
std::string lenient(std::string_view type) {
    return fmt::format(R"({{"type":"{}","ignore_malformed":true}})", type);
}

}  // namespace

std::string missing_parts(const Type& type, const Json& mapped) {
    const Type& element = element_of(type);
    const Json known = mapped["properties"];
    if (element.kind != Kind::udt || !known.exists()) return {};
    std::string added;
    for (std::size_t i = 0; i < element.elements.size(); ++i) {
        const std::string& name = element.field_names[i];
        const Json part = known[name];
        std::string mapping = mapping_inside(element.elements[i]);
        if (part.exists()) {
            mapping = missing_parts(element.elements[i], part);
            if (mapping.empty()) continue;
            mapping = "{" + mapping + "}";
        } else if (column_to_field(name) != name) {
            continue;
        }
        added += added.empty() ? "" : ",";
        elastic::append_json_string(added, name);
        added += ":" + mapping;
    }
    if (added.empty()) return {};
    const bool nested = mapped["type"].text() == "nested";
    return (nested ? R"("type":"nested",)" : "") + (R"("properties":{)" + added + "}");
}

std::string mapping_of(const Type& type) {
    switch (type.kind) {
        case Kind::ascii:
        case Kind::text:
            if (type.holds_json) return std::string(opaque);
            return fmt::format(R"({{"type":"text","fields":{{"keyword":{}}}}})", keyword());
        case Kind::tinyint: return lenient("byte");
        case Kind::smallint: return lenient("short");
        case Kind::int_: return lenient("integer");
        case Kind::bigint:
        case Kind::counter: return lenient("long");
        case Kind::varint:
        case Kind::decimal:
        case Kind::double_: return lenient("double");
        case Kind::float_: return lenient("float");
        case Kind::boolean: return R"({"type":"boolean"})";
        case Kind::uuid:
        case Kind::timeuuid:
        case Kind::time:
        case Kind::duration: return R"({"type":"keyword"})";
        case Kind::timestamp:
        case Kind::date: return lenient("date");
        case Kind::inet: return lenient("ip");
        case Kind::blob: return R"({"type":"binary"})";
        case Kind::list:
        case Kind::set: return mapping_inside(type.elements.front());
        case Kind::map:
            return fmt::format(R"({{"type":"flattened","ignore_above":{}}})", keyword_limit);
        case Kind::tuple: return tuple_mapping(type);
        case Kind::vector:
            if (type.elements.front().kind != Kind::float_ || type.dimension > most_dimensions) {
                return mapping_inside(type.elements.front());
            }
            return fmt::format(R"({{"type":"dense_vector","dims":{},"index":false}})",
                               type.dimension);
        case Kind::udt: return udt_mapping(type);
    }
    return std::string(opaque);
}

void Sample::add(const Json& source) {
    ++documents_;
    std::size_t next = 0;
    for (const Json member : source) {
        // Documents of one index have their fields in much the same order.
        if (next >= fields_.size() || fields_[next].seen.name != member.key()) {
            const auto [found, is_new] =
                places_.try_emplace(std::string(member.key()), fields_.size());
            next = found->second;
            if (is_new && fields_.size() >= sampled_fields) {
                places_.erase(found);
                continue;
            }
            if (is_new) {
                fields_.emplace_back();
                fields_.back().seen.name = member.key();
            }
        }
        Field& field = fields_[next++];
        look_into(member, field.seen, 0);
        if (member.is(Json::Kind::number)) field.number = member.integer_or(field.number);
    }
}

const SeenField* Sample::find(std::string_view name) const {
    const auto found = places_.find(std::string(name));
    return found == places_.end() ? nullptr : &fields_[found->second].seen;
}

std::optional<Precision> Sample::number_unit(std::string_view version_field) const {
    for (const Field& field : fields_) {
        if (field.seen.name == version_field && field.number != 0) return unit_of(field.number);
    }
    return std::nullopt;
}

MappedColumns columns_of(const Json& properties, std::string_view version_field,
                         const Sample& sample) {
    static const SeenField unseen;
    MappedColumns mapped;
    for (const Json field : properties) {
        const std::string_view name = field.key();
        if (name == version_field) continue;
        if (field.broken_key()) {
            mapped.notes.push_back(
                fmt::format("a field is named {}, which no text can hold, and is left out", name));
            continue;
        }
        const SeenField* seen = sample.find(name);
        const auto type = type_of(field, seen != nullptr ? *seen : unseen);
        if (!type) {
            mapped.notes.push_back(
                fmt::format("{} is an alias of another field and is left out", name));
            continue;
        }
        if (field["type"].text() == "date" && type->kind == Kind::text) {
            mapped.notes.push_back(
                fmt::format("{} has the date format {}, which Duet does not write: its values are "
                            "kept as text",
                            name, field["format"].text()));
        }
        mapped.columns.push_back(Column{std::string(name), *type});
    }
    return mapped;
}

std::size_t count_fields(const Json& mappings) {
    return count_new_fields(mappings, Json()) + mappings["runtime"].size();
}

std::size_t count_new_fields(const Json& added, const Json& mappings) {
    std::size_t count = 0;
    for (const char* inside : {"properties", "fields"}) {
        for (const Json field : added[inside]) {
            const Json there = mappings[inside][field.key()];
            count += (there.exists() ? 0 : 1) + count_new_fields(field, there);
        }
    }
    return count;
}

std::string expiry_mapping() {
    return R"({"type":"date","ignore_malformed":true,"meta":{"duet":"expiry"}})";
}

bool is_expiry_field(const Json& mapped) { return mapped["meta"]["duet"].text() == "expiry"; }

bool is_integer_field(std::string_view kind) {
    const auto number = number_kind(kind);
    return number && *number != Kind::double_;
}

bool is_number_field(std::string_view kind) { return number_kind(kind).has_value(); }

bool holds_json(const Json& field) {
    const std::string_view name = field["type"].text();
    return field.exists() &&
           (is_object(field) || !type_of(field, SeenField{}) ||
            type_of(field, SeenField{})->holds_json) &&
           name != "alias";
}

}  // namespace duet::elasticsearch
