#include "stores/cassandra/table_feeds.hpp"

#include <algorithm>
#include <utility>

#include "stores/cassandra/statements.hpp"

namespace duet::cassandra {

TableFeeds::TableFeeds(const Clock& clock, journal::Journal* journal)
    : journal_(journal), index_feed_(clock) {}

void TableFeeds::choose(const TableInfo& table, const Layout& layout,
                        std::shared_ptr<RowFetcher> fetcher, bool modern) {
    const auto& version = layout.version;
    const bool indexable = version && version->type.kind != Kind::timeuuid;
    const bool indexed = indexable && std::ranges::find(table.range_indexed, version->name) !=
                                          table.range_indexed.end();
    index_feed_.read_with(indexed ? std::move(fetcher) : nullptr);
    choose_journal(table);
    missing_index_.clear();
    if (journal_feed_ == nullptr && indexable && !indexed && modern) {
        missing_index_ = create_version_index(table.keyspace, table.table, version->name);
    }
}

void TableFeeds::choose_journal(const TableInfo& table) {
    const bool late = std::exchange(chosen_, true);
    if (journal_ == nullptr) return;
    missing_journal_ = journal_->problem();
    if (missing_journal_.empty()) missing_journal_ = JournalFeed::reason_against(table);
    if (!missing_journal_.empty()) {
        journal_feed_.reset();
    } else if (journal_feed_ == nullptr || !journal_feed_->follows(table)) {
        journal_feed_ = std::make_unique<JournalFeed>(*journal_, table, late);
    }
}

void TableFeeds::reset() {
    index_feed_.read_with(nullptr);
    journal_feed_.reset();
    missing_index_.clear();
    missing_journal_.clear();
}

RowFeed* TableFeeds::best() {
    if (journal_feed_ != nullptr) return journal_feed_.get();
    return index_feed_.usable() ? &index_feed_ : nullptr;
}

void TableFeeds::remember(const Write& write) const {
    if (journal_feed_ != nullptr) journal_feed_->remember(write.id, write.timestamp);
}

}  // namespace duet::cassandra
