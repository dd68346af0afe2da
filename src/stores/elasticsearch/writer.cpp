#include "stores/elasticsearch/writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "elastic/client.hpp"
#include "model/text.hpp"
#include "stores/elasticsearch/reader.hpp"

namespace duet::elasticsearch {

namespace {

constexpr std::int64_t seconds_per_day = 86'400;

/// Digits of any number, which stand in documents as strings.
bool is_big_number(const Type& type) {
    return type.kind == Kind::varint || type.kind == Kind::decimal;
}

class Writer {
public:
    Writer(std::string& out, bool strict) : out_(out), strict_(strict) {}

    /// Throws Unfit.
    void append(const Value& value, const Type& type, const Field& field) {
        if (value.is_null()) {
            out_ += "null";
        } else if (const List* list = value.get_if<List>()) {
            type.kind == Kind::udt ? append_udt(*list, type, field)
                                   : append_list(*list, type, field);
        } else if (const Map* map = value.get_if<Map>()) {
            append_map(*map, type, field);
        } else if (const std::string* text = value.get_if<std::string>()) {
            type.holds_json ? append_json(*text) : elastic::append_json_string(out_, *text);
        } else {
            append_scalar(value, type, field);
        }
    }

private:
    std::string& out_;
    bool strict_;

    void append_scalar(const Value& value, const Type& type, const Field& field) {
        if (type.kind == Kind::timestamp || type.kind == Kind::date) {
            append_date(value.get<std::int64_t>(), type, field);
        } else if (is_bare(value, type) || (field.bare && is_big_number(type))) {
            append_text(out_, value, type);
        } else {
            if (strict_ && field.finite) {
                throw Unfit{"NaN or Infinity",
                            "a dense_vector takes finite numbers only: correct the row"};
            }
            out_ += '"';
            append_text(out_, value, type);  // of all these texts none needs an escape
            out_ += '"';
        }
    }

    void append_date(std::int64_t value, const Type& type, const Field& field) {
        const bool date = type.kind == Kind::date;
        const Instant instant =
            date ? Instant{value * seconds_per_day, 0} : instant_from_millis(value);
        if (field.dates.append_content(out_, instant, date ? DateFormat::day : 3)) return;
        const std::string text = format_iso8601(instant, 3);
        if (strict_)
            throw Unfit{text,
                        "cannot be written in the date format of the field: reindex with another"};
        out_ += '"' + text + '"';
    }

    void append_json(const std::string& text) {
        const auto document = JsonDocument::parse(text);
        const Json root = document ? document->root() : Json();
        // null and [] would be read back as no value at all.
        const bool nothing = root.is_nothing() || (root.is(Json::Kind::array) && root.empty());
        if (!nothing) {
            append_compact(out_, text);
        } else if (strict_) {
            throw Unfit{shown(text),
                        root.exists() ? "is empty JSON: write null into the column instead"
                                      : "is no JSON, and the field is an object: correct the row"};
        } else {
            elastic::append_json_string(out_, text);
        }
    }

    void append_list(const List& list, const Type& type, const Field& field) {
        const bool has_parts = type.kind == Kind::tuple;
        out_ += '[';
        for (std::size_t i = 0; i < list.size(); ++i) {
            if (i > 0) out_ += ',';
            append(list[i], type.elements[has_parts ? std::min(i, type.elements.size() - 1) : 0],
                   field);
        }
        out_ += ']';
    }

    void append_udt(const List& parts, const Type& type, const Field& field) {
        char separator = '{';
        for (std::size_t i = 0; i < parts.size() && i < type.elements.size(); ++i) {
            if (parts[i].is_null()) continue;
            out_ += separator;
            separator = ',';
            elastic::append_json_string(out_, type.field_names[i]);
            out_ += ':';
            append(parts[i], type.elements[i], field.part(type.field_names[i]));
        }
        out_ += separator == '{' ? "{}" : "}";
    }

    void append_map(const Map& map, const Type& type, const Field& field) {
        out_ += '{';
        for (std::size_t i = 0; i < map.size(); ++i) {
            if (i > 0) out_ += ',';
            const std::string key = key_text(map[i].first, type.elements[0]);
            elastic::append_json_string(out_, key);
            out_ += ':';
            append(map[i].second, type.elements[1], field.part(key));
        }
        out_ += '}';
    }

    static std::string key_text(const Value& key, const Type& type) {
        std::string text;
        if (key.get_if<List>() != nullptr || key.get_if<Map>() != nullptr) {
            Writer(text, false).append(key, type, plain_field());
        } else {
            append_text(text, key, type);
        }
        return text;
    }
};

/// Braces are the caller's.
void append_members(std::string& out, const Content& content, const Layout& layout, bool strict,
                    char& separator) {
    Writer writer(out, strict);
    const auto& fields = layout.fields();
    for (std::size_t i = 0; i < content.values.size() && i < fields.size(); ++i) {
        if (is_empty(content.values[i])) continue;
        out += separator;
        separator = ',';
        out += fields[i].prefix;
        try {
            writer.append(content.values[i], fields[i].type, fields[i]);
        } catch (Unfit& unfit) {
            throw Refusal{fields[i].name, std::move(unfit.value), std::move(unfit.reason)};
        }
    }
    if (content.carried.empty()) return;
    out += separator;
    separator = ',';
    out += content.carried;
}

}  // namespace

void append_key_fields(std::string& out, const Id& id, const Layout& layout,
                       const std::vector<bool>& present, char& separator) {
    const auto& fields = layout.key_fields();
    const auto key = fields.empty() ? std::nullopt : layout.key().decode(id);
    if (!key) return;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (i < present.size() && present[i]) continue;
        out += separator;
        separator = ',';
        out += fields[i].prefix;
        try {
            Writer(out, true).append((*key)[i], fields[i].type, fields[i]);
        } catch (Unfit& unfit) {
            throw Refusal{fields[i].name, std::move(unfit.value), std::move(unfit.reason)};
        }
    }
}

std::optional<Refusal> append_document(std::string& out, const Id& id, const Content& content,
                                       Version version, const Layout& layout,
                                       std::optional<std::int64_t> expires_at) {
    if (id.uuid() == nullptr && id.to_string().size() > id_limit) {
        return Refusal{"", shown(id.to_string()),
                       fmt::format("the row's key is {} bytes as text, and Elasticsearch takes an "
                                   "_id of at most {}: give the row a shorter key",
                                   id.to_string().size(), id_limit)};
    }
    const std::size_t begin = out.size();
    char separator = '{';
    try {
        append_key_fields(out, id, layout, {}, separator);
        append_members(out, content, layout, true, separator);
    } catch (Refusal& refusal) {
        out.resize(begin);
        return std::move(refusal);
    }
    out += separator;
    out += layout.version_prefix();
    layout.stamps().append(out, version);
    if (expires_at) {
        out += ',';
        out += layout.expiry_prefix();
        out += '"';
        append_iso8601(out, instant_from_micros(*expires_at), 0);
        out += '"';
    }
    out += '}';
    return std::nullopt;
}

std::string to_json(const Content& content, const Layout& layout) {
    std::string out;
    char separator = '{';
    append_members(out, content, layout, false, separator);
    return out + (separator == '{' ? "{}" : "}");
}

}  // namespace duet::elasticsearch
