#pragma once
// RowStore in memory: one client's connection to a MemoryRows.

#include <optional>
#include <vector>

#include "base/time.hpp"
#include "model/store.hpp"
#include "stores/memory/hooks.hpp"
#include "stores/memory/rows.hpp"

namespace duet {

/// Behaves as stores/cassandra does on a real table, one action at a time, with the hooks called
/// around each.
class MemoryTable final : public RowStore {
public:
    /// Both outlive this; several clients may share the rows.
    MemoryTable(MemoryRows& rows, MemoryHooks& hooks);

    /// Reads say what time it is (protocol 5): by this clock of the client's, which outlives the
    /// table, and not by the server's.
    void read_by(const Clock& clock) { clock_ = &clock; }

    /// A feed that a test makes; it outlives the table.
    void set_feed(RowFeed* feed) { feed_ = feed; }
    [[nodiscard]] RowFeed* feed() override { return feed_; }
    [[nodiscard]] Task<Schema> describe() override;
    [[nodiscard]] Task<void> provision(const Schema& schema, bool may_create) override;
    [[nodiscard]] Task<std::vector<State>> look(std::span<const Id> ids) override;
    [[nodiscard]] Task<std::vector<Outcome>> apply(std::span<const Write> writes) override;
    [[nodiscard]] Task<std::vector<Outcome>> remove(std::span<const Removal> removals) override;
    [[nodiscard]] std::int64_t token(const Id& id) const override;
    [[nodiscard]] Task<TableHistory> history() override;
    [[nodiscard]] Task<std::vector<Id>> absent(std::span<const Id> ids) override;
    [[nodiscard]] Task<RangeDigest> digest(TokenRange range) override;
    [[nodiscard]] RangeDigest digest_of(const Write& write) const override;
    [[nodiscard]] Task<std::optional<RangeDigest>> confirm(TokenRange range,
                                                           RangeDigest written) override;
    [[nodiscard]] Task<RowPage> rows(TokenRange range, std::size_t limit, std::string inside,
                                     Detail detail) override;
    [[nodiscard]] Task<std::vector<Outcome>> insert(std::span<const Write> writes) override;

private:
    [[nodiscard]] std::int64_t now() const;
    [[nodiscard]] State state_of(const RowView& view) const;
    [[nodiscard]] RangeDigest empty_digest() const;
    [[nodiscard]] std::uint64_t factor(const Id& id, std::uint64_t token) const;
    void note_bounds(RangeDigest& digest, std::uint64_t token) const;
    /// How many of the rows found stay in a page that is not the last one.
    [[nodiscard]] std::size_t cut(RowPage& page, const std::vector<MemoryRows::Row>& found,
                                  std::size_t kept) const;
    void add_row(RangeDigest& digest, const Id& id, const RowView& view) const;
    /// Writes one record; what the server says.
    [[nodiscard]] Task<Outcome> put(const Write& write);
    /// V5: what stands there after a write, and the nulling of columns that turned up meanwhile.
    [[nodiscard]] Task<Outcome> read_back(const Write& write);
    [[nodiscard]] RowWrite statement(const Write& write) const;
    [[nodiscard]] RowWrite clearing(const Write& write, const RowView& found) const;

    MemoryRows& rows_;
    MemoryHooks& hooks_;
    const Clock* clock_ = nullptr;  // none: the server's
    RowFeed* feed_ = nullptr;
    Schema schema_;                                    // as provisioned
    std::vector<std::optional<std::size_t>> columns_;  // of schema_, in the table
};

}  // namespace duet
