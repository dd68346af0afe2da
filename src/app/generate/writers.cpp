#include "app/generate/writers.hpp"

#include <algorithm>
#include <utility>

#include "app/generate/document.hpp"
#include "app/index_name.hpp"
#include "elastic/index.hpp"
#include "stores/cassandra/catalog.hpp"
#include "stores/cassandra/codec.hpp"
#include "stores/cassandra/statements.hpp"

namespace duet::app {
namespace {

constexpr std::string_view key_column = "id";

std::string insert_cql(const std::string& table, const DataSet& set, const std::string& version) {
    std::string names = cassandra::quoted(key_column);
    std::string marks = "?";
    for (const Column& column : set.columns) {
        names += ", " + cassandra::quoted(column.name);
        marks += ", ?";
    }
    return "INSERT INTO " + table + " (" + names + ", " + cassandra::quoted(version) +
           ") VALUES (" + marks + ", ?)";
}

std::string update_cql(const std::string& table, const DataSet& set, const std::string& version) {
    std::string assignments;
    for (const std::string_view column : set.changing) {
        assignments += cassandra::quoted(column) + " = ?, ";
    }
    return "UPDATE " + table + " SET " + assignments + cassandra::quoted(version) + " = ? WHERE " +
           cassandra::quoted(key_column) + " = ?";
}

cql::Bound bound_id(const Uuid& id) {
    return {cql::Bound::Kind::value, Bytes(id.bytes.begin(), id.bytes.end())};
}

cql::Bound bound(const Value& value, const Type& type) {
    cql::Bound result;
    if (is_empty(value)) return result;
    result.kind = cql::Bound::Kind::value;
    cassandra::encode(value, type, result.bytes);
    return result;
}

/// The version column is a timestamp: milliseconds.
cql::Bound bound_version(const GeneratedRecord& record) {
    Type type;
    type.kind = Kind::timestamp;
    return bound(record.written_at / 1'000, type);
}

std::vector<cql::Bound> insert_values(const GeneratedRecord& record) {
    std::vector<cql::Bound> values = {bound_id(record.id)};
    for (const NamedValue& named : record.values) {
        values.push_back(bound(named.value, named.column->type));
        // Nothing rather than null: an insert need not leave tombstones.
        if (values.back().kind == cql::Bound::Kind::null) {
            values.back().kind = cql::Bound::Kind::unset;
        }
    }
    values.push_back(bound_version(record));
    return values;
}

std::vector<cql::Bound> update_values(const GeneratedRecord& record) {
    std::vector<cql::Bound> values;
    for (const std::string_view column : record.set->changing) {
        const auto found =
            std::find_if(record.values.begin(), record.values.end(),
                         [column](const NamedValue& v) { return v.column->name == column; });
        cql::Bound value{cql::Bound::Kind::unset, {}};
        if (found->changed) value = bound(found->value, found->column->type);
        values.push_back(std::move(value));
    }
    values.push_back(bound_version(record));
    values.push_back(bound_id(record.id));
    return values;
}

void check(const std::vector<elastic::BulkItem>& items, const std::string& index) {
    for (const elastic::BulkItem& item : items) {
        if (item.status >= 400) {
            throw Error("index " + index + " refuses a generated document: " + item.error_type +
                        ": " + item.error_reason);
        }
    }
}

}  // namespace

RowWriter::RowWriter(cql::Session& session, std::string keyspace, std::string version_field)
    : session_(session), keyspace_(std::move(keyspace)), version_field_(std::move(version_field)) {}

Task<void> RowWriter::prepare(const std::vector<const DataSet*>& sets, std::string replication) {
    cassandra::Replication copies;
    copies.cql = std::move(replication);
    co_await cassandra::ensure_keyspace(session_, keyspace_, std::move(copies));
    for (const DataSet* set : sets) {
        const std::string name(set->name);
        Schema schema;
        schema.columns = set->columns;
        co_await cassandra::refuse_view(session_, keyspace_, name);
        std::string create = cassandra::create_table(keyspace_, name, schema, version_field_);
        co_await session_.query(std::move(create));
    }
    co_await session_.await_schema_agreement();
    for (const DataSet* set : sets) {
        const std::string table = cassandra::table_name(keyspace_, set->name);
        std::string insert = insert_cql(table, *set, version_field_);
        std::string update = update_cql(table, *set, version_field_);
        Statements statements;
        statements.insert = co_await session_.prepare(std::move(insert));
        statements.update = co_await session_.prepare(std::move(update));
        statements_[set] = std::move(statements);
    }
}

Task<void> RowWriter::write(std::span<const GeneratedRecord> records) {
    while (!records.empty()) {
        const auto some = records.first(std::min(rows_in_flight, records.size()));
        std::vector<Task<void>> writes;
        writes.reserve(some.size());
        for (const GeneratedRecord& record : some) writes.push_back(write_one(record));
        co_await when_all(std::move(writes));
        records = records.subspan(some.size());
    }
}

Task<void> RowWriter::write_one(const GeneratedRecord& record) {
    const bool inserts = record.kind == GeneratedRecord::Kind::insert;
    const Statements& statements = statements_.at(record.set);
    cql::PreparedPtr statement = inserts ? statements.insert : statements.update;
    std::vector<cql::Bound> values = inserts ? insert_values(record) : update_values(record);
    cql::RequestOptions options;
    options.timestamp = record.written_at;
    co_await session_.execute(std::move(statement), std::move(values), std::move(options));
}

DocumentWriter::DocumentWriter(elastic::Client& client, std::string keyspace, std::string index,
                               std::string version_field)
    : client_(client),
      keyspace_(std::move(keyspace)),
      index_(std::move(index)),
      version_field_(std::move(version_field)) {}

std::string DocumentWriter::index_of(const DataSet& set) const {
    return index_name(index_, TableName{keyspace_, std::string(set.name)});
}

Task<void> DocumentWriter::prepare(const std::vector<const DataSet*>& sets) {
    for (const DataSet* set : sets) {
        const std::string index = index_of(*set);
        const bool there = co_await elastic::exists(client_, index);
        if (there) continue;
        std::string body = index_body(*set, version_field_);
        co_await elastic::create_index(client_, index, std::move(body));
    }
}

Task<void> DocumentWriter::write(std::span<const GeneratedRecord> records) {
    std::map<std::string, elastic::BulkBody> bodies;
    for (const GeneratedRecord& record : records) {
        bodies[index_of(*record.set)].index(record.id.to_string(),
                                            document_of(record, version_field_));
    }
    for (const auto& [index, body] : bodies) {
        const std::vector<elastic::BulkItem> items = co_await client_.bulk(index, body);
        check(items, index);
    }
}

}  // namespace duet::app
