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

bool is_at_or_below(const Guard& guard, const std::vector<std::int64_t>& positions) {
    return guard.seq_no >= 0 && guard.seq_no <= position_in(positions, guard.shard);
}

}  // namespace

void Checkpoint::take(Cursor cursor) {
    saved_ = std::move(cursor);
    settled_.set_saved(saved_);
}

/// What goes on from the stored cursor at this position.
Cursor Checkpoint::opened(const Cursor& position) const {
    Cursor next = position;
    const bool met =
        stored_ && stored_->same_index(position) && stored_->table_id == position.table_id;
    if (!met) {
        std::fill(next.shards.begin(), next.shards.end(), -1);
        next.first_met = clock_.now();
        next.first_positions = position.shards;
        return next;
    }
    next.shards = stored_->shards;
    next.first_met = stored_->first_met;
    next.first_positions = stored_->first_positions;
    next.joined = stored_->joined;
    next.joined_positions = stored_->joined_positions;
    const std::vector<std::string> joining = stored_->joining(position);
    if (joining.empty()) return next;
    std::fill(next.shards.begin(), next.shards.end(), -1);
    next.joined.insert(next.joined.end(), joining.begin(), joining.end());
    next.joined_positions = position.shards;
    return next;
}

Task<void> Checkpoint::open(const Cursor& position) {
    const auto holds = [&position](const Cursor& cursor) {
        return cursor.holds_for(position) && cursor.same_schema(position);
    };
    if (stored_ && holds(saved_)) co_return;
    for (int tries = 0; tries < save_tries; ++tries) {
        stored_ = co_await state_.load_cursor(pair_);
        if (stored_ && holds(*stored_)) {
            take(*stored_);
            co_return;
        }
        Cursor next = opened(position);
        const bool saved = co_await state_.save_cursor(pair_, next, stored_);
        if (!saved) continue;
        stored_ = next;
        take(std::move(next));
        co_return;
    }
    throw Unavailable("the cursor of " + pair_ + " is being moved by other instances all the time");
}

void Checkpoint::require_same_index(const Cursor& position) const {
    if (!saved_.same_index(position))
        throw Unavailable("the index of " + pair_ + " was made anew during the pass");
}

Task<void> Checkpoint::advance(Cursor next) {
    for (int tries = 0; tries < save_tries; ++tries) {
        require_same_index(next);
        next = farther(std::move(next), saved_);
        next.first_met = saved_.first_met;
        next.first_positions = saved_.first_positions;
        next.table_id = saved_.table_id;
        next.columns = saved_.columns;
        next.carried = saved_.carried;
        next.joined = saved_.joined;
        next.joined_positions = saved_.joined_positions;
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
        // Its positions may be those of a comparison that begins again: ours must not end it.
        if (!stored_->same_meeting(saved_) || !stored_->same_schema(saved_))
            throw Unavailable("another instance has met other columns of " + pair_);
        take(*stored_);
    }
    throw Unavailable("the cursor of " + pair_ + " is being moved by other instances all the time");
}

bool Checkpoint::is_old(const Guard& guard) const {
    return is_at_or_below(guard, saved_.first_positions);
}

bool Checkpoint::precedes_joined(const Guard& guard) const {
    return is_at_or_below(guard, saved_.joined_positions);
}

}  // namespace duet::sync
