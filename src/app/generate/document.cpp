#include "app/generate/document.hpp"

#include <fmt/format.h>

#include <iterator>

#include "base/time.hpp"
#include "elastic/client.hpp"

namespace duet::app {
namespace {

constexpr std::int64_t seconds_per_day = 86'400;

void append_json(std::string& out, const Value& value, const Type& type);

void append_inet(std::string& out, const Inet& inet) {
    if (inet.size == 4) {
        fmt::format_to(std::back_inserter(out), "\"{}.{}.{}.{}\"", inet.bytes[0], inet.bytes[1],
                       inet.bytes[2], inet.bytes[3]);
        return;
    }
    std::string_view separator = "\"";
    for (std::size_t i = 0; i < 16; i += 2) {
        fmt::format_to(std::back_inserter(out), "{}{:x}", separator,
                       (inet.bytes[i] << 8) | inet.bytes[i + 1]);
        separator = ":";
    }
    out += '"';
}

void append_integer(std::string& out, std::int64_t value, Kind kind) {
    if (kind == Kind::timestamp) {
        elastic::append_json_string(out, format_iso8601(instant_from_millis(value), 3));
    } else if (kind == Kind::date) {
        const std::string moment = format_iso8601(Instant{value * seconds_per_day, 0}, 0);
        elastic::append_json_string(out, moment.substr(0, moment.find('T')));
    } else if (kind == Kind::time) {
        const std::int64_t seconds = value / 1'000'000'000;
        fmt::format_to(std::back_inserter(out), "\"{:02}:{:02}:{:02}\"", seconds / 3'600,
                       seconds / 60 % 60, seconds % 60);
    } else {
        out += std::to_string(value);
    }
}

/// Appends the JSON of what a value holds.
struct JsonWriter {
    std::string& out;
    const Type& type;

    void operator()(std::monostate) const { out += "null"; }
    void operator()(bool value) const { out += value ? "true" : "false"; }
    void operator()(std::int64_t value) const { append_integer(out, value, type.kind); }
    void operator()(float value) const { out += fmt::format("{}", value); }
    void operator()(double value) const { out += fmt::format("{}", value); }
    void operator()(const std::string& text) const { elastic::append_json_string(out, text); }
    void operator()(const Blob& blob) const { out += '"' + to_base64(blob.bytes) + '"'; }
    void operator()(const Uuid& id) const { out += '"' + id.to_string() + '"'; }
    void operator()(const Inet& inet) const { append_inet(out, inet); }
    void operator()(const BigInteger& number) const { out += number.digits; }
    void operator()(const Decimal& number) const { out += number.to_string(); }
    void operator()(const Duration&) const { out += "null"; }  // no data set has one
    void operator()(const List& list) const {
        char separator = '[';
        for (const Value& element : list) {
            out += separator;
            append_json(out, element, type.elements[0]);
            separator = ',';
        }
        out += list.empty() ? "[]" : "]";
    }
    void operator()(const Map& map) const {
        char separator = '{';
        for (const auto& [key, element] : map) {
            out += separator;
            append_json(out, key, type.elements[0]);  // keys are text
            out += ':';
            append_json(out, element, type.elements[1]);
            separator = ',';
        }
        out += map.empty() ? "{}" : "}";
    }
};

void append_json(std::string& out, const Value& value, const Type& type) {
    std::visit(JsonWriter{out, type}, value.held);
}

std::string_view field_type(const Type& type) {
    switch (type.kind) {
        case Kind::text:
            return R"({"type":"text","fields":{"keyword":{"type":"keyword","ignore_above":8191}}})";
        case Kind::tinyint: return R"({"type":"byte"})";
        case Kind::smallint: return R"({"type":"short"})";
        case Kind::int_: return R"({"type":"integer"})";
        case Kind::bigint:
        case Kind::counter: return R"({"type":"long"})";
        case Kind::varint:
        case Kind::decimal:
        case Kind::double_: return R"({"type":"double"})";
        case Kind::float_: return R"({"type":"float"})";
        case Kind::boolean: return R"({"type":"boolean"})";
        case Kind::timestamp:
        case Kind::date: return R"({"type":"date"})";
        case Kind::inet: return R"({"type":"ip"})";
        case Kind::blob: return R"({"type":"binary"})";
        case Kind::map: return R"({"type":"flattened","ignore_above":8191})";
        case Kind::list:
        case Kind::set:
        case Kind::vector: return field_type(type.elements[0]);
        case Kind::tuple:
        case Kind::udt: return R"({"type":"object"})";
        case Kind::ascii:
        case Kind::uuid:
        case Kind::timeuuid:
        case Kind::time:
        case Kind::duration: break;
    }
    return R"({"type":"keyword","ignore_above":8191})";
}

}  // namespace

std::string document_of(const GeneratedRecord& record, const std::string& version_field) {
    std::string out;
    char separator = '{';
    for (const NamedValue& named : record.values) {
        if (named.value.is_null()) continue;
        out += separator;
        elastic::append_json_string(out, named.column->name);
        out += ':';
        append_json(out, named.value, named.column->type);
        separator = ',';
    }
    out += separator;
    elastic::append_json_string(out, version_field);
    out += ':';
    elastic::append_json_string(out, format_iso8601(instant_from_micros(record.written_at), 6));
    out += '}';
    return out;
}

std::string index_body(const DataSet& set, const std::string& version_field) {
    std::string out = R"({"mappings":{"date_detection":false,"properties":{)";
    for (const Column& column : set.columns) {
        elastic::append_json_string(out, column.name);
        out += ':';
        out += field_type(column.type);
        out += ',';
    }
    elastic::append_json_string(out, version_field);
    out += R"(:{"type":"date_nanos"}}}})";
    return out;
}

}  // namespace duet::app
