#include "model/type.hpp"

#include <string_view>

namespace duet {
namespace {

std::string_view name_of(Kind kind) {
    switch (kind) {
        case Kind::ascii: return "ascii";
        case Kind::text: return "text";
        case Kind::tinyint: return "tinyint";
        case Kind::smallint: return "smallint";
        case Kind::int_: return "int";
        case Kind::bigint: return "bigint";
        case Kind::varint: return "varint";
        case Kind::decimal: return "decimal";
        case Kind::float_: return "float";
        case Kind::double_: return "double";
        case Kind::boolean: return "boolean";
        case Kind::uuid: return "uuid";
        case Kind::timeuuid: return "timeuuid";
        case Kind::timestamp: return "timestamp";
        case Kind::date: return "date";
        case Kind::time: return "time";
        case Kind::duration: return "duration";
        case Kind::inet: return "inet";
        case Kind::blob: return "blob";
        case Kind::counter: return "counter";
        case Kind::list: return "list";
        case Kind::set: return "set";
        case Kind::map: return "map";
        case Kind::tuple: return "tuple";
        case Kind::vector: return "vector";
        case Kind::udt: return "udt";
    }
    return "";
}

void append_quoted(std::string& out, std::string_view name) {
    out += '"';
    for (const char c : name) {
        out += c;
        if (c == '"') {
            out += c;
        }
    }
    out += '"';
}

void append_type(std::string& out, const Type& type) {
    if (type.kind == Kind::udt) {
        append_quoted(out, type.udt_name);
        return;
    }
    out += name_of(type.kind);
    if (type.elements.empty()) {
        return;
    }
    out += '<';
    std::string_view separator;
    for (const Type& element : type.elements) {
        out += separator;
        out += to_cql(element);
        separator = ", ";
    }
    if (type.kind == Kind::vector) {
        out += separator;
        out += std::to_string(type.dimension);
    }
    out += '>';
}

}  // namespace

bool Type::multi_cell() const { return !frozen && (is_collection() || kind == Kind::udt); }

std::string to_cql(const Type& type) {
    std::string text;
    // Tuples and vectors are frozen without saying so.
    const bool says_frozen = type.frozen && (type.is_collection() || type.kind == Kind::udt);
    text += says_frozen ? "frozen<" : "";
    append_type(text, type);
    text += says_frozen ? ">" : "";
    return text;
}

}  // namespace duet
