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
    const auto by_name = [](const RawColumn* left, const RawColumn* right) {
        return left->name < right->name;
    };
    std::sort(keys.regular.begin(), keys.regular.end(), by_name);
    return keys;
}

/// Why the table cannot be paired; empty: it can. The order is that of the remedies: the key first.
std::string reason_against(const RawTable& raw, const Keys& keys) {
    const std::string name = raw.keyspace + "." + raw.table;
    const auto has_flag = [&](std::string_view flag) {
        return std::find(raw.flags.begin(), raw.flags.end(), flag) != raw.flags.end();
    };
    if (keys.partition.size() != 1) {
        return fmt::format(
            "table {} has a partition key of {} columns: Duet pairs tables whose "
            "whole primary key is one uuid column",
            name, keys.partition.size());
    }
    const RawColumn& key = *keys.partition[0];
    if (key.type != "uuid") {
        return fmt::format(
            "table {} has the key {} of type {}: Duet pairs tables whose key is of "
            "type uuid; copy the rows to a table with a uuid key",
            name, key.name, key.type);
    }
    if (!keys.clustering.empty() && !has_flag("compound")) {
        return fmt::format(
            "table {} uses COMPACT STORAGE: run ALTER TABLE \"{}\".\"{}\" DROP "
            "COMPACT STORAGE",
            name, raw.keyspace, raw.table);
    }
    if (!keys.clustering.empty()) {
        return fmt::format(
            "table {} has clustering columns ({} is the first): Duet pairs tables "
            "whose whole primary key is one uuid column",
            name, keys.clustering[0]->name);
    }
    if (!keys.statics.empty()) {
        return fmt::format(
            "table {} has static columns ({} is one), which Duet does not pair: move "
            "them to another table",
            name, keys.statics[0]->name);
    }
    for (const RawColumn* column : keys.regular) {
        if (column->type == "counter") {
            return fmt::format(
                "table {} holds counters ({} is one): they cannot be written with a "
                "timestamp; leave it out with tables = [\"!{}\"]",
                name, column->name, raw.table);
        }
    }
    if (raw.default_ttl > 0) {
        return fmt::format(
            "table {} has default_time_to_live = {}: expired rows would come back "
            "from the index for ever; run ALTER TABLE \"{}\".\"{}\" WITH "
            "default_time_to_live = 0 to pair it",
            name, raw.default_ttl, raw.keyspace, raw.table);
    }
    return {};
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
    table.default_ttl = raw.default_ttl;
    table.made_by_duet = raw.comment == made_by_duet;
    table.range_indexed = raw.range_indexed;
    table.key_column = keys.partition.size() == 1 ? keys.partition[0]->name : "";
    table.reason = reason_against(raw, keys);
    for (const RawColumn* column : keys.regular) {
        if (auto type = parse_type(column->type, types)) {
            table.columns.push_back({column->name, std::move(*type)});
        } else {
            table.notes.push_back(
                fmt::format("column {} of {}.{} is of type {}, which Duet does "
                            "not know: it is not synced",
                            column->name, raw.keyspace, raw.table, column->type));
        }
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
