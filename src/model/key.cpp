#include "model/key.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "model/order.hpp"
#include "model/text.hpp"

namespace duet {
namespace {

constexpr char separator = '~';
constexpr std::string_view null_mark = "%n";
constexpr std::string_view empty_mark = "%e";  // of a text inside of parentheses
constexpr std::string_view escaped_between = "%~";
constexpr std::string_view escaped_inside = "%~(),";

bool has_parts(const Type& type) {
    return type.is_collection() || type.kind == Kind::tuple || type.kind == Kind::vector ||
           type.kind == Kind::udt;
}

/// The type of the i-th part; nullptr: it has no such part.
const Type* part_type(const Type& type, std::size_t i) {
    if (type.kind == Kind::map) return &type.elements[i % 2];
    if (type.kind == Kind::tuple || type.kind == Kind::udt) {
        return i < type.elements.size() ? &type.elements[i] : nullptr;
    }
    return &type.elements.front();
}

void append_escaped(std::string& out, std::string_view text, std::string_view escaped) {
    for (const char c : text) {
        if (escaped.find(c) == std::string_view::npos) {
            out += c;
        } else {
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
}

std::optional<std::string> unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        unsigned byte = 0;
        const char* digits = text.data() + i + 1;
        const char* end = text.data() + std::min(i + 3, text.size());
        const auto [stop, error] = std::from_chars(digits, end, byte, 16);
        if (error != std::errc{} || stop != digits + 2) return std::nullopt;
        out += static_cast<char>(byte);
        i += 2;
    }
    return out;
}

void append_part(std::string& out, const Value& value, const Type& type);

void append_parts(std::string& out, const Value& value, const Type& type) {
    char before = '(';
    std::size_t i = 0;
    const auto add = [&](const Value& part) {
        out += before;
        before = ',';
        const Type* of = part_type(type, i++);
        append_part(out, part, of == nullptr ? type : *of);
    };
    if (const List* list = value.get_if<List>()) {
        for (const Value& part : *list) add(part);
    } else if (const Map* map = value.get_if<Map>()) {
        for (const auto& [key, held] : *map) {
            add(key);
            add(held);
        }
    }
    out += before == '(' ? "()" : ")";
}

void append_part(std::string& out, const Value& value, const Type& type) {
    if (value.is_null()) {
        out += null_mark;
    } else if (has_parts(type)) {
        append_parts(out, value, type);
    } else {
        std::string text;
        append_text(text, value, type);
        append_escaped(out, text, escaped_inside);
        if (text.empty()) out += empty_mark;
    }
}

/// As Cassandra keeps them: sets and maps in their order and without doubles, and null only in a
/// tuple or a user type. The same set in another order would be the same row by another _id.
bool are_kept_so(const std::vector<Value>& parts, const Type& type) {
    if (type.kind == Kind::tuple || type.kind == Kind::udt) return true;
    if (std::ranges::any_of(parts, &Value::is_null)) return false;
    if (type.kind != Kind::set && type.kind != Kind::map) return true;
    const std::size_t step = type.kind == Kind::map ? 2 : 1;
    for (std::size_t i = step; i < parts.size(); i += step) {
        if (cassandra_order(parts[i - step], parts[i], type.elements.front()) >= 0) return false;
    }
    return true;
}

/// Reads what append_part has written; `text` is what is left.
std::optional<Value> read_part(std::string_view& text, const Type& type);

std::optional<Value> read_parts(std::string_view& text, const Type& type) {
    if (!text.starts_with('(')) return std::nullopt;
    text.remove_prefix(1);
    std::vector<Value> parts;
    while (!text.starts_with(')')) {
        if (!parts.empty()) {
            if (!text.starts_with(',')) return std::nullopt;
            text.remove_prefix(1);
        }
        const Type* of = part_type(type, parts.size());
        std::optional<Value> part = of == nullptr ? std::nullopt : read_part(text, *of);
        if (!part) return std::nullopt;
        parts.push_back(std::move(*part));
    }
    text.remove_prefix(1);
    const std::size_t wanted =
        type.kind == Kind::vector ? static_cast<std::size_t>(type.dimension) : type.elements.size();
    const bool any_size = type.is_collection();
    if ((!any_size && parts.size() != wanted) || (type.kind == Kind::map && parts.size() % 2 != 0))
        return std::nullopt;
    if (!are_kept_so(parts, type)) return std::nullopt;
    if (type.kind != Kind::map) return Value(List(std::move(parts)));
    Map map;
    for (std::size_t i = 0; i < parts.size(); i += 2) {
        map.emplace_back(std::move(parts[i]), std::move(parts[i + 1]));
    }
    return Value(std::move(map));
}

std::optional<Value> read_part(std::string_view& text, const Type& type) {
    if (text.starts_with(null_mark)) {
        text.remove_prefix(null_mark.size());
        return Value();
    }
    if (has_parts(type)) return read_parts(text, type);
    const std::string_view whole = text.substr(0, text.find_first_of("(),"));
    text.remove_prefix(whole.size());
    if (whole == empty_mark) return parse_scalar("", type);
    const auto plain = unescaped(whole);
    return plain ? parse_scalar(*plain, type) : std::nullopt;
}

/// No zeros at the end of a fraction, and integers without an exponent, if they are not very long.
void normalize(Decimal& number) {
    constexpr std::int32_t zeros_limit = 100;
    std::string& digits = number.unscaled.digits;
    if (digits == "0") number.scale = 0;
    while (digits.size() > 1 && digits.ends_with('0') && number.scale > INT32_MIN) {
        digits.pop_back();
        --number.scale;
    }
    if (number.scale < 0 && number.scale >= -zeros_limit) {
        digits.append(static_cast<std::size_t>(-number.scale), '0');
        number.scale = 0;
    }
}

/// Cassandra tells clustering columns apart by their value, not by their bytes: 1.0 is 1.00.
Value normal(Value value, const Type& type) {
    if (Decimal* number = std::get_if<Decimal>(&value.held)) {
        normalize(*number);
    } else if (List* list = std::get_if<List>(&value.held)) {
        for (std::size_t i = 0; i < list->size(); ++i) {
            if (const Type* of = part_type(type, i)) (*list)[i] = normal((*list)[i], *of);
        }
    } else if (Map* map = std::get_if<Map>(&value.held)) {
        for (auto& [key, held] : *map) {
            key = normal(key, type.elements[0]);
            held = normal(held, type.elements[1]);
        }
    }
    return value;
}

std::optional<Value> read_component(std::string_view text, const Type& type) {
    if (has_parts(type)) {
        std::optional<Value> value = read_parts(text, type);
        return text.empty() ? value : std::nullopt;
    }
    const auto plain = unescaped(text);
    return plain ? parse_scalar(*plain, type) : std::nullopt;
}

std::string text_of(const Value& value, const KeyColumn& column, bool composite) {
    std::string text;
    const Value plain = column.clustering ? normal(value, column.type) : value;
    if (plain.is_null() || has_parts(column.type)) {
        append_part(text, plain, column.type);
        return text;
    }
    append_text(text, plain, column.type);
    if (!composite) return text;
    std::string escaped;
    append_escaped(escaped, text, escaped_between);
    return escaped;
}

}  // namespace

Key::Key() : Key({KeyColumn{"id", {}, false}}) { columns_.front().type.kind = Kind::uuid; }

Key::Key(std::vector<KeyColumn> columns) : columns_(std::move(columns)) {}

bool Key::is_uuid() const {
    const Kind first = columns_.front().type.kind;
    return !is_composite() && (first == Kind::uuid || first == Kind::timeuuid);
}

bool Key::has(std::string_view column) const {
    return std::ranges::find(columns_, column, &KeyColumn::name) != columns_.end();
}

Id Key::encode(const std::vector<Value>& values) const {
    if (!is_composite()) {
        if (const Uuid* uuid = values.front().get_if<Uuid>()) return *uuid;
    }
    std::string text;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (i > 0) text += separator;
        text += text_of(values[i], columns_[i], is_composite());
    }
    return Id::of(text);
}

