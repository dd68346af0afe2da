#pragma once
// What Duet remembers, in a small keyspace of the Cassandra that it serves: cursors and leases by
// compare-and-swap (LWT), quarantine, and the beaten with a TTL.
//
// Rule: ensure() before anything else.

#include <memory>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "cql/session.hpp"
#include "model/state.hpp"
#include "stores/cassandra/catalog.hpp"

namespace duet {

struct StateOptions {
    std::string keyspace = "duet";
    cassandra::Replication replication;  // of the keyspace, when Duet makes it
};

class CassandraState final : public StateStore {
public:
    /// Session and clock must outlive it. Nothing is asked of the server yet.
    CassandraState(cql::Session& session, const Clock& clock, StateOptions options);
    ~CassandraState() override;

    /// What ensure() would run on an empty cluster, for `plan --ddl` and for people without the
    /// right to let Duet do it.
    [[nodiscard]] Task<std::vector<std::string>> ddl_statements();
    /// Makes what is missing of keyspace and tables; throws Misconfigured, with the statements as
    /// its hint, when Duet may not. Two instances that start at once on an empty cluster should not
    /// both do this: start one first.
    [[nodiscard]] Task<void> ensure();

    /// Those that have a cursor, by name.
    [[nodiscard]] Task<std::vector<std::string>> pairs();
    [[nodiscard]] Task<std::optional<Cursor>> load_cursor(std::string pair) override;
    [[nodiscard]] Task<bool> save_cursor(std::string pair, Cursor next,
                                         std::optional<Cursor> expected) override;
    [[nodiscard]] Task<std::optional<SweepNotes>> load_sweep(std::string pair) override;
    [[nodiscard]] Task<void> save_sweep(std::string pair, SweepNotes notes) override;
    [[nodiscard]] Task<void> put_quarantine(std::string pair, QuarantineEntry entry) override;
    [[nodiscard]] Task<void> remove_quarantine(std::string pair, Id id) override;
    [[nodiscard]] Task<std::vector<QuarantineEntry>> list_quarantine(std::string pair) override;
    /// One entry with its contents; empty: there is none.
    [[nodiscard]] Task<std::optional<QuarantineEntry>> find_quarantine(std::string pair, Id id);
    /// The entry stays, as of a state that no document has: so every instance looks at the record
    /// again, but none takes it for settled (V3), and nothing is lost if this is cut short.
    [[nodiscard]] Task<void> retry_quarantine(std::string pair, Id id);
    [[nodiscard]] Task<void> put_beaten(std::string pair, std::vector<Beaten> beaten,
                                        std::chrono::seconds keep) override;
    [[nodiscard]] Task<std::vector<Beaten>> list_beaten(std::string pair,
                                                        std::size_t limit) override;
    /// As list_beaten(), of one record.
    [[nodiscard]] Task<std::vector<Beaten>> find_beaten(std::string pair, Id id, std::size_t limit);
    /// The content of one that was listed; empty: its time was up meanwhile.
    [[nodiscard]] Task<std::optional<std::string>> beaten_json(std::string pair, Beaten beaten);
    [[nodiscard]] Task<void> load_agreed(std::string pair, std::int64_t era,
                                         std::span<AgreedNote> notes) override;
    [[nodiscard]] Task<AgreedPage> list_agreed(std::string pair, std::int64_t era, TokenRange range,
                                               std::size_t limit) override;
    [[nodiscard]] Task<void> put_agreed(std::string pair, std::int64_t era,
                                        std::vector<AgreedNote> notes) override;
    [[nodiscard]] Task<bool> acquire_lease(std::string name, std::string owner,
                                           std::chrono::seconds ttl) override;
    [[nodiscard]] Task<void> release_lease(std::string name, std::string owner) override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace duet
