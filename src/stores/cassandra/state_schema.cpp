#include "stores/cassandra/state_schema.hpp"

#include <array>
#include <utility>

#include "stores/cassandra/statements.hpp"

namespace duet::cassandra {
namespace {

struct Table {
    const char* name;
    const char* columns;
    const char* options;
};

constexpr std::array<Table, 7> tables{{
    {"cursors",
     "pair text PRIMARY KEY, index_uuid text, history_uuid text, shards frozen<list<bigint>>, "
     "first_met bigint, first_positions frozen<list<bigint>>, table_id text, "
     "columns frozen<list<text>>, carried frozen<list<text>>, "
     "joined frozen<list<text>>, joined_positions frozen<list<bigint>>",
     "comment = 'how far each pair is settled'"},
    {"sweeps",
     "pair text PRIMARY KEY, era bigint, deletes bigint, copied frozen<list<bigint>>, "
     "segments frozen<list<bigint>>",
     "comment = 'digests of the parts of each table that were level'"},
    {"quarantine",
     "pair text, id text, side text, field text, value text, reason text, row_version bigint, "
     "document_version bigint, row_newest_write bigint, row_digest bigint, document_shard int, "
     "document_seq_no bigint, document_primary_term bigint, row_json text, document_json text, "
     "first_seen bigint, last_seen bigint, tries int, PRIMARY KEY (pair, id)",
     "comment = 'records that could not be brought level'"},
    // A partition a day: a first meeting may beat millions.
    {"beaten",
     "pair text, day bigint, beaten_at bigint, id text, side text, version bigint, winner bigint, "
     "json text, reason text, PRIMARY KEY ((pair, day), beaten_at, id, side)",
     "CLUSTERING ORDER BY (beaten_at DESC, id ASC, side ASC) AND comment = 'contents that lost'"},
    {"beaten_days", "pair text, day bigint, PRIMARY KEY (pair, day)",
     "CLUSTERING ORDER BY (day DESC) AND comment = 'the partitions of beaten'"},
    // Laid beside the rows of a range: in the order of their tokens, a partition for each 256th of
    // the ring.
    {"agreed",
     "pair text, bucket int, position bigint, id text, era bigint, kind int, version bigint, "
     "upto bigint, PRIMARY KEY ((pair, bucket), position, id)",
     "comment = 'versions that both sides agreed on, where deletes are propagated'"},
    {"leases", "name text PRIMARY KEY, owner text", "comment = 'who may do what only one may'"},
}};

}  // namespace

std::vector<std::string> state_tables(const std::string& keyspace) {
    std::vector<std::string> statements;
    for (const Table& table : tables) {
        statements.push_back("CREATE TABLE IF NOT EXISTS " + table_name(keyspace, table.name) +
                             " (" + table.columns + ") WITH " + table.options);
    }
    return statements;
}

const std::vector<std::string>& state_table_names() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> list;
        for (const Table& table : tables) {
            list.emplace_back(table.name);
        }
        return list;
    }();
    return names;
}

}  // namespace duet::cassandra
