#pragma once
// The `journal` feed (docs/how-it-works.md#how-changes-are-noticed): rows of a table with CDC, by
// the partition keys in Cassandra's commit log.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "journal/journal.hpp"
#include "model/row_feed.hpp"
#include "stores/cassandra/catalog.hpp"
#include "stores/cassandra/fetcher.hpp"
#include "stores/cassandra/own_writes.hpp"

namespace duet::cassandra {

/// The record that a partition key alone names; empty: one of a partition of many rows, or none of
/// this table's (a mutation of several tables names one key for them all).
[[nodiscard]] std::optional<Id> record_of(const Key& key, ByteView partition);

class JournalFeed final : public RowFeed {
public:
    /// Why a table's rows cannot be found by the journal, and what would help; empty: they can.
    [[nodiscard]] static std::string reason_against(const TableInfo& table);

    /// The rows of a partition: what the table holds at this place of the ring.
    using ReadPartition = std::function<Task<RowPage>(TokenRange place, std::size_t limit)>;

    /// The journal outlives it. Says at once that it is incomplete where `late`: the table was read
    /// and written before.
    JournalFeed(journal::Journal& journal, const TableInfo& table, bool late);

    /// How to read from now on; whenever the table may have changed.
    void read_with(const TableInfo& table, ReadPartition read);
    /// A write that Duet is about to send.
    void remember(const Id& id, std::int64_t timestamp);
    /// It is still the same table, not another of the same name.
    [[nodiscard]] bool follows(const TableInfo& table) const { return table.table_id == id_; }

    [[nodiscard]] std::string name() const override;
    [[nodiscard]] std::optional<std::chrono::milliseconds> pace() const override {
        return journal::look_every;
    }
    /// A partition of more than partition_limit rows, or more than answer_limit bytes, is a matter
    /// of the sweep: incomplete.
    [[nodiscard]] Task<RowChanges> next(std::size_t limit) override;
    [[nodiscard]] Task<void> acknowledge() override;
    [[nodiscard]] std::vector<std::int64_t> position() const override;
    /// False as well where the table was altered since: it may have been without CDC meanwhile.
    [[nodiscard]] bool resume(const std::vector<std::int64_t>& position) override;

    static constexpr std::size_t partition_limit = 250;  // rows looked at for one key

private:
    journal::Journal& journal_;
    Uuid id_;
    std::int64_t altered_at_;  // when it was chosen: what is altered later costs one comparison
    Key key_;
    ReadPartition read_;
    bool deletes_first_ =
        false;  // a non-frozen collection is deleted a microsecond before it is written
    OwnWrites own_;
    std::unique_ptr<journal::Journal::Table> table_;
    std::vector<std::string> taken_;  // keys from the queue that were not acknowledged
    std::size_t given_ = 0;           // the first of them, by the last next()

    [[nodiscard]] bool is_own(ByteView key, std::int64_t oldest_write);
    [[nodiscard]] Task<void> nominate(std::string key, RowChanges& into);
};

}  // namespace duet::cassandra
