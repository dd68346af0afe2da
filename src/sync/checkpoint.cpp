#include "sync/checkpoint.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace duet::sync {

namespace {

constexpr int save_tries = 5;  // against another instance that moves the same cursor

/// The farther position of each shard. Both instances settled up to theirs.
Cursor farther(Cursor cursor, const Cursor& other) {
    for (std::size_t shard = 0; shard < cursor.shards.size(); ++shard) {
        cursor.shards[shard] = std::max(cursor.shards[shard], other.shards[shard]);
    }
    return cursor;
}

}  // namespace

void Checkpoint::take(Cursor cursor) {
    saved_ = std::move(cursor);
    settled_.set_saved(saved_);
}

Task<void> Checkpoint::open(const Cursor& position) {
    if (stored_ && saved_.same_index(position)) co_return;
    for (int tries = 0; tries < save_tries; ++tries) {
        stored_ = co_await state_.load_cursor(pair_);
        if (stored_ && stored_->same_index(position)) {
            take(*stored_);
            co_return;
        }
        Cursor first = position;
        first.first_met = clock_.now();
        first.first_positions = position.shards;
        std::fill(first.shards.begin(), first.shards.end(), -1);
        const bool saved = co_await state_.save_cursor(pair_, first, stored_);
        if (!saved) continue;
        stored_ = first;
        take(std::move(first));
        co_return;
    }
    throw Unavailable("the cursor of " + pair_ + " is being moved by other instances all the time");
}

Task<void> Checkpoint::advance(Cursor next) {
    for (int tries = 0; tries < save_tries; ++tries) {
        if (!saved_.same_index(next)) {
            throw Unavailable("the index of " + pair_ + " was made anew during the pass");
        }
        next = farther(std::move(next), saved_);
        next.first_met = saved_.first_met;
        next.first_positions = saved_.first_positions;
        if (next == saved_) co_return;
        const bool saved = co_await state_.save_cursor(pair_, next, stored_);
        if (saved) {
            stored_ = next;
            take(std::move(next));
            co_return;
        }
        stored_ = co_await state_.load_cursor(pair_);
        if (!stored_)
            throw Unavailable("the cursor of " + pair_ + " has vanished from the state keyspace");
        take(*stored_);
    }
    throw Unavailable("the cursor of " + pair_ + " is being moved by other instances all the time");
}

bool Checkpoint::is_old(const Guard& guard) const {
    const auto shard = static_cast<std::size_t>(guard.shard);
    return guard.shard >= 0 && shard < saved_.first_positions.size() && guard.seq_no >= 0 &&
           guard.seq_no <= saved_.first_positions[shard];
}

}  // namespace duet::sync
