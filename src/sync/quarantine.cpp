#include "sync/quarantine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"

namespace duet::sync {

Task<void> Quarantine::load() {
    const std::vector<QuarantineEntry> stored = co_await state_.list_quarantine(pair_);
    const auto before = std::exchange(entries_, {});
    for (const QuarantineEntry& entry : stored) {
        Known known;
        known.row_newest_write = entry.row_newest_write;
        known.row_digest = entry.row_digest;
        known.document_guard = entry.document_guard;
        known.first_seen = entry.first_seen;
        known.tries = entry.tries;
        const auto found = before.find(entry.id);
        known.to_be_tried = found != before.end() && found->second.to_be_tried;
        entries_.emplace(entry.id, known);
    }
}

bool Quarantine::unchanged(const Id& id, const State& row, std::uint64_t row_digest,
                           const State& document) const {
    const auto found = entries_.find(id);
    if (found == entries_.end()) return false;
    const Known& known = found->second;
    return !known.to_be_tried && known.row_newest_write == row.newest_write &&
           known.row_digest == row_digest && known.document_guard.seq_no == document.guard.seq_no &&
           known.document_guard.shard == document.guard.shard;
}

void Quarantine::try_all() {
    for (auto& [id, known] : entries_) known.to_be_tried = true;
}

Task<void> Quarantine::put(QuarantineEntry entry) {
    Known known;
    const auto found = entries_.find(entry.id);
    const bool known_before = found != entries_.end();
    if (known_before) {
        known = found->second;  // refused again: that says nothing new of the pair
    } else if (entry.refusal.reason == last_reason_) {
        ++in_a_row_;
    } else {
        last_reason_ = entry.refusal.reason;
        in_a_row_ = 1;
    }
    known.to_be_tried = false;
    if (known.tries == 0) known.first_seen = entry.last_seen;
    ++known.tries;
    known.row_newest_write = entry.row_newest_write;
    known.row_digest = entry.row_digest;
    known.document_guard = entry.document_guard;
    entry.first_seen = known.first_seen;
    entry.tries = known.tries;
    const Id id = entry.id;
    const std::string reason = entry.refusal.reason;
    const std::string field = entry.refusal.field;
    co_await state_.put_quarantine(pair_, std::move(entry));
    entries_[id] = known;
    if (!known_before && in_a_row_ >= refusals_in_a_row) {
        throw Misconfigured(
            fmt::format("{}: {} records in a row were refused{}: {}", pair_, in_a_row_,
                        field.empty() ? "" : " for field " + field, reason),
            "mend the cause, then run: duet quarantine retry " + pair_);
    }
    if (entries_.size() >= quarantine_limit) {
        throw Misconfigured(fmt::format("{}: {} records are in quarantine", pair_, entries_.size()),
                            "look at them: duet quarantine list " + pair_);
    }
}

Task<void> Quarantine::release(Id id) {
    if (!entries_.contains(id)) co_return;
    co_await state_.remove_quarantine(pair_, id);
    entries_.erase(id);
}

std::vector<Id> Quarantine::some(std::size_t limit) {
    if (turn_.empty()) {
        for (const auto& [id, known] : entries_) turn_.push_back(id);
    }
    const std::size_t count = std::min(limit, turn_.size());
    const auto first = turn_.end() - static_cast<std::ptrdiff_t>(count);
    std::vector<Id> ids(first, turn_.end());
    turn_.erase(first, turn_.end());
    return ids;
}

}  // namespace duet::sync
