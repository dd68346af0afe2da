#include "sync/settled.hpp"

#include <algorithm>

namespace duet::sync {

namespace {

/// Drops what lies at or below `position`.
void forget_upto(std::map<std::int64_t, std::int64_t>& runs, std::int64_t position) {
    while (!runs.empty() && runs.begin()->first <= position) {
        const auto [first, last] = *runs.begin();
        runs.erase(runs.begin());
        if (last > position) runs.emplace(position + 1, last);
    }
}

}  // namespace

void Settled::set_saved(const Cursor& saved) {
    if (!saved_.holds_for(saved)) shards_.clear();
    saved_ = saved;
    shards_.resize(saved.shards.size());
    remembered_ = 0;
    for (std::size_t i = 0; i < shards_.size(); ++i) {
        Shard& shard = shards_[i];
        forget_upto(shard.written, saved.shards[i]);
        shard.found.erase(shard.found.begin(), shard.found.upper_bound(saved.shards[i]));
        remembered_ += shard.written.size() + shard.found.size();
    }
}

const Settled::Shard* Settled::shard_of(const Guard& guard) const {
    if (guard.seq_no < 0 || guard.shard < 0) return nullptr;
    const auto shard = static_cast<std::size_t>(guard.shard);
    return shard < shards_.size() ? &shards_[shard] : nullptr;
}

void Settled::remember(const Guard& guard) {
    if (shard_of(guard) == nullptr || contains(guard)) return;
    auto& found = shards_[static_cast<std::size_t>(guard.shard)].found;
    if (found.insert_or_assign(guard.seq_no, guard.primary_term).second) ++remembered_;
}

void Settled::remember_written(const Guard& guard) {
    if (shard_of(guard) == nullptr || contains(guard)) return;
    Runs& runs = shards_[static_cast<std::size_t>(guard.shard)].written;
    std::int64_t first = guard.seq_no;
    std::int64_t last = guard.seq_no;
    auto after = runs.upper_bound(first);
    if (after != runs.begin()) {
        auto before = std::prev(after);
        if (before->second + 1 == first) {
            first = before->first;
            after = runs.erase(before);
            --remembered_;
        }
    }
    if (after != runs.end() && after->first == last + 1) {
        last = after->second;
        runs.erase(after);
        --remembered_;
    }
    runs.emplace(first, last);
    ++remembered_;
}

bool Settled::contains(const Guard& guard) const {
    const Shard* shard = shard_of(guard);
    if (shard == nullptr) return false;
    if (guard.seq_no <= saved_.shards[static_cast<std::size_t>(guard.shard)]) return true;
    const auto after = shard->written.upper_bound(guard.seq_no);
    if (after != shard->written.begin() && std::prev(after)->second >= guard.seq_no) return true;
    const auto found = shard->found.find(guard.seq_no);
    return found != shard->found.end() && found->second == guard.primary_term;
}

Cursor Settled::extend(const Cursor& cursor) const {
    Cursor extended = cursor;
    const std::size_t shards = std::min(shards_.size(), cursor.shards.size());
    for (std::size_t shard = 0; shard < shards; ++shard) {
        std::int64_t& position = extended.shards[shard];
        const Runs& runs = shards_[shard].written;
        const auto after = runs.upper_bound(position + 1);
        if (after == runs.begin()) continue;
        const auto run = std::prev(after);
        if (run->second > position) position = run->second;
    }
    return extended;
}

}  // namespace duet::sync
