// Between the two stores: a value's bytes in CQL become a document, and that the same bytes again.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>

#include "elastic/client.hpp"
#include "stores/cassandra/codec.hpp"
#include "stores/elasticsearch/mapping.hpp"
#include "unit/stores/arbitrary.hpp"
#include "unit/stores/elasticsearch/support.hpp"

namespace duet {
namespace {

constexpr int deepest = 3;

Schema any_schema() {
    Schema schema;
    const auto size = *rc::gen::inRange<std::size_t>(1, 6);
    for (std::size_t i = 0; i < size; ++i) {
        schema.columns.push_back({any_text(false) + std::to_string(i), any_type(deepest)});
    }
    return schema;
}

/// As an index that Duet makes.
elasticsearch::Layout layout_of(const Schema& schema) {
    std::string properties;
    for (const Column& column : schema.columns) {
        properties += properties.empty() ? "" : ",";
        elastic::append_json_string(properties, column.name);
        properties += ":" + elasticsearch::mapping_of(column.type);
    }
    return elasticsearch::layout_of(schema, "{" + properties + "}");
}

Bytes encoded(const Value& value, const Type& type) {
    Bytes bytes;
    cassandra::encode(value, type, bytes);
    return bytes;
}

/// Nothing, as rule V6 says.
bool is_nothing(const Value& value, const Type& type) { return same_value(value, Value(), type); }

/// A dense_vector takes finite numbers only.
bool is_refused(const Value& value, const Type& type) {
    const List* list = value.get_if<List>();
    return type.kind == Kind::vector && type.elements[0].kind == Kind::float_ && list != nullptr &&
           !std::all_of(list->begin(), list->end(),
                        [](const Value& each) { return std::isfinite(each.get<float>()); });
}

RC_GTEST_PROP(TwoWays, every_row_comes_back_from_its_document_byte_by_byte, ()) {
    const Schema schema = any_schema();
    const elasticsearch::Layout layout = layout_of(schema);
    Content row;
    std::vector<Bytes> before;
    bool refused = false;
    for (const Column& column : schema.columns) {
        const Value value = any_value(column.type);
        before.push_back(encoded(value, column.type));
        row.values.push_back(cassandra::decode(before.back(), column.type));
        refused = refused || is_refused(value, column.type);
    }
    std::string document;
    const auto refusal = append_document(document, Id(), row, Version{0}, layout);
    RC_ASSERT(refusal.has_value() == refused);
    if (refusal) return;
    RC_LOG() << document << "\n";
    const elasticsearch::ReadDocument read = elasticsearch::read_source(document, layout);
    if (read.problem) RC_FAIL(read.problem->field + " " + read.problem->reason);
    for (std::size_t i = 0; i < schema.columns.size(); ++i) {
        const Type& type = schema.columns[i].type;
        const Value& value = read.content.values[i];
        if (is_nothing(row.values[i], type)) {
            RC_ASSERT(is_nothing(value, type));
        } else {
            RC_ASSERT(encoded(value, type) == before[i]);
        }
    }
    RC_ASSERT(read.content.carried.empty());
}

}  // namespace
}  // namespace duet
