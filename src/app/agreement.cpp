#include "app/agreement.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/glob.hpp"
#include "base/error.hpp"
#include "model/cursor.hpp"

namespace duet::app {

namespace {

/// An array in a document is its elements to a mapping, at any depth.
const Type& innermost(const Type& type) {
    const bool of_elements =
        type.kind == Kind::list || type.kind == Kind::set || type.kind == Kind::vector;
    return of_elements && type.elements.size() == 1 ? innermost(type.elements.front()) : type;
}

bool is_text(const Type& type) { return type.kind == Kind::text || type.kind == Kind::ascii; }

bool is_object(const Type& type) {
    return type.holds_json || type.kind == Kind::map || type.kind == Kind::udt;
}

/// Text that holds an object's JSON stands in the document as an object, not as a string.
void mark_json(Type& type) {
    if (is_text(type)) type.holds_json = true;
    for (Type& element : type.elements) mark_json(element);
}

/// The type that both sides use; throws Misconfigured.
Type common_type(const Column& column, const Type& field, const Schema& table,
                 const Schema& index) {
    const Type& ours = innermost(column.type);
    const Type& theirs = innermost(field);
    if (is_object(ours) && !is_object(theirs)) {
        throw Misconfigured(
            fmt::format("table {}: column {} is {}, but index {} maps that field as a single "
                        "value ({})",
                        table.name, column.name, to_cql(column.type), index.name, to_cql(field)),
            fmt::format("copy the documents into an index that maps {} as an object, or rename "
                        "the column: ALTER TABLE cannot change its type",
                        column.name));
    }
    Type common = column.type;
    if (!theirs.holds_json) return common;
    if (is_text(ours)) {
        mark_json(common);
    } else if (!is_object(ours) && ours.kind != Kind::tuple) {
        throw Misconfigured(
            fmt::format("table {}: column {} is {}, but index {} maps that field as an object",
                        table.name, column.name, to_cql(column.type), index.name),
            fmt::format("give the column another name, or leave the table out: in [[pair]], "
                        "tables = [\"*\", \"!{}\"]",
                        table.name.substr(table.name.find('.') + 1)));
    }
    return common;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
}

std::string listed(const std::vector<std::string>& names) {
    constexpr std::size_t shown = 10;
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), shown); ++i) {
        text += (i == 0 ? "" : ", ") + names[i];
    }
    return names.size() > shown ? fmt::format("{} and {} more", text, names.size() - shown) : text;
}

/// Columns and fields that are not synced, by the reason.
struct LeftAlone {
    std::vector<std::string> columns;
    std::vector<std::string> fields;
    std::vector<std::string> dropped;
    std::vector<std::string> too_many;

    void note(std::vector<std::string>& notes, const TableLimits& limits) const {
        if (!columns.empty()) {
            notes.push_back(
                fmt::format("columns {} stay as they are: the index has no such fields, and the "
                            "direction is to_cassandra",
                            listed(columns)));
        }
        if (!fields.empty()) {
            notes.push_back(
                fmt::format("fields {} stay in the documents: the table has no such columns, and "
                            "the direction is to_elasticsearch",
                            listed(fields)));
        }
        if (!dropped.empty()) {
            notes.push_back(
                fmt::format("fields {} stay in the documents: somebody dropped their columns "
                            "(ALTER TABLE ADD brings them back)",
                            listed(dropped)));
        }
        if (!too_many.empty()) {
            notes.push_back(
                fmt::format("fields {} stay in the documents: the table would have more than {} "
                            "columns (max_new_columns)",
                            listed(too_many), limits.max_columns));
        }
    }
};

/// Every column of a composite key is a field, too; throws Misconfigured.
std::vector<std::string> new_key_fields(const Schema& table, const Schema& index) {
    std::vector<std::string> fields;
    if (!table.key.is_composite()) return fields;
    for (const KeyColumn& key : table.key.columns()) {
        const Column column{key.name, key.type};
        if (const auto at = index.find(key.name)) {
            (void)common_type(column, index.columns[*at].type, table, index);
            if (innermost(index.columns[*at].type).holds_json) {
                throw Misconfigured(
                    fmt::format("table {}: key column {} is {}, but index {} maps that field as an "
                                "object",
                                table.name, key.name, to_cql(key.type), index.name),
                    fmt::format("copy the documents into an index that maps {} as a single value",
                                key.name));
            }
        } else {
            fields.push_back(key.name);
        }
    }
    return fields;
}

