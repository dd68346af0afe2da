#include "sync/rewrites.hpp"

#include <algorithm>

namespace duet::sync {

namespace {

bool contains(const std::vector<std::uint64_t>& seen, std::uint64_t digest) {
    return std::find(seen.begin(), seen.end(), digest) != seen.end();
}

}  // namespace

bool Rewrites::may_write(const Id& id, const State& row, std::uint64_t row_digest,
                         const State& document, std::uint64_t document_digest) {
    if (entries_.size() >= rewrite_entries_limit) forget_old();
    Entry& entry = entries_[id];
    // Foreign: neither what Duet left there nor a content that has been here since the count began.
    const bool row_foreign = row.exists && row.newest_write.value_or(-1) != entry.timestamp &&
                             !contains(entry.seen, row_digest);
    const bool document_foreign = document.exists &&
                                  document.guard.seq_no != entry.document.seq_no &&
                                  !contains(entry.seen, document_digest);
    const bool too_old = pass_ - entry.since > rewrite_passes;
    if (entry.writes == 0 || row_foreign || document_foreign || too_old) {
        entry.since = pass_;
        entry.writes = 0;
        entry.seen.clear();
    }
    if (entry.writes >= rewrite_limit) return false;
    ++entry.writes;
    for (const std::uint64_t digest : {row_digest, document_digest}) {
        if (!contains(entry.seen, digest)) entry.seen.push_back(digest);
    }
    return true;
}

void Rewrites::take_back(const Id& id) {
    const auto found = entries_.find(id);
    if (found != entries_.end() && found->second.writes > 0) --found->second.writes;
}

void Rewrites::wrote_document(const Id& id, const Guard& guard) {
    const auto found = entries_.find(id);
    if (found != entries_.end()) found->second.document = guard;
}

void Rewrites::wrote_row(const Id& id, std::int64_t timestamp) {
    const auto found = entries_.find(id);
    if (found != entries_.end()) found->second.timestamp = timestamp;
}

void Rewrites::forget_old() {
    std::erase_if(entries_,
                  [this](const auto& item) { return pass_ - item.second.since > rewrite_passes; });
    // All of them young: what is written in bulk is written once each, and rewriting will show
    // again.
    if (entries_.size() >= rewrite_entries_limit) entries_.clear();
}

}  // namespace duet::sync
