#include "stores/cassandra/catalog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/error.hpp"
#include "stores/cassandra/cells.hpp"
#include "stores/cassandra/failure.hpp"
#include "stores/cassandra/pairing.hpp"
#include "stores/cassandra/statements.hpp"
#include "stores/cassandra/types.hpp"

namespace duet::cassandra {
namespace {

/// Keyspace and table.
using TableKey = std::pair<std::string, std::string>;

using Pages = std::vector<cql::Rows>;

/// What system_schema holds, of one table, or of all of them.
struct SchemaPages {
    Pages tables;
    Pages types;
    Pages columns;
    Pages dropped;
    Pages indexes;
};

Task<void> read_into(Pages& pages, cql::Session& session, std::string cql) {
    pages = co_await query_all(session, std::move(cql));
}

/// Reads with the same condition from each table of system_schema; types belong to the keyspace.
Task<SchemaPages> read_schema(cql::Session& session, std::string of_table,
                              std::string of_keyspace) {
    SchemaPages pages;
    const std::string from = " FROM system_schema.";
    std::string tables =
        "SELECT keyspace_name, table_name, id, cdc, WRITETIME(cdc) AS altered_at, "
        "default_time_to_live, flags, comment" +
        from + "tables" + of_table;
    std::string types =
        "SELECT keyspace_name, type_name, field_names, field_types" + from + "types" + of_keyspace;
    std::string columns = "SELECT keyspace_name, table_name, column_name, kind, position, type" +
                          from + "columns" + of_table;
    std::string dropped =
        "SELECT keyspace_name, table_name, column_name" + from + "dropped_columns" + of_table;
    std::string indexes =
        "SELECT keyspace_name, table_name, kind, options" + from + "indexes" + of_table;
    std::vector<Task<void>> all;
    all.push_back(read_into(pages.indexes, session, std::move(indexes)));
    all.push_back(read_into(pages.tables, session, std::move(tables)));
    all.push_back(read_into(pages.types, session, std::move(types)));
    all.push_back(read_into(pages.columns, session, std::move(columns)));
    all.push_back(read_into(pages.dropped, session, std::move(dropped)));
    co_await when_all(std::move(all));
    co_return pages;
}

template <class Visit>
void each_row(const Pages& pages, Visit visit) {
    for (const cql::Rows& rows : pages) {
        for (std::size_t row = 0; row < rows.size(); ++row) {
            visit(rows, row);
        }
    }
}

std::map<std::string, UserTypes> user_types(const Pages& pages) {
    std::map<std::string, std::vector<TypeDefinition>> definitions;
    each_row(pages, [&](const cql::Rows& rows, std::size_t row) {
        definitions[text_cell(rows, row, "keyspace_name")].push_back(
            {text_cell(rows, row, "type_name"), texts_cell(rows, row, "field_names"),
             texts_cell(rows, row, "field_types")});
    });
    std::map<std::string, UserTypes> types;
    for (const auto& [keyspace, list] : definitions) {
        types[keyspace] = resolve_types(list);
    }
    return types;
}

/// The column of a storage-attached index; empty: it is an index of another kind.
std::optional<std::string> range_indexed(const cql::Rows& rows, std::size_t row) {
    const Value options = cell_value(rows, row, "options");
    const Map* entries = options.get_if<Map>();
    if (entries == nullptr) {
        return std::nullopt;
    }
    std::string column;
    bool attached = false;
    for (const auto& [name, value] : *entries) {
        const std::string& text = value.get<std::string>();
        if (name.get<std::string>() == "target") {
            column = text;
        } else if (name.get<std::string>() == "class_name") {
            attached = text == "sai" || text.ends_with("StorageAttachedIndex");
        }
    }
    if (column.size() > 1 && column.front() == '"') {
        column = column.substr(1, column.size() - 2);
    }
    return attached ? std::optional(column) : std::nullopt;
}

std::vector<TableInfo> assemble(const SchemaPages& pages) {
    const auto types = user_types(pages.types);
    std::map<TableKey, RawTable> tables;
    const auto key = [](const cql::Rows& rows, std::size_t row, std::string_view name) {
        return TableKey(text_cell(rows, row, "keyspace_name"), text_cell(rows, row, name));
    };
    each_row(pages.tables, [&](const cql::Rows& rows, std::size_t row) {
        RawTable& table = tables[key(rows, row, "table_name")];
        const Value id = cell_value(rows, row, "id");
        if (const Uuid* known = id.get_if<Uuid>()) table.table_id = *known;
        const Value cdc = cell_value(rows, row, "cdc");  // null where the node has no CDC
        table.cdc = cdc.get_if<bool>() != nullptr && cdc.get<bool>();
        table.altered_at = int_cell(rows, row, "altered_at").value_or(0);
        table.default_ttl = int_cell(rows, row, "default_time_to_live").value_or(0);
        table.flags = texts_cell(rows, row, "flags");
        table.comment = text_cell(rows, row, "comment");
    });
    each_row(pages.indexes, [&](const cql::Rows& rows, std::size_t row) {
        if (auto column = range_indexed(rows, row)) {
            tables[key(rows, row, "table_name")].range_indexed.push_back(std::move(*column));
        }
    });
    each_row(pages.columns, [&](const cql::Rows& rows, std::size_t row) {
        const auto found = tables.find(key(rows, row, "table_name"));
        if (found != tables.end()) {  // otherwise it is of a view
            found->second.columns.push_back(
                {text_cell(rows, row, "column_name"), text_cell(rows, row, "kind"),
                 text_cell(rows, row, "type"), int_cell(rows, row, "position").value_or(-1)});
        }
    });
    each_row(pages.dropped, [&](const cql::Rows& rows, std::size_t row) {
        tables[key(rows, row, "table_name")].dropped.push_back(text_cell(rows, row, "column_name"));
    });
    std::vector<TableInfo> result;
    for (auto& [name, raw] : tables) {
        if (raw.columns.empty()) {
            continue;  // dropped between the queries
        }
        raw.keyspace = name.first;
        raw.table = name.second;
        const auto found = types.find(raw.keyspace);
        result.push_back(interpret(raw, found == types.end() ? UserTypes() : found->second));
    }
    return result;
}

Task<std::vector<ViewInfo>> read_views(cql::Session& session, std::string of_view) {
    std::string cql =
        "SELECT keyspace_name, view_name, base_table_name FROM system_schema.views" + of_view;
    const Pages pages = co_await query_all(session, std::move(cql));
    std::vector<ViewInfo> views;
    each_row(pages, [&](const cql::Rows& rows, std::size_t row) {
        views.push_back({text_cell(rows, row, "keyspace_name"), text_cell(rows, row, "view_name"),
                         text_cell(rows, row, "base_table_name")});
    });
    co_return views;
}

Task<std::size_t> count_local_nodes(cql::Session& session) {
    std::string cql = "SELECT data_center FROM system.peers";
    const Pages pages = co_await query_all(session, std::move(cql));
    std::size_t nodes = 1;  // system.peers does not list the node that is asked
    each_row(pages, [&](const cql::Rows& rows, std::size_t row) {
        nodes += text_cell(rows, row, "data_center") == session.local_datacenter() ? 1 : 0;
    });
    co_return nodes;
}

}  // namespace

bool is_internal_keyspace(std::string_view keyspace, std::string_view state_keyspace) {
    return keyspace == "system" || keyspace.starts_with("system_") || keyspace == state_keyspace;
}

Task<std::vector<std::string>> list_keyspaces(cql::Session& session, std::string state_keyspace) {
    std::string cql = "SELECT keyspace_name FROM system_schema.keyspaces";
    const Pages pages = co_await query_all(session, std::move(cql));
    std::vector<std::string> names;
    each_row(pages, [&](const cql::Rows& rows, std::size_t row) {
        std::string name = text_cell(rows, row, "keyspace_name");
        if (!is_internal_keyspace(name, state_keyspace)) {
            names.push_back(std::move(name));
        }
    });
    std::sort(names.begin(), names.end());
    co_return names;
}

Task<std::vector<TableInfo>> list_tables(cql::Session& session, std::string state_keyspace) {
    std::string all;
    const SchemaPages pages = co_await read_schema(session, all, all);
    std::vector<TableInfo> tables = assemble(pages);
    std::erase_if(tables, [&](const TableInfo& table) {
        return is_internal_keyspace(table.keyspace, state_keyspace);
    });
    co_return tables;
}

Task<std::vector<ViewInfo>> list_views(cql::Session& session, std::string state_keyspace) {
    std::string all;
    std::vector<ViewInfo> views = co_await read_views(session, std::move(all));
    std::erase_if(views, [&](const ViewInfo& view) {
        return is_internal_keyspace(view.keyspace, state_keyspace);
    });
    co_return views;
}

Task<std::optional<ViewInfo>> find_view(cql::Session& session, std::string keyspace,
                                        std::string view) {
    std::string of_view =
        " WHERE keyspace_name = " + literal(keyspace) + " AND view_name = " + literal(view);
    std::vector<ViewInfo> found = co_await read_views(session, std::move(of_view));
    if (found.empty()) co_return std::nullopt;
    co_return std::move(found.front());
}

Task<void> refuse_view(cql::Session& session, std::string keyspace, std::string table) {
    const auto view = co_await find_view(session, keyspace, table);
    if (!view) co_return;
    throw Misconfigured(fmt::format("cannot create table {}.{}: it is a materialized view of {}.{}",
                                    keyspace, table, view->keyspace, view->table),
                        fmt::format("leave it out: tables = [\"*\", \"!{}\"]", table));
}

Task<std::optional<TableInfo>> find_table(cql::Session& session, std::string keyspace,
                                          std::string table) {
    std::string of_keyspace = " WHERE keyspace_name = " + literal(keyspace);
    std::string of_table = of_keyspace + " AND table_name = " + literal(table);
    const SchemaPages pages =
        co_await read_schema(session, std::move(of_table), std::move(of_keyspace));
    for (TableInfo& found : assemble(pages)) {
        if (found.keyspace == keyspace && found.table == table) {
            co_return std::move(found);
        }
    }
    co_return std::nullopt;
}

Task<TableHistory> table_history(cql::Session& session, std::string keyspace, std::string table) {
    std::string tables =
        "SELECT id FROM system_schema.tables WHERE keyspace_name = " + literal(keyspace) +
        " AND table_name = " + literal(table);
    const cql::Rows found = co_await session.query(std::move(tables));
    const Value value = found.size() == 0 ? Value() : cell_value(found, 0, "id");
    const Uuid* id = value.get_if<Uuid>();
    if (id == nullptr) throw Unavailable("table " + keyspace + "." + table + " is not there");
    TableHistory history{id->to_string(), INT64_MIN};
    std::string local = "SELECT truncated_at FROM system.local";
    const cql::Rows node = co_await session.query(std::move(local));
    const Value all = node.size() == 0 ? Value() : cell_value(node, 0, "truncated_at");
    const Map* truncations = all.get_if<Map>();
    if (truncations == nullptr) co_return history;
    for (const auto& [key, record] : *truncations) {
        const Blob* blob = record.get_if<Blob>();
        if (!(key == Value(*id)) || blob == nullptr || blob->bytes.size() < 8) continue;
        // A position in the commit log, then milliseconds.
        const std::uint8_t* last = blob->bytes.data() + blob->bytes.size() - 8;
        history.truncated_at = load_big<std::int64_t>(last) * 1'000;
    }
    co_return history;
}

Task<std::string> schema_version(cql::Session& session) {
    std::string cql = "SELECT schema_version FROM system.local";
    const cql::Rows found = co_await session.query(std::move(cql));
    const Value value = found.size() == 0 ? Value() : cell_value(found, 0, "schema_version");
    const Uuid* version = value.get_if<Uuid>();
    if (version == nullptr) throw Unavailable("Cassandra does not tell the version of its schema");
    co_return version->to_string();
}

Task<std::string> keyspace_statement(cql::Session& session, std::string keyspace,
                                     Replication replication) {
    if (replication.cql.empty()) {
        const std::size_t nodes = co_await count_local_nodes(session);
        replication.cql =
            fmt::format("{{'class': 'NetworkTopologyStrategy', {}: {}}}",
                        literal(session.local_datacenter()), std::min(nodes, default_replicas));
    }
    co_return fmt::format("CREATE KEYSPACE IF NOT EXISTS {} WITH replication = {}",
                          quoted(keyspace), replication.cql);
}

Task<void> ensure_keyspace(cql::Session& session, std::string keyspace, Replication replication) {
    std::string lookup =
        "SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = " +
        literal(keyspace);
    const cql::Rows found = co_await session.query(std::move(lookup));
    if (found.size() > 0) {
        co_return;
    }
    const std::string statement =
        co_await keyspace_statement(session, keyspace, std::move(replication));
    co_await run_ddl(session, statement, "cannot create keyspace " + keyspace);
}

}  // namespace duet::cassandra
