#include "stores/cassandra/statements.hpp"

#include "stores/cassandra/types.hpp"

namespace duet::cassandra {
namespace {

std::string doubled(std::string_view text, char quote) {
    std::string out(1, quote);
    for (const char c : text) {
        out += c;
        if (c == quote) {
            out += c;
        }
    }
    out += quote;
    return out;
}

std::string table_of(const Layout& layout) { return table_name(layout.keyspace, layout.table); }

/// The newest WRITETIME of a column.
std::string write_time(const LayoutColumn& column) {
    const std::string function = column.type.multi_cell() ? "maxwritetime(" : "writetime(";
    return function + quoted(column.name) + ")";
}

void append_read(std::string& cql, const LayoutColumn& column) {
    cql += ", " + quoted(column.name);
    if (column.timed) {
        cql += ", " + write_time(column) + ", ttl(" + quoted(column.name) + ")";
    }
}

/// Names of the partition key's columns or of the clustering columns, quoted, with commas.
std::string listed(const Key& key, bool clustering) {
    std::string names;
    for (const KeyColumn& column : key.columns()) {
        if (column.clustering != clustering) continue;
        names += (names.empty() ? "" : ", ") + quoted(column.name);
    }
    return names;
}

std::string listed(const Key& key) {
    const std::string clustering = listed(key, true);
    return listed(key, false) + (clustering.empty() ? "" : ", " + clustering);
}

std::string select(const Layout& layout, Detail detail = Detail::contents) {
    std::string cql = "SELECT " + listed(layout.key);
    if (layout.version) {
        append_read(cql, *layout.version);
    }
    for (const LayoutColumn& column : layout.columns) {
        if (detail != Detail::contents) {
            if (tells_version(column)) cql += ", " + write_time(column);
        } else if (column.present) {
            append_read(cql, column);
        }
    }
    return cql + " FROM " + table_of(layout);
}

std::string token_of_key(const Layout& layout) {
    return "token(" + listed(layout.key, false) + ")";
}

/// A partition that has nothing but static columns comes as a row whose clustering columns are
/// null: it is none.
std::string row_count(const Layout& layout) {
    if (!layout.key.has_clustering()) return "count(*)";
    return "count(" + quoted(layout.key.columns().back().name) + ")";
}

/// How many rows there are, and the sum of what tells each from the others.
std::string rows_digest(const Layout& layout) {
    std::string factor = token_of_key(layout);
    for (const KeyColumn& column : layout.key.columns()) {
        if (!column.clustering || !layout.hashes) continue;
        factor += " * cast(blob_as_varint(mask_hash(" + quoted(column.name) + ")) AS bigint)";
    }
    return row_count(layout) + ", sum(" + factor + ")";
}

/// The same, and where there are clustering columns the first and the last token.
std::string key_digest(const Layout& layout) {
    if (!layout.key.has_clustering()) return rows_digest(layout);
    const std::string token = token_of_key(layout);
    return rows_digest(layout) + ", min(" + token + "), max(" + token + ")";
}

std::string in_range(const Layout& layout, const std::string& after, const std::string& upto) {
    const std::string token = token_of_key(layout);
    return " WHERE " + token + " > " + after + " AND " + token + " <= " + upto;
}

std::string in_range(const Layout& layout) { return in_range(layout, "?", "?"); }

void append_digest(std::string& cql, const LayoutColumn& column, const std::string& token) {
    // Of a non-frozen collection the number of elements, since count() counts rows; as a bigint,
    // since a sum of ints would wrap at 32 bits.
    const bool counts_elements = column.type.multi_cell() && column.type.is_collection();
    cql += counts_elements ? ", sum(cast(collection_count(" + quoted(column.name) + ") AS bigint))"
                           : ", count(" + quoted(column.name) + ")";
    if (column.timed) {
        cql += ", sum(" + write_time(column) + " * " + token + ")";
    }
}

std::string column_definitions(const std::vector<Column>& columns, std::string_view separator) {
    std::string cql;
    for (const Column& column : columns) {
        cql += cql.empty() ? "" : separator;
        cql += quoted(column.name) + " " + to_cql(declared(column.type));
    }
    return cql;
}

constexpr const char* other_key = "_id";  // no field of a document can be called that

/// Of a table whose key nobody has chosen: a uuid by a name that no column has.
Key key_of_new(const Schema& schema) {
    Key key = schema.key;
    if (!(key == Key()) || !schema.find(key.columns().front().name)) return key;
    KeyColumn column = key.columns().front();
    column.name = other_key;
    return Key({column});
}

}  // namespace

std::string quoted(std::string_view identifier) { return doubled(identifier, '"'); }

std::string literal(std::string_view text) { return doubled(text, '\''); }

std::string table_name(std::string_view keyspace, std::string_view table) {
    return quoted(keyspace) + "." + quoted(table);
}

std::string select_by_keys(const Layout& layout, Detail detail) {
    std::string cql = select(layout, detail) + " WHERE ";
    if (!layout.key.is_composite()) return cql + listed(layout.key) + " IN ?";
    std::string_view before;
    for (const KeyColumn& column : layout.key.columns()) {
        if (column.clustering) continue;
        cql += std::string(before) + quoted(column.name) + " = ?";
        before = " AND ";
    }
    if (!layout.key.has_clustering()) return cql;
    return cql + " AND (" + listed(layout.key, true) + ") IN ?";
}

std::string select_by_token(const Layout& layout, Detail detail) {
    return select(layout, detail) + in_range(layout);
}

std::string select_by_version(const Layout& layout) {
    const std::string version = quoted(layout.version ? layout.version->name : "");
    return select(layout) + " WHERE " + version + " >= ? AND " + version + " <= ?";
}

std::string insert_row(const Layout& layout) {
    std::string columns = listed(layout.key);
    std::string places = "?";
    for (std::size_t i = 1; i < layout.key.columns().size(); ++i) places += ", ?";
    const auto add = [&](const std::string& name) {
        columns += ", " + quoted(name);
        places += ", ?";
    };
    for (const LayoutColumn& column : layout.columns) {
        if (column.present && !column.is_static) {
            add(column.name);
        }
    }
    if (layout.version) {
        add(layout.version->name);
    }
    return "INSERT INTO " + table_of(layout) + " (" + columns + ") VALUES (" + places +
           ") USING TIMESTAMP ? AND TTL ?";
}

std::string delete_row(const Layout& layout) {
    std::string key;
    for (const KeyColumn& column : layout.key.columns()) {
        key += (key.empty() ? "" : " AND ") + quoted(column.name) + " = ?";
    }
    return "DELETE FROM " + table_of(layout) + " USING TIMESTAMP ? WHERE " + key;
}

std::vector<const LayoutColumn*> digested_columns(const Layout& layout) {
    std::vector<const LayoutColumn*> columns;
    for (const LayoutColumn& column : layout.columns) {
        if (column.present) {
            columns.push_back(&column);
        }
    }
    if (layout.version) {
        columns.push_back(&*layout.version);
    }
    return columns;
}

std::vector<std::string> digest_queries(const Layout& layout) {
    const std::vector<const LayoutColumn*> columns = digested_columns(layout);
    const std::string token = token_of_key(layout);
    std::vector<std::string> queries;
    for (std::size_t i = 0; i == 0 || i < columns.size(); i += digest_columns) {
        // Every query counts rows: a SELECT of aggregates must start with something.
        std::string cql = "SELECT " + (i == 0 ? key_digest(layout) : "count(*)");
        for (std::size_t j = i; j < columns.size() && j < i + digest_columns; ++j) {
            append_digest(cql, *columns[j], token);
        }
        queries.push_back(cql + " FROM " + table_of(layout) + in_range(layout));
    }
    return queries;
}

std::vector<std::string> proof_queries(const Layout& layout, TokenRange range,
                                       const std::vector<bool>& together) {
    const std::vector<const LayoutColumn*> columns = digested_columns(layout);
    const std::string token = token_of_key(layout);
    const std::string where =
        in_range(layout, std::to_string(range.after), std::to_string(range.upto));
    std::vector<std::string> queries;
    for (std::size_t i = 0; i == 0 || i < columns.size(); i += digest_columns) {
        std::string cql = "SELECT " + (i == 0 ? rows_digest(layout) : row_count(layout));
        std::string times;
        for (std::size_t j = i; j < columns.size() && j < i + digest_columns; ++j) {
            if (together[j]) {
                times += (times.empty() ? "" : " + ") + write_time(*columns[j]);
            } else {
                append_digest(cql, *columns[j], token);
            }
        }
        if (!times.empty()) cql += ", sum((" + times + ") * " + token + ")";
        queries.push_back(cql + " FROM " + table_of(layout) + where);
    }
    return queries;
}

std::string create_table(const std::string& keyspace, const std::string& table,
                         const Schema& schema, const std::string& version_field) {
    std::string cql = "CREATE TABLE IF NOT EXISTS " + table_name(keyspace, table) + " (";
    std::string partition;
    std::string clustering;
    const Key key = key_of_new(schema);
    for (const KeyColumn& column : key.columns()) {
        const std::string name = quoted(column.name);
        cql += name + " " + to_cql(column.type) + ", ";
        if (column.clustering) {
            clustering += ", " + name;
        } else {
            partition += (partition.empty() ? "" : ", ") + name;
        }
    }
    if (!schema.columns.empty()) {
        cql += column_definitions(schema.columns, ", ") + ", ";
    }
    return cql + quoted(version_field) + " timestamp, PRIMARY KEY ((" + partition + ")" +
           clustering + ")) WITH comment = " + literal(made_by_duet);
}

std::string create_version_index(const std::string& keyspace, const std::string& table,
                                 const std::string& version_field) {
    return "CREATE CUSTOM INDEX IF NOT EXISTS ON " + table_name(keyspace, table) + " (" +
           quoted(version_field) + ") USING 'StorageAttachedIndex'";
}

std::string add_columns(const std::string& keyspace, const std::string& table,
                        const std::vector<Column>& columns) {
    return "ALTER TABLE " + table_name(keyspace, table) + " ADD (" +
           column_definitions(columns, ", ") + ")";
}

}  // namespace duet::cassandra
