#pragma once
// Where generated records go: rows by prepared statements, documents by bulk requests.

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/generate/record_generator.hpp"
#include "base/task.hpp"
#include "cql/session.hpp"
#include "elastic/client.hpp"

namespace duet::app {

/// Writes as a CQL application does: only the columns that changed, with the driver's timestamp.
class RowWriter {
public:
    /// The session outlives it.
    RowWriter(cql::Session& session, std::string keyspace, std::string version_field);

    /// Makes the keyspace and the tables that are missing, and prepares the statements.
    [[nodiscard]] Task<void> prepare(const std::vector<const DataSet*>& sets,
                                     std::string replication);
    /// Ends when all are acknowledged; throws the session's errors. Writing them again is harmless.
    [[nodiscard]] Task<void> write(std::span<const GeneratedRecord> records);

private:
    struct Statements {
        cql::PreparedPtr insert;
        cql::PreparedPtr update;
    };

    [[nodiscard]] Task<void> write_one(const GeneratedRecord& record);

    cql::Session& session_;
    std::string keyspace_;
    std::string version_field_;
    std::map<const DataSet*, Statements> statements_;
};

/// Writes as a search application does: each document whole.
class DocumentWriter {
public:
    /// The client outlives it. `index` is a pattern, as in a [[pair]].
    DocumentWriter(elastic::Client& client, std::string keyspace, std::string index,
                   std::string version_field);

    /// Makes the indices that are missing.
    [[nodiscard]] Task<void> prepare(const std::vector<const DataSet*>& sets);
    /// Ends when all are acknowledged; throws the client's errors, and Error where a document is
    /// refused. Writing them again is harmless.
    [[nodiscard]] Task<void> write(std::span<const GeneratedRecord> records);

private:
    [[nodiscard]] std::string index_of(const DataSet& set) const;

    elastic::Client& client_;
    std::string keyspace_;
    std::string index_;
    std::string version_field_;
};

constexpr std::size_t rows_in_flight = 64;  // requests sent before the first is answered

}  // namespace duet::app
