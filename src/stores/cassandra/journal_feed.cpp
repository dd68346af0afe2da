#include "stores/cassandra/journal_feed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "stores/cassandra/statements.hpp"

namespace duet::cassandra {

namespace {

/// Empty: not a key of such a table (a mutation of several tables names one key for them all).
std::optional<Id> id_of(ByteView key) {
    Uuid id;
    if (key.size() != id.bytes.size()) return std::nullopt;
    std::ranges::copy(key, id.bytes.begin());
    return Id(id);
}

}  // namespace

std::string JournalFeed::reason_against(const TableInfo& table) {
    if (!table.key.is_uuid()) {
        return "the journal serves tables whose primary key is one uuid column";
    }
    if (!table.cdc) {
        return fmt::format("the table has no CDC: ALTER TABLE {}.{} WITH cdc = true",
                           cassandra::quoted(table.keyspace), cassandra::quoted(table.table));
    }
    return {};
}

JournalFeed::JournalFeed(journal::Journal& journal, const TableInfo& table, bool late)
    : journal_(journal),
      id_(table.table_id),
      deletes_first_(std::ranges::any_of(
          table.columns, [](const Column& column) { return column.type.multi_cell(); })) {
    journal::Journal::Table::Known known = [this](ByteView key, std::int64_t oldest_write) {
        return is_own(key, oldest_write);
    };
    table_ = journal_.table(id_, table.keyspace, std::move(known));
    if (late) table_->queue().lose();
}

void JournalFeed::remember(const Id& id, std::int64_t timestamp) {
    own_.remember(id.uuid()->bytes, timestamp);
}

bool JournalFeed::is_own(ByteView key, std::int64_t oldest_write) {
    return own_.take(key, oldest_write) || (deletes_first_ && own_.take(key, oldest_write + 1));
}

std::string JournalFeed::name() const {
    return journal_.compressed() ? "journal (at commitlog_sync_period)" : "journal";
}

Task<RowChanges> JournalFeed::next(std::size_t limit) {
    journal::KeyQueue& queue = table_->queue();
    while (given_.empty() && !queue.empty()) {
        for (const std::string& key : queue.take(limit)) {
            if (const auto id = id_of(as_bytes(key))) given_.push_back(*id);
        }
    }
    RowChanges next;
    for (const Id& id : given_) next.changes.push_back({id, std::nullopt, std::nullopt});
    next.caught_up = queue.empty();
    next.incomplete = queue.take_incomplete();
    co_return next;
}

Task<void> JournalFeed::acknowledge() {
    given_.clear();
    table_->queue().settle();
    co_return;
}

}  // namespace duet::cassandra
