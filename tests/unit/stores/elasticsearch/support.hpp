#pragma once
// Documents and columns in few words.

#include <stdexcept>
#include <string>

#include "stores/elasticsearch/layout.hpp"
#include "stores/elasticsearch/reader.hpp"
#include "stores/elasticsearch/writer.hpp"

namespace duet::elasticsearch {

inline Type of(Kind kind, std::vector<Type> elements = {}) {
    Type type;
    type.kind = kind;
    type.elements = std::move(elements);
    return type;
}

inline Schema schema_of(std::vector<Column> columns) {
    Schema schema;
    schema.columns = std::move(columns);
    return schema;
}

/// `properties` is the mapping's; empty: there is none.
inline Layout layout_of(const Schema& schema, const std::string& properties = "{}") {
    const auto document = JsonDocument::parse(properties);
    return {schema, document->root(), "updated_at", StampFormat()};
}

/// One column "f", mapped like this or not at all.
inline Layout layout_of_field(const Type& type, const std::string& mapping) {
    const Schema schema = schema_of({{"f", type}});
    return mapping.empty() ? layout_of(schema) : layout_of(schema, "{\"f\":" + mapping + "}");
}

/// What a document with one field "f" of this type says; throws the refusal's reason.
inline ReadDocument read_source(const std::string& source, const Layout& layout) {
    const auto document = JsonDocument::parse(source);
    if (!document) throw std::runtime_error("no JSON: " + source);
    ReadDocument read = read_document(Id(), document->root(), layout);
    read.unknown.clear();  // they look into the document
    return read;
}

inline Value read_value(const std::string& json, const Type& type,
                        const std::string& mapping = "") {
    const Layout layout = layout_of_field(type, mapping);
    ReadDocument read = read_source("{\"f\":" + json + "}", layout);
    if (read.problem) throw std::runtime_error(read.problem->reason);
    return read.content.values.at(0);
}

inline std::string write_value(const Value& value, const Type& type,
                               const std::string& mapping = "") {
    const Layout layout = layout_of_field(type, mapping);
    Content content;
    content.values.push_back(value);
    std::string out;
    if (const auto refusal = append_document(out, Id(), content, Version{0}, layout))
        return "refused: " + refusal->reason;
    const std::string end = R"("updated_at":"1970-01-01T00:00:00.000000Z"})";
    out.resize(out.size() - end.size());
    return out;
}

}  // namespace duet::elasticsearch