std::optional<std::vector<Value>> Key::decode(const Id& id) const {
    std::vector<Value> values;
    if (is_uuid()) {
        const Uuid* uuid = id.uuid();
        const bool timed = columns_.front().type.kind == Kind::timeuuid;
        if (uuid == nullptr || (timed && uuid->version() != 1)) return std::nullopt;
        values.emplace_back(*uuid);
        return values;
    }
    const std::string text = id.to_string();
    std::string_view rest = text;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        const bool last = i + 1 == columns_.size();
        const std::size_t end = last ? rest.size() : rest.find(separator);
        if (end == std::string_view::npos) return std::nullopt;
        const Type& type = columns_[i].type;
        const std::string_view part = rest.substr(0, end);
        const bool raw = !is_composite() && !has_parts(type);
        std::optional<Value> value = raw ? parse_scalar(part, type) : read_component(part, type);
        if (!value) return std::nullopt;
        values.push_back(std::move(*value));
        rest.remove_prefix(last ? end : end + 1);
    }
    // A partition key of one column must not be empty; and one spelling only: the one that a row of
    // this key would get.
    const bool alone = is_composite() && columns_[1].clustering;
    if (text.empty() || (alone && text.front() == separator)) return std::nullopt;
    if (encode(values) != id) return std::nullopt;
    return values;
}

bool Key::accepts(const Id& id) const {
    const bool plain = !is_composite() && columns_.front().type.kind == Kind::uuid;
    return plain ? id.uuid() != nullptr : decode(id).has_value();
}

std::string Key::shape() const {
    std::string text;
    for (const KeyColumn& column : columns_) {
        text += text.empty() ? "" : " ~ ";
        text += fmt::format("{} ({})", column.name, to_cql(column.type));
    }
    return text;
}

}  // namespace duet
