#pragma once
// Which feed tells what is new in a table: the journal, an index on the version column, or none, so
// that the table is swept.

#include <memory>
#include <string>

#include "base/time.hpp"
#include "journal/journal.hpp"
#include "stores/cassandra/catalog.hpp"
#include "stores/cassandra/fetcher.hpp"
#include "stores/cassandra/index_feed.hpp"
#include "stores/cassandra/journal_feed.hpp"
#include "stores/cassandra/layout.hpp"

namespace duet::cassandra {

class TableFeeds {
public:
    /// Both must outlive it; nullptr: there is no journal to read.
    TableFeeds(const Clock& clock, journal::Journal* journal);

    /// To be called whenever the table may have changed. `fetcher` reads `layout`'s columns;
    /// `modern` is whether the server knows SAI.
    void choose(const TableInfo& table, const Layout& layout, std::shared_ptr<RowFetcher> fetcher,
                bool modern);
    /// The table is gone.
    void reset();

    /// The best there is; nullptr: none. Valid until the next choose() or reset().
    [[nodiscard]] RowFeed* best();
    /// The statement that would give the table an `index` feed; empty: it has one, needs none or
    /// can have none.
    [[nodiscard]] const std::string& missing_index() const { return missing_index_; }
    /// The statement was run.
    void index_was_made() { missing_index_.clear(); }
    /// Why the journal does not serve the table, and what would help; empty: it does, or there is
    /// none.
    [[nodiscard]] const std::string& missing_journal() const;
    /// A write or deletion of Duet's own, whose echo is no news. To be called before it is sent:
    /// the journal may be faster than the answer.
    void remember(const Id& id, std::int64_t timestamp) const;

private:
    void choose_journal(const TableInfo& table, const std::shared_ptr<RowFetcher>& fetcher);

    journal::Journal* journal_;
    IndexFeed index_feed_;
    std::unique_ptr<JournalFeed> journal_feed_;
    bool chosen_ = false;
    std::string missing_index_;
    std::string missing_journal_;  // for want of something in the table
};

}  // namespace duet::cassandra
