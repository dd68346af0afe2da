#pragma once
// The `journal` feed (design section 3): rows of a table with CDC, by the keys in Cassandra's
// commit log.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "journal/journal.hpp"
#include "model/row_feed.hpp"
#include "stores/cassandra/catalog.hpp"
#include "stores/cassandra/own_writes.hpp"

namespace duet::cassandra {

class JournalFeed final : public RowFeed {
public:
    /// Why a table's rows cannot be found by the journal, and what would help; empty: they can.
    [[nodiscard]] static std::string reason_against(const TableInfo& table);

    /// The journal outlives it. Says at once that it is incomplete where `late`: the table was read
    /// and written before.
    JournalFeed(journal::Journal& journal, const TableInfo& table, bool late);

    /// A write that Duet is about to send.
    void remember(const Id& id, std::int64_t timestamp);
    /// It is still the same table, not another of the same name.
    [[nodiscard]] bool follows(const TableInfo& table) const { return table.table_id == id_; }

    [[nodiscard]] std::string name() const override;
    [[nodiscard]] std::optional<std::chrono::milliseconds> pace() const override {
        return journal::look_every;
    }
    [[nodiscard]] Task<RowChanges> next(std::size_t limit) override;
    [[nodiscard]] Task<void> acknowledge() override;

private:
    journal::Journal& journal_;
    Uuid id_;
    bool deletes_first_;  // a non-frozen collection is deleted a microsecond before it is written
    OwnWrites own_;
    std::unique_ptr<journal::Journal::Table> table_;
    std::vector<Id> given_;  // and not acknowledged

    [[nodiscard]] bool is_own(ByteView key, std::int64_t oldest_write);
};

}  // namespace duet::cassandra
