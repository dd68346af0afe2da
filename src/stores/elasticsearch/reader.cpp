#include "stores/elasticsearch/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "model/text.hpp"
#include "stores/elasticsearch/dotted.hpp"

namespace duet::elasticsearch {

namespace {

[[noreturn]] void unfit(const Json& value, std::string reason) {
    throw Unfit{shown(value.raw()), std::move(reason)};
}

constexpr const char* broken_text =
    "holds half of a surrogate pair, or bytes that are no UTF-8, which no text can hold: correct "
    "the document";

/// Text of a key back as JSON text, so that it can be converted as any other value.
Value convert_key(std::string_view text, const Type& type) {
    const bool structured = type.is_collection() || type.kind == Kind::tuple ||
                            type.kind == Kind::udt || type.kind == Kind::vector;
    if (structured) {
        const auto document = JsonDocument::parse(text);
        if (document && !document->broken()) return convert(document->root(), type, plain_field());
    } else if (auto value = parse_scalar(text, type)) {
        return std::move(*value);
    }
    throw Unfit{shown(text), fmt::format("is a key that is no {}", to_cql(type))};
}

/// Only nulls, at any depth: nothing, as Elasticsearch sees it.
bool is_hollow(const Json& array) {
    return std::all_of(array.begin(), array.end(),
                       [](const Json& each) { return each.is(Json::Kind::null); });
}

Value convert_list(const Json& value, const Type& type, const Field& field) {
    const Type& element = type.elements.front();
    List list;
    if (!value.is(Json::Kind::array)) {
        Value only = convert(value, element, field);  // a scalar equals a list of one
        if (!only.is_null()) list.push_back(std::move(only));
        return list;
    }
    if (is_hollow(value)) return list;
    for (const Json each : value) {
        list.push_back(convert(each, element, field));
        if (list.back().is_null()) {
            unfit(value,
                  "holds a null in the array, which Cassandra's collections cannot: take it out of "
                  "the document");
        }
    }
    return list;
}

Value convert_vector(const Json& value, const Type& type, const Field& field) {
    Value converted = convert_list(value, type, field);
    const std::size_t size = converted.get<List>().size();
    if (size == 0) return {};
    if (size != static_cast<std::size_t>(type.dimension)) {
        unfit(value, fmt::format("has {} elements and the column {}: correct the document", size,
                                 type.dimension));
    }
    return converted;
}

/// Keys that differ in the document only: of a map in Cassandra one of them would be lost.
bool has_twins(const Map& map, const Type& key_type) {
    if (key_type.kind == Kind::text || key_type.kind == Kind::ascii) return false;
    Schema schema;
    schema.columns.push_back({"key", key_type});
    std::unordered_set<std::uint64_t> seen;
    return std::any_of(map.begin(), map.end(), [&](const auto& entry) {
        Content content;
        content.values.push_back(entry.first);
        return !seen.insert(digest(content, schema)).second;
    });
}

Value convert_map(const Json& value, const Type& type, const Field& field) {
    if (!value.is(Json::Kind::object))
        unfit(value, "is no object, and the column is a map: correct the document");
    Map map;
    for (const Json member : value) {
        if (member.is(Json::Kind::null)) continue;  // as if it were missing, whatever its key
        if (member.broken_key()) unfit(value, broken_text);
        Value key = convert_key(member.key(), type.elements[0]);
        Value held = convert(member, type.elements[1], field.part(member.key()));
        if (!held.is_null()) map.emplace_back(std::move(key), std::move(held));
    }
    if (has_twins(map, type.elements[0])) {
        unfit(value, fmt::format("has two keys that are the same {}: take one out of the document",
                                 to_cql(type.elements[0])));
    }
    return map;
}

Value convert_tuple(const Json& value, const Type& type, const Field& field) {
    List parts(type.elements.size());
    if (!value.is(Json::Kind::array)) {
        parts.front() = convert(value, type.elements.front(), field);
        return parts;
    }
    std::size_t i = 0;
    for (const Json each : value) {
        if (i == parts.size())
            unfit(value, fmt::format("has more parts than {}: correct the document", to_cql(type)));
        parts[i] = convert(each, type.elements[i], field);
        ++i;
    }
    return parts;
}

Value convert_udt(const Json& value, const Type& type, const Field& field) {
    if (!value.is(Json::Kind::object))
        unfit(value, "is no object, and the column is a user type: correct the document");
    List parts(type.elements.size());
    for (const Json member : value) {
        const auto found =
            std::find(type.field_names.begin(), type.field_names.end(), member.key());
        const auto i = static_cast<std::size_t>(found - type.field_names.begin());
        if (i < parts.size() && !member.broken_key()) {
            parts[i] = convert(member, type.elements[i], field.part(member.key()));
        } else if (!member.is(Json::Kind::null)) {
            unfit(value, fmt::format("has {}, which the type {} has not: ALTER TYPE ... ADD it, or "
                                     "take it out of the "
                                     "document",
                                     member.key(), type.udt_name));
        }
    }
    return parts;
}

/// A number's or string's text under the formats of its field.
std::optional<Value> convert_date(std::string_view text, const Type& type,
                                  const DateFormat& dates) {
    const auto instant = dates.parse(text);
    // Under a format that is not known 20261120 is no number of milliseconds.
    if (!instant) return dates.is_known() ? parse_scalar(text, type) : std::nullopt;
    if (type.kind == Kind::date) {
        const auto days = days_of(*instant);
        return days ? std::optional(Value(*days)) : std::nullopt;
    }
    const auto millis = to_millis(*instant);  // V6: a timestamp is compared in milliseconds
    return millis ? std::optional(Value(*millis)) : std::nullopt;
}

constexpr const char* unknown_format =
    "is a date in a format of the index that Duet cannot read: make the column text, or reindex "
    "with a format that it knows (docs/types.md)";

std::string remedy(const Json& value, const Type& type) {
    const bool structured = value.is(Json::Kind::array) || value.is(Json::Kind::object);
    return fmt::format("{} {}: correct the document, or {}",
                       structured ? "is more than one value, and the column is" : "is no",
                       to_cql(type),
                       structured ? "make the column a list (or text, which can hold any JSON)"
                                  : "give the column another type");
}

Value convert_scalar(const Json& value, const Type& type, const Field& field) {
    if (value.is(Json::Kind::array)) {
        if (is_hollow(value)) return {};
        if (value.size() == 1)
            return convert(*value.begin(), type, field);  // a list of one equals its element
        unfit(value, remedy(value, type));
    }
    if (value.is(Json::Kind::object)) unfit(value, remedy(value, type));
    if (field.blank && value.is(Json::Kind::string) && value.text().empty()) return *field.blank;
    const bool dated = type.kind == Kind::timestamp || type.kind == Kind::date;
    auto converted =
        dated ? convert_date(value.text(), type, field.dates) : parse_scalar(value.text(), type);
    if (!converted)
        unfit(value, dated && !field.dates.is_known() ? unknown_format : remedy(value, type));
    return std::move(*converted);
}

}  // namespace

std::string shown(std::string_view text) {
    if (text.size() <= shown_limit) return std::string(text);
    std::size_t size = shown_limit;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80U) --size;
    return std::string(text.substr(0, size)) + "...";
}

