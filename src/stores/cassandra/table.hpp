#pragma once
// A table of Cassandra as a RowStore: records by id, by token range, and digests of ranges.
//
// Rule: call describe() or provision() before anything else; provision() says which columns a
// record has.

#include <cstdint>
#include <memory>
#include <string>

#include "base/time.hpp"
#include "cql/session.hpp"
#include "journal/journal.hpp"
#include "model/store.hpp"

namespace duet {

struct TableOptions {
    std::string keyspace;
    std::string table;
    std::string version_field = "updated_at";
    journal::Journal* journal = nullptr;  // outlives the table; nullptr: there is none to read
};

class CassandraTable final : public RowStore {
public:
    /// Session and clock must outlive the table. Nothing is asked of the server yet.
    CassandraTable(cql::Session& session, const Clock& clock, TableOptions options);
    ~CassandraTable() override;

    /// Throws Misconfigured, with the reason, for a table that cannot be paired.
    [[nodiscard]] Task<Schema> describe() override;
    [[nodiscard]] Task<void> provision(const Schema& schema, bool may_create) override;
    /// As of the last provision().
    [[nodiscard]] RowFeed* feed() override;
    /// The statement that would give the table an `index` feed; empty: it has one, or can have
    /// none.
    [[nodiscard]] std::string missing_index() const;
    /// Why the journal does not serve the table, and what would help; empty: it does, or there is
    /// none.
    [[nodiscard]] std::string missing_journal() const;
    /// Duet made the table, so its indexes are Duet's to make.
    [[nodiscard]] bool made_by_duet() const;
    /// Runs missing_index(); for the holder of the lease. Throws Misconfigured.
    [[nodiscard]] Task<void> make_index();
    [[nodiscard]] Task<std::vector<State>> look(std::span<const Id> ids) override;
    [[nodiscard]] Task<std::vector<Outcome>> apply(std::span<const Write> writes) override;
    [[nodiscard]] Task<std::vector<Outcome>> remove(std::span<const Removal> removals) override;
    [[nodiscard]] Task<TableHistory> history() override;
    [[nodiscard]] Task<std::vector<Id>> absent(std::span<const Id> ids) override;
    [[nodiscard]] std::int64_t token(const Id& id) const override;
    [[nodiscard]] Task<RangeDigest> digest(TokenRange range) override;
    [[nodiscard]] RangeDigest digest_of(const Write& write) const override;
    [[nodiscard]] Task<std::optional<RangeDigest>> confirm(TokenRange range,
                                                           RangeDigest written) override;
    [[nodiscard]] Task<RowPage> rows(TokenRange range, std::size_t limit, std::string inside,
                                     Detail detail) override;
    [[nodiscard]] Task<std::vector<Outcome>> insert(std::span<const Write> writes) override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace duet
