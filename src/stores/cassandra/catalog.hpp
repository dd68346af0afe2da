#pragma once
// What system_schema says of the users' keyspaces and tables, and which of them can be paired.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.hpp"
#include "base/uuid.hpp"
#include "cql/session.hpp"
#include "model/schema.hpp"
#include "model/store.hpp"

namespace duet::cassandra {

/// A table as system_schema describes it.
struct TableInfo {
    std::string keyspace;
    std::string table;
    Uuid table_id;                // another table of the same name has another
    bool cdc = false;             // its rows are in the commit log's segments for others to read
    std::int64_t altered_at = 0;  // the WRITETIME of its last CREATE or ALTER; 0: not known
    Key key;
    /// Regular and static columns in the order of their names, the version field among them.
    std::vector<Column> columns;
    std::vector<std::string> statics;  // those of them that are static: read and never written
    bool counters = false;             // its columns are counters: rows are read and never written
    std::vector<std::string> dropped;  // columns that somebody dropped and that are not there now
    std::vector<std::string> notes;    // columns that cannot be synced, and why
    std::string reason;  // why it cannot be paired, naming table and remedy; empty: it can
    std::int64_t default_ttl = 0;  // seconds
    bool made_by_duet = false;
    std::vector<std::string> range_indexed;  // columns that a storage-attached index can search
};

/// A materialized view.
struct ViewInfo {
    std::string keyspace;
    std::string view;
    std::string table;  // whose rows it shows
};

/// How a keyspace that Duet makes is replicated: CQL's map, `{'class': ...}`; empty:
/// NetworkTopologyStrategy with as many copies as the local datacenter has nodes, at most
/// default_replicas.
struct Replication {
    std::string cql;
};
constexpr std::size_t default_replicas = 3;

/// True for the server's own keyspaces and for Duet's.
[[nodiscard]] bool is_internal_keyspace(std::string_view keyspace,
                                        std::string_view state_keyspace = "duet");

/// The users' keyspaces, in the order of their names.
[[nodiscard]] Task<std::vector<std::string>> list_keyspaces(cql::Session& session,
                                                            std::string state_keyspace = "duet");
/// The tables of the users' keyspaces, those that cannot be paired too (with their reason), in the
/// order of their names.
[[nodiscard]] Task<std::vector<TableInfo>> list_tables(cql::Session& session,
                                                       std::string state_keyspace = "duet");
/// The views of the users' keyspaces.
[[nodiscard]] Task<std::vector<ViewInfo>> list_views(cql::Session& session,
                                                     std::string state_keyspace = "duet");
[[nodiscard]] Task<std::optional<ViewInfo>> find_view(cql::Session& session, std::string keyspace,
                                                      std::string view);
/// Throws Misconfigured where a view has this name. Ask before a CREATE TABLE: Cassandra 5.0 fails
/// on it and makes a table beside the view all the same; after that neither of them can be read.
[[nodiscard]] Task<void> refuse_view(cql::Session& session, std::string keyspace,
                                     std::string table);
/// Throws Unavailable where there is no such table. Of TRUNCATE each node knows its own time.
[[nodiscard]] Task<TableHistory> table_history(cql::Session& session, std::string keyspace,
                                               std::string table);
/// One table; empty when it is not there.
[[nodiscard]] Task<std::optional<TableInfo>> find_table(cql::Session& session, std::string keyspace,
                                                        std::string table);

/// Another one once any table, type or index of the cluster has changed.
[[nodiscard]] Task<std::string> schema_version(cql::Session& session);

/// `CREATE KEYSPACE IF NOT EXISTS`, as it would be sent to this cluster.
[[nodiscard]] Task<std::string> keyspace_statement(cql::Session& session, std::string keyspace,
                                                   Replication replication);
/// Makes a keyspace that is missing and awaits schema agreement; throws Misconfigured, with the
/// statement as its hint, when Duet may not.
[[nodiscard]] Task<void> ensure_keyspace(cql::Session& session, std::string keyspace,
                                         Replication replication);

}  // namespace duet::cassandra
