#include "stores/cassandra/pairing.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "stores/cassandra/statements.hpp"

namespace duet::cassandra {
namespace {

struct Keys {
    std::vector<const RawColumn*> partition;
    std::vector<const RawColumn*> clustering;
    std::vector<const RawColumn*> statics;
    std::vector<const RawColumn*> regular;
};

Keys sort_out(const RawTable& raw) {
    Keys keys;
    for (const RawColumn& column : raw.columns) {
        if (column.kind == "partition_key") {
            keys.partition.push_back(&column);
        } else if (column.kind == "clustering") {
            keys.clustering.push_back(&column);
        } else if (column.kind == "static") {
            keys.statics.push_back(&column);
        } else {
            keys.regular.push_back(&column);
        }
    }
    std::ranges::sort(keys.partition, {}, &RawColumn::position);
    std::ranges::sort(keys.clustering, {}, &RawColumn::position);
    std::ranges::sort(keys.statics, {}, &RawColumn::name);
    std::ranges::sort(keys.regular, {}, &RawColumn::name);
    return keys;
}

/// Why the table cannot be paired; empty: it can. The order is that of the remedies: the key first.
std::string reason_against(const RawTable& raw, const Keys& keys, const UserTypes& types) {
    const std::string name = raw.keyspace + "." + raw.table;
    const auto has_flag = [&](std::string_view flag) {
        return std::find(raw.flags.begin(), raw.flags.end(), flag) != raw.flags.end();
    };
    if (!keys.clustering.empty() && !has_flag("compound")) {
        return fmt::format(
            "table {} uses COMPACT STORAGE: run ALTER TABLE \"{}\".\"{}\" DROP "
            "COMPACT STORAGE",
            name, raw.keyspace, raw.table);
    }
    for (const auto* part : {&keys.partition, &keys.clustering}) {
        for (const RawColumn* column : *part) {
            if (parse_type(column->type, types)) continue;
            return fmt::format(
                "table {} has the key column {} of type {}, which Duet does not know: copy the "
                "rows to a table with another key",
                name, column->name, column->type);
        }
    }
    return {};
}

Key key_of(const Keys& keys, const UserTypes& types) {
    std::vector<KeyColumn> columns;
    for (const auto* part : {&keys.partition, &keys.clustering}) {
        for (const RawColumn* column : *part) {
            columns.push_back(
                {column->name, *parse_type(column->type, types), part == &keys.clustering});
        }
    }
    return Key(std::move(columns));
}

void add_columns(TableInfo& table, const std::vector<const RawColumn*>& columns,
                 const UserTypes& types) {
    for (const RawColumn* column : columns) {
        if (auto type = parse_type(column->type, types)) {
            table.columns.push_back({column->name, std::move(*type)});
        } else {
            table.notes.push_back(
                fmt::format("column {} of {}.{} is of type {}, which Duet does "
                            "not know: it is not synced",
                            column->name, table.keyspace, table.table, column->type));
        }
    }
}

void note_what_is_only_read(TableInfo& table, const Keys& keys) {
    const std::string name = table.keyspace + "." + table.table;
    table.counters = std::ranges::any_of(
        table.columns, [](const Column& column) { return column.type.kind == Kind::counter; });
    if (table.counters) {
        table.notes.push_back(fmt::format(
            "table {} holds counters, which cannot be set: its documents follow its rows, one way",
            name));
    }
    std::string list;
    for (const RawColumn* column : keys.statics) {
        table.statics.push_back(column->name);
        list += (list.empty() ? "" : ", ") + column->name;
    }
    if (!list.empty()) {
        table.notes.push_back(fmt::format(
            "static columns of {} ({}) hold one value for a whole partition: its documents show "
            "it, and what is changed there is undone",
            name, list));
    }
}

}  // namespace

UserTypes resolve_types(const std::vector<TypeDefinition>& definitions) {
    UserTypes types;
    bool progress = true;
    while (progress) {  // each round resolves at least one, or is the last
        progress = false;
        for (const TypeDefinition& definition : definitions) {
            if (types.contains(definition.name) ||
                definition.field_names.size() != definition.field_types.size()) {
                continue;
            }
            Type type;
            type.kind = Kind::udt;
            type.udt_name = definition.name;
            type.field_names = definition.field_names;
            for (const std::string& field : definition.field_types) {
                if (auto part = parse_type(field, types)) {
                    type.elements.push_back(std::move(*part));
                }
            }
            if (type.elements.size() == definition.field_types.size()) {
                types.emplace(definition.name, std::move(type));
                progress = true;
            }
        }
    }
    return types;
}

TableInfo interpret(const RawTable& raw, const UserTypes& types) {
    const Keys keys = sort_out(raw);
    TableInfo table;
    table.keyspace = raw.keyspace;
    table.table = raw.table;
    table.table_id = raw.table_id;
    table.cdc = raw.cdc;
    table.altered_at = raw.altered_at;
    table.default_ttl = raw.default_ttl;
    table.made_by_duet = raw.comment == made_by_duet;
    table.range_indexed = raw.range_indexed;
    table.reason = reason_against(raw, keys, types);
    if (table.reason.empty()) table.key = key_of(keys, types);
    add_columns(table, keys.regular, types);
    add_columns(table, keys.statics, types);
    std::ranges::sort(table.columns, {}, &Column::name);
    note_what_is_only_read(table, keys);
    if (raw.default_ttl > 0) {
        table.notes.push_back(fmt::format(
            "rows of {}.{} end after {} s by default; those of documents without an end never do",
            raw.keyspace, raw.table, raw.default_ttl));
    }
    for (const std::string& name : raw.dropped) {
        const bool there =
            std::any_of(raw.columns.begin(), raw.columns.end(),
                        [&](const RawColumn& column) { return column.name == name; });
        if (!there) {
            table.dropped.push_back(name);
        }
    }
    return table;
}

}  // namespace duet::cassandra