/// The field in which documents say when they end; empty: none is needed. A column or a field of
/// that name that users made is content, and stays it.
std::string expiry_field(const Schema& table, const Schema& index, const TableLimits& limits) {
    const auto taken = [&](const std::string& name) {
        return table.find(name) || table.key.has(name) || index.find(name) ||
               std::ranges::find(limits.shape.fields, name, &FieldRule::field) !=
                   limits.shape.fields.end();
    };
    if (!index.expiry_field.empty() && !taken(index.expiry_field)) return index.expiry_field;
    const bool needed = !index.exists || limits.expires;
    if (!needed || limits.shape.direction == sync::Direction::to_cassandra) return {};
    for (const std::string& name : {limits.expiry_field, "_" + limits.expiry_field}) {
        if (!taken(name)) return name;
    }
    throw Misconfigured(
        fmt::format("table {}: rows that end (TTL) need a field in index {} that says when, and "
                    "{} and _{} are taken",
                    table.name, index.name, limits.expiry_field, limits.expiry_field),
        "name a field that is free as expiry_field");
}

/// What holds of the records as a whole: their key, their versions, when they end.
Schema frame_of(const Schema& table, const Schema& index, const TableLimits& limits) {
    Schema schema;
    schema.name = table.name;
    schema.exists = true;
    schema.key = table.key;
    schema.table_id = table.table_id;
    schema.version_precision = table.version_precision;
    schema.document_precision = index.document_precision;
    schema.notes = table.notes;
    schema.notes.insert(schema.notes.end(), index.notes.begin(), index.notes.end());
    schema.expiry_field = expiry_field(table, index, limits);
    if (schema.expiry_field == "_" + limits.expiry_field) {
        schema.notes.push_back(
            fmt::format("documents say when they end in the field {}: {} is taken (expiry_field)",
                        schema.expiry_field, limits.expiry_field));
    }
    return schema;
}

/// The table's columns, each in the type that both sides use; throws Misconfigured.
void take_columns(const Schema& table, const Schema& index, const TableLimits& limits,
                  Agreement& agreed, LeftAlone& left) {
    for (const Column& column : table.columns) {
        if (!chosen(limits.shape.columns, column.name)) continue;
        const auto at = index.find(column.name);
        if (!at && limits.shape.direction == sync::Direction::to_cassandra) {
            left.columns.push_back(column.name);
            continue;
        }
        if (!at) agreed.new_fields.push_back(column.name);
        const Type type =
            at ? common_type(column, index.columns[*at].type, table, index) : column.type;
        agreed.schema.columns.push_back({column.name, type});
    }
}

/// The index's fields that are no columns yet: new columns, or left alone.
void take_fields(const Schema& table, const Schema& index, const TableLimits& limits,
                 Agreement& agreed, LeftAlone& left) {
    Schema& schema = agreed.schema;
    for (const Column& field : index.columns) {
        if (table.find(field.name) || field.name == limits.version_field) continue;
        if (!chosen(limits.shape.columns, field.name)) continue;
        const bool is_known = table.exists || !table.table_id.empty();
        const bool is_key = is_known && table.key.has(field.name);
        if (is_key && table.key.is_composite()) continue;  // the key stands there too
        if (limits.shape.direction == sync::Direction::to_elasticsearch) {
            left.fields.push_back(field.name);
        } else if (is_key) {
            schema.notes.push_back(fmt::format(
                "field {} stays in the documents: the table's key has that name", field.name));
        } else if (contains(limits.dropped, field.name)) {
            left.dropped.push_back(field.name);
        } else if (schema.columns.size() >= limits.max_columns) {
            left.too_many.push_back(field.name);
        } else {
            agreed.new_columns.push_back(field.name);
            schema.columns.push_back(field);
        }
    }
}

}  // namespace

Agreement agree(const Schema& table, const Schema& index, const TableLimits& limits) {
    Agreement agreed;
    agreed.schema = frame_of(table, index, limits);
    Schema& schema = agreed.schema;
    if (limits.shape.direction != sync::Direction::to_cassandra)
        agreed.new_fields = new_key_fields(table, index);
    const bool new_expiry_field = index.exists && schema.expiry_field != index.expiry_field;
    if (new_expiry_field && !schema.expiry_field.empty())
        agreed.new_fields.push_back(schema.expiry_field);
    LeftAlone left;
    take_columns(table, index, limits, agreed, left);
    take_fields(table, index, limits, agreed, left);
    for (const Column& field : index.columns) {
        if (!schema.find(field.name)) schema.carried.push_back(field.name);
    }
    if (index.hides_fields) schema.carried.emplace_back(any_name);
    left.note(schema.notes, limits);
    return agreed;
}

}  // namespace duet::app
