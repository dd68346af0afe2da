#include "stores/cassandra/journal_feed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "cql/token.hpp"
#include "stores/cassandra/keys.hpp"
#include "stores/cassandra/statements.hpp"

namespace duet::cassandra {

std::optional<Id> record_of(const Key& key, ByteView partition) {
    if (key.has_clustering()) return std::nullopt;
    const std::vector<ByteView> cells = partition_cells(key, partition);
    if (cells.empty()) return std::nullopt;
    ReadKey read = read_key(key, cells);
    return read.problem.empty() ? std::optional(std::move(read.id)) : std::nullopt;
}

std::string JournalFeed::reason_against(const TableInfo& table) {
    if (table.cdc) return {};
    return fmt::format("the table has no CDC: ALTER TABLE {}.{} WITH cdc = true",
                       cassandra::quoted(table.keyspace), cassandra::quoted(table.table));
}

JournalFeed::JournalFeed(journal::Journal& journal, const TableInfo& table, bool late)
    : journal_(journal), id_(table.table_id), altered_at_(table.altered_at) {
    journal::Journal::Table::Known known = [this](ByteView key, std::int64_t oldest_write) {
        return is_own(key, oldest_write);
    };
    table_ = journal_.table(id_, table.keyspace, std::move(known));
    if (late) static_cast<void>(table_->queue().lose());
}

void JournalFeed::read_with(const TableInfo& table, ReadPartition read) {
    key_ = table.key;
    deletes_first_ = std::ranges::any_of(
        table.columns, [](const Column& column) { return column.type.multi_cell(); });
    read_ = std::move(read);
}

void JournalFeed::remember(const Id& id, std::int64_t timestamp) {
    if (const auto partition = partition_key(key_, id)) own_.remember(*partition, timestamp);
}

bool JournalFeed::is_own(ByteView key, std::int64_t oldest_write) {
    return own_.take(key, oldest_write) || (deletes_first_ && own_.take(key, oldest_write + 1));
}

std::string JournalFeed::name() const {
    const std::string every = journal_.shown_every();
    return every.empty() ? "journal" : fmt::format("journal (every {})", every);
}

Task<RowChanges> JournalFeed::next(std::size_t limit) {
    journal::KeyQueue& queue = table_->queue();
    RowChanges next;
    given_ = 0;
    while (next.changes.size() + (key_.has_clustering() ? partition_limit : 1) <= limit) {
        if (given_ == taken_.size()) {
            std::vector<std::string> more = queue.take(1);
            if (more.empty()) break;
            taken_.push_back(std::move(more.front()));
        }
        std::string key = taken_[given_++];
        co_await nominate(std::move(key), next);
    }
    const bool empty = queue.empty() && given_ == taken_.size();
    next.caught_up = empty && !table_->is_resuming();
    next.waits = empty && given_ == 0 && !next.caught_up;
    next.incomplete = queue.take_incomplete() || next.incomplete;
    co_return next;
}

/// A change of a partition of many rows does not say which of them.
Task<void> JournalFeed::nominate(std::string key, RowChanges& into) {
    if (const auto id = record_of(key_, as_bytes(key))) {
        into.changes.push_back({*id, std::nullopt, std::nullopt});
        co_return;
    }
    const std::int64_t token = cql::murmur3_token(as_bytes(key));
    const TokenRange place{token - 1, token};
    const ReadPartition read = read_;  // the table may be looked at anew meanwhile
    RowPage page = co_await read(place, partition_limit);
    std::ranges::move(page.rows, std::back_inserter(into.changes));
    into.incomplete = into.incomplete || !page.complete;
}

Task<void> JournalFeed::acknowledge() {
    taken_.erase(taken_.begin(), taken_.begin() + static_cast<std::ptrdiff_t>(given_));
    given_ = 0;
    if (taken_.empty()) table_->settle();
    co_return;
}

std::vector<std::int64_t> JournalFeed::position() const {
    if (table_->queue().is_incomplete()) return {};
    const journal::Place place = table_->settled();
    return {place.segment, static_cast<std::int64_t>(place.offset), altered_at_};
}

bool JournalFeed::resume(const std::vector<std::int64_t>& position) {
    if (position.size() != 3 || position[2] != altered_at_) return false;
    return table_->resume({position[0], static_cast<std::uint64_t>(position[1])});
}

}  // namespace duet::cassandra