Value convert(const Json& value, const Type& type, const Field& field) {
    if (value.is_nothing()) return {};
    if (type.holds_json) {
        if (value.is(Json::Kind::array) && value.empty()) return {};
        std::string text;
        append_compact(text, value.raw());
        return text;
    }
    if (value.broken()) unfit(value, broken_text);
    switch (type.kind) {
        case Kind::list:
        case Kind::set: return convert_list(value, type, field);
        case Kind::vector: return convert_vector(value, type, field);
        case Kind::map:
            if (value.is(Json::Kind::array) && is_hollow(value)) return {};
            if (value.is(Json::Kind::array) && value.size() == 1)
                return convert(*value.begin(), type, field);
            return convert_map(value, type, field);
        case Kind::tuple:
            if (value.is(Json::Kind::array) && value.empty()) return {};
            return convert_tuple(value, type, field);
        case Kind::udt:
            if (value.is(Json::Kind::array) && is_hollow(value)) return {};
            if (value.is(Json::Kind::array) && value.size() == 1)
                return convert(*value.begin(), type, field);
            return convert_udt(value, type, field);
        default: return convert_scalar(value, type, field);
    }
}

namespace {

/// The place of a field of the key; empty: it is none.
std::optional<std::size_t> find_key_field(std::string_view name, const Layout& layout) {
    const auto& fields = layout.key_fields();
    const auto found = std::ranges::find(fields, name, &Field::name);
    if (found == fields.end()) return std::nullopt;
    return static_cast<std::size_t>(found - fields.begin());
}

/// Throws Unfit where a field of the key says something else than the id.
void check_key_field(const Id& id, const Json& member, std::size_t place, const Layout& layout) {
    const Field& field = layout.key_fields()[place];
    const Value value = convert(member, field.type, field);
    const auto key = layout.key().decode(id);
    if (value.is_null() || !key || same_value(value, (*key)[place], field.type)) return;
    unfit(member,
          "is another value than the one in the document's _id, which is the row's key: correct "
          "the field, or index the document anew under the _id that it means");
}

/// The version, or the end of the record.
std::optional<Refusal> read_moment(const Json& member, const Layout& layout, ReadDocument& read) {
    static const StampFormat iso8601;
    if (member.is_nothing()) return std::nullopt;
    const bool is_version = member.key() == layout.version_field();
    const auto moment = is_version ? layout.stamps().read(member) : iso8601.read(member);
    if (is_version) {
        read.version = moment;
    } else if (moment) {
        read.expires_at = moment->micros;
    }
    if (moment) return std::nullopt;
    const char* const reason =
        is_version ? "is no stamp in the format of its mapping: write the time of the last change "
                     "there, or remove it"
                   : "is no moment at which the document could end: write a date and time there, "
                     "or remove it";
    return Refusal{std::string(member.key()), shown(member.raw()), reason};
}

ReadDocument read_members(const Id& id, const Json& source, const Layout& layout) {
    ReadDocument read;
    read.content.values.resize(layout.fields().size());
    const auto refuse = [&](std::string_view field, std::string value, std::string reason) {
        if (!read.problem)
            read.problem = Refusal{std::string(field), std::move(value), std::move(reason)};
    };
    if (!source.is(Json::Kind::object))
        refuse("_source", {},
               "the index keeps no _source: set \"_source\": {\"enabled\": true} and reindex");
    std::size_t next = 0;
    for (const Json member : source) {
        const std::string_view name = member.key();
        const bool named = !member.broken_key();  // else it is neither of what follows
        if (named && (name == layout.version_field() || name == layout.expiry_field())) {
            if (auto refusal = read_moment(member, layout, read); refusal && !read.problem)
                read.problem = std::move(refusal);
            continue;
        }
        const auto place = named ? layout.find(name, next) : std::nullopt;
        const auto key_place = place || !named ? std::nullopt : find_key_field(name, layout);
        if (key_place) {
            try {
                check_key_field(id, member, *key_place, layout);
            } catch (const Unfit& reason) {
                refuse(name, reason.value, reason.reason);
            }
            continue;
        }
        if (!place) {
            std::string& carried = read.content.carried;
            if (!carried.empty()) carried += ',';
            member.append_key(carried);
            carried += ':';
            append_compact(carried, member.raw());
            read.unknown.emplace_back(name);
            continue;
        }
        next = *place + 1;
        const Field& field = layout.fields()[*place];
        try {
            read.content.values[*place] = convert(member, field.type, field);
        } catch (const Unfit& reason) {
            refuse(field.name, reason.value, reason.reason);
        }
    }
    return read;
}

}  // namespace

ReadDocument read_document(const Id& id, const Json& source, const Layout& layout) {
    const auto undotted = undot(source, layout);
    if (!undotted) return read_members(id, source, layout);
    const auto document = JsonDocument::parse(undotted->text);
    if (document) return read_members(id, document->root(), layout);
    ReadDocument read = read_members(id, source, layout);
    if (!read.problem) {
        read.problem = Refusal{undotted->clash, "",
                               "stands in the document twice, once with dots and once inside of an "
                               "object: leave one of them out"};
    }
    return read;
}

}  // namespace duet::elasticsearch
