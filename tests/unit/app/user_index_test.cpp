// Documents of an index of a user become rows, by the columns that its mapping and a look at the
// documents give, and the same documents again.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "elastic/client.hpp"
#include "stores/cassandra/codec.hpp"
#include "stores/elasticsearch/mapping.hpp"
#include "unit/stores/arbitrary.hpp"
#include "unit/stores/elasticsearch/support.hpp"

namespace duet {
namespace {

namespace json = boost::json;
using elasticsearch::JsonDocument;

constexpr int deepest = 3;  // arrays in arrays

struct AnyField {
    std::string name;  // as JSON
    std::string mapping;
    std::string kind;
    int depth = 0;           // of arrays
    bool fractions = false;  // that the index let into a field of integers
};

std::string one_of(const std::vector<std::string>& all) { return *rc::gen::elementOf(all); }

std::string any_string() {
    std::string text;
    elastic::append_json_string(text, any_text(false));
    return text;
}

std::string any_whole(const AnyField& field) {
    // Never a whole number: without a fraction in sight the column is one of integers, and a byte
    // would not hold all of these.
    if (field.fractions) return fmt::format("{}", *rc::gen::inRange(-4'000, 4'000) + 0.25);
    if (field.kind == "byte") return std::to_string(any_int<std::int8_t>());
    if (field.kind == "short") return std::to_string(any_int<std::int16_t>());
    if (field.kind == "integer") return std::to_string(any_int<std::int32_t>());
    return std::to_string(any_int<std::int64_t>());
}

std::string any_single(const AnyField& field) {
    const std::string& kind = field.kind;
    if (kind == "unsigned_long") return std::to_string(*rc::gen::arbitrary<std::uint64_t>());
    if (kind == "double" || kind == "float" || kind == "scaled_float")
        return fmt::format("{}", *rc::gen::inRange(-100'000, 100'000) / 8.0);
    if (kind == "text" || kind == "keyword" || kind == "wildcard") return any_string();
    if (kind == "boolean") return one_of({"true", "false"});
    if (kind == "ip") return one_of({R"("192.168.1.2")", R"("2001:db8::1")", R"("::")"});
    if (kind == "binary") return one_of({R"("AP8=")", R"("AA==")", R"("")"});
    if (kind == "date")
        return one_of({R"("2026-11-20T10:00:00.123Z")", R"("-0001-01-01T00:00:00.000Z")"});
    if (kind == "date_nanos") return R"("2026-11-20T10:00:00.123456789Z")";
    if (kind == "dense_vector") return one_of({"[1.5,-0.25]", "[0.0,3.0]"});
    if (kind == "flattened") return "{\"a.b\":" + any_string() + R"(,"":"x"})";
    if (kind == "geo_point") return one_of({R"({"lat":1.5,"lon":2})", R"("1.5,2")", "[2,1.5]"});
    if (kind == "nested") return R"([{"a":1.50,"b":[null,{}]},{"a":)" + any_string() + "}]";
    if (kind == "object") return R"({"a":[1,[]],"b":{"c":)" + any_string() + "}}";
    return any_whole(field);
}

std::string any_field_value(const AnyField& field, int depth) {
    if (depth == 0) return any_single(field);
    std::string all;
    for (int i = *rc::gen::inRange(1, 4); i > 0; --i)
        all += (all.empty() ? "[" : ",") + any_field_value(field, depth - 1);
    return all + "]";
}

AnyField any_field(std::size_t number) {
    AnyField field;
    elastic::append_json_string(field.name, any_text(false) + std::to_string(number));
    std::erase(field.name, '.');  // a dot is an object's
    field.kind =
        one_of({"byte",      "short",        "integer", "long",       "unsigned_long", "float",
                "double",    "scaled_float", "text",    "keyword",    "wildcard",      "boolean",
                "ip",        "binary",       "date",    "date_nanos", "dense_vector",  "flattened",
                "geo_point", "nested",       "object"});
    field.mapping = R"({"type":")" + field.kind + R"(","dims":2})";
    const bool may_be_array = field.kind != "dense_vector" && field.kind != "nested";
    if (may_be_array) field.depth = *rc::gen::inRange(0, deepest + 1);
    field.fractions = *rc::gen::arbitrary<bool>();
    return field;
}

std::string any_document(const std::vector<AnyField>& fields) {
    std::string members;
    for (const AnyField& field : fields) {
        if (*rc::gen::inRange(0, 4) == 0) continue;
        members +=
            (members.empty() ? "" : ",") + field.name + ":" + any_field_value(field, field.depth);
    }
    return "{" + members + "}";
}

/// Numbers by what they say.
json::value normal(const json::value& value) {
    if (const auto* object = value.if_object()) {
        json::object all;
        for (const auto& [name, each] : *object) all[name] = normal(each);
        return all;
    }
    if (const auto* array = value.if_array()) {
        json::array all;
        for (const auto& each : *array) all.push_back(normal(each));
        return all;
    }
    if (const auto* real = value.if_double()) {
        const bool whole = *real == static_cast<double>(static_cast<std::int64_t>(*real));
        return json::string(whole ? fmt::format("# {:.0f}", *real) : fmt::format("# {}", *real));
    }
    if (value.is_number()) return json::string("# " + json::serialize(value));
    return value;
}

/// Through the bytes of a row.
elasticsearch::ReadDocument through_cassandra(elasticsearch::ReadDocument read,
                                              const Schema& schema) {
    for (std::size_t i = 0; i < schema.columns.size(); ++i) {
        Value& value = read.content.values[i];
        const Type& type = schema.columns[i].type;
        if (value.is_null()) continue;
        Bytes bytes;
        cassandra::encode(value, type, bytes);
        value = cassandra::decode(bytes, type);
    }
    return read;
}

RC_GTEST_PROP(UserIndex, every_document_comes_back_from_its_row, ()) {
    std::vector<AnyField> fields;
    for (std::size_t i = *rc::gen::inRange<std::size_t>(1, 6); i > 0; --i)
        fields.push_back(any_field(i));
    std::string properties;
    for (const AnyField& field : fields)
        properties += (properties.empty() ? "{" : ",") + field.name + ":" + field.mapping;
    const auto mapping = JsonDocument::parse(properties + "}");
    RC_ASSERT(mapping.has_value());

    elasticsearch::Sample sample;
    std::vector<std::string> documents;
    for (int i = *rc::gen::inRange(1, 4); i > 0; --i) {
        documents.push_back(any_document(fields));
        sample.add(JsonDocument::parse(documents.back())->root());
    }
    const Schema schema = elasticsearch::schema_of(
        elasticsearch::columns_of(mapping->root(), "updated_at", sample).columns);
    const elasticsearch::Layout layout(schema, mapping->root(), "updated_at", {});
    for (const std::string& document : documents) {
        RC_LOG() << properties << "}\n" << document << "\n";
        const auto read = through_cassandra(elasticsearch::read_source(document, layout), schema);
        if (read.problem) RC_FAIL(read.problem->field + " " + read.problem->reason);
        RC_ASSERT(read.content.carried.empty());
        std::string again;
        const auto refusal = append_document(again, Id(), read.content, Version{0}, layout);
        if (refusal) RC_FAIL(refusal->field + " " + refusal->reason);
        json::object back = json::parse(again).as_object();
        back.erase("updated_at");
        RC_ASSERT(normal(back) == normal(json::parse(document)));
    }
}

}  // namespace
}  // namespace duet
