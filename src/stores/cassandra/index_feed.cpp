#include "stores/cassandra/index_feed.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"

namespace duet::cassandra {
namespace {

std::int64_t micros(std::chrono::seconds seconds) {
    return std::chrono::microseconds(seconds).count();
}

/// What tells a row from what it was before.
std::int64_t write_of(const Change& change) { return change.row->newest_write.value_or(INT64_MIN); }

}  // namespace

void IndexFeed::read_with(std::shared_ptr<RowFetcher> fetcher) {
    if (fetcher_ == nullptr) {
        look_ = Look{};
    }
    fetcher_ = std::move(fetcher);
}

bool IndexFeed::is_settled(const Change& change) const {
    const auto found = settled_.find(change.id);
    return found != settled_.end() && found->second == write_of(change);
}

Task<RowChanges> IndexFeed::next(std::size_t limit) {
    RowChanges batch;
    given_.clear();
    if (look_.pending) {  // once more from the start
        look_ = Look{};
        seen_.clear();
    }
    if (look_.page.empty()) {
        look_.began = clock_.now();
    }
    const std::shared_ptr<RowFetcher> fetcher = fetcher_;
    RowFetcher::VersionPage page;
    try {
        page = co_await fetcher->by_version(since_ - micros(overlap), look_.began + micros(ahead),
                                            look_.page, limit);
    } catch (const Misconfigured&) {
        batch.incomplete = true;
    } catch (const Unavailable&) {
        batch.incomplete = true;
    }
    if (batch.incomplete) {
        look_ = Look{};
        co_return batch;
    }
    look_.page = std::move(page.next);
    look_.last = look_.page.empty();
    look_.pending = true;
    batch.caught_up = look_.last;
    for (Change& change : page.rows) {
        if (seen_.size() < remembered_limit) {
            given_.emplace_back(change.id, write_of(change));
        }
        if (!is_settled(change)) {
            batch.changes.push_back(std::move(change));
        }
    }
    co_return batch;
}

Task<void> IndexFeed::acknowledge() {
    for (const auto& [id, write] : given_) {
        seen_[id] = write;
    }
    given_.clear();
    look_.pending = false;
    if (look_.last) {
        if (!seen_.empty()) settled_since_ = look_.began;
        settled_ = std::exchange(seen_, {});
        since_ = look_.began;
        look_ = Look{};
    }
    co_return;
}

bool IndexFeed::resume(const std::vector<std::int64_t>& position) {
    if (position.size() != 1) return false;
    since_ = settled_since_ = std::min(since_, position[0]);
    return true;
}

}  // namespace duet::cassandra
