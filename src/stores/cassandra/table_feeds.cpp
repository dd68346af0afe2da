#include "stores/cassandra/table_feeds.hpp"

#include <algorithm>
#include <utility>

#include "stores/cassandra/statements.hpp"

namespace duet::cassandra {

TableFeeds::TableFeeds(const Clock& clock, journal::Journal* journal)
    : journal_(journal), index_feed_(clock) {}

void TableFeeds::choose(const TableInfo& table, const Layout& layout,
                        std::shared_ptr<RowFetcher> fetcher, bool modern) {
    choose_journal(table, fetcher);
    const auto& version = layout.version;
    const bool indexable = version && version->type.kind != Kind::timeuuid;
    const bool indexed = indexable && std::ranges::find(table.range_indexed, version->name) !=
                                          table.range_indexed.end();
    index_feed_.read_with(indexed ? std::move(fetcher) : nullptr);
    missing_index_.clear();
    if (journal_feed_ == nullptr && indexable && !indexed && modern) {
        missing_index_ = create_version_index(table.keyspace, table.table, version->name);
    }
}

void TableFeeds::choose_journal(const TableInfo& table,
                                const std::shared_ptr<RowFetcher>& fetcher) {
    const bool late = std::exchange(chosen_, true);
    if (journal_ == nullptr) return;
    missing_journal_ = JournalFeed::reason_against(table);
    if (!missing_journal_.empty()) {
        journal_feed_.reset();
        return;
    }
    if (journal_feed_ == nullptr || !journal_feed_->follows(table)) {
        journal_feed_ = std::make_unique<JournalFeed>(*journal_, table, late);
    }
    JournalFeed::ReadPartition read = [fetcher](TokenRange place, std::size_t limit) {
        return fetcher->by_token(place, limit, std::string(), Detail::contents);
    };
    journal_feed_->read_with(table, std::move(read));
}

const std::string& TableFeeds::missing_journal() const {
    const bool unreadable = journal_feed_ != nullptr && !journal_->problem().empty();
    return unreadable ? journal_->problem() : missing_journal_;
}

void TableFeeds::reset() {
    index_feed_.read_with(nullptr);
    journal_feed_.reset();
    missing_index_.clear();
    missing_journal_.clear();
}

RowFeed* TableFeeds::best() {
    if (journal_feed_ != nullptr && journal_->problem().empty()) return journal_feed_.get();
    return index_feed_.usable() ? &index_feed_ : nullptr;
}

void TableFeeds::remember(const Id& id, std::int64_t timestamp) const {
    if (journal_feed_ != nullptr) journal_feed_->remember(id, timestamp);
}

}  // namespace duet::cassandra
