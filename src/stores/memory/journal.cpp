#include "stores/memory/journal.hpp"

#include <algorithm>

namespace duet {

MemoryJournal::MemoryJournal(const Log& log, Chance chance)
    : log_(log), chance_(std::move(chance)), settled_(log.size()), given_(log.size()) {}

/// As where a segment was dropped: everything up to some moment, of which the listing tells.
void MemoryJournal::perhaps_lose() {
    if (settled_ == log_.size() || !one_in(6)) return;
    settled_ = log_.size();
    lost_ = true;
}

Task<RowChanges> MemoryJournal::next(std::size_t limit) {
    RowChanges batch;
    perhaps_lose();
    batch.incomplete = lost_ && !one_in(3);
    if (batch.incomplete) lost_ = false;
    std::size_t end = std::min(log_.size(), settled_ + limit);
    if (end > settled_ && one_in(3)) --end;  // its marker is not written yet
    for (std::size_t at = settled_; at < end; ++at) {
        batch.changes.push_back({log_[at].first, std::nullopt, std::nullopt});
    }
    if (one_in(4) && !log_.empty() && batch.changes.size() < limit) {  // a replay
        const auto again =
            static_cast<std::size_t>(chance_(static_cast<std::int64_t>(log_.size())));
        batch.changes.push_back({log_[again].first, std::nullopt, std::nullopt});
    }
    if (one_in(2)) std::ranges::reverse(batch.changes);
    given_ = end;
    batch.caught_up = end == log_.size();
    co_return batch;
}

Task<void> MemoryJournal::acknowledge() {
    settled_ = std::max(settled_, given_);
    co_return;
}

std::vector<std::int64_t> MemoryJournal::position() const {
    if (lost_) return {};
    return {static_cast<std::int64_t>(settled_)};
}

bool MemoryJournal::resume(const std::vector<std::int64_t>& position) {
    if (position.size() != 1 || one_in(4)) return false;
    settled_ = static_cast<std::size_t>(position[0]);
    resumed_with_news_ = settled_ < log_.size();
    return true;
}

}  // namespace duet
