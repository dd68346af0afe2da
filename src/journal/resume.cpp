// The part of the Journal for tables that go on from what an earlier process had settled
// (docs/decisions/0023).

#include <algorithm>
#include <iterator>
#include <utility>

#include "journal/journal.hpp"

namespace duet::journal {

bool Journal::Table::resume(Place settled) {
    if (!journal_.can_resume(settled)) return false;
    journal_.waiting_.push_back({.table = this, .from = settled});
    for (Listener& each : journal_.tables_)
        if (each.table == this) each.from = settled;
    settled_ = settled;
    return true;
}

void Journal::Table::settle() {
    queue_.settle();
    if (queue_.is_incomplete()) {
        mark_.reset();
        return;
    }
    const Mark now{journal_.place_of(*this), queue_.taken() + queue_.size(), delivered_};
    if (mark_ && queue_.taken() >= mark_->taken) settle(*std::exchange(mark_, std::nullopt));
    if (queue_.empty()) {
        settle(now);
    } else if (!mark_) {
        mark_ = now;
    }
}

void Journal::Table::settle(const Mark& mark) {
    const bool written = mark.delivered != settled_writes_;
    if (!written && mark.place.segment == settled_.segment) return;
    settled_ = mark.place;
    settled_writes_ = mark.delivered;
}

Place Journal::place() const {
    return segments_.empty() ? Place{newest_ + 1, 0} : segments_.begin()->second->place();
}

Place Journal::place_of(const Table& table) const {
    return is_resuming(table) ? table.settled_ : place();
}

bool Journal::is_resuming(const Table& table) const {
    const auto is_it = [&table](const Listener& each) { return each.table == &table; };
    return std::ranges::any_of(waiting_, is_it) || std::ranges::any_of(resuming_, is_it);
}

bool Journal::can_resume(Place settled) const {
    // Segments of one run of the node have consecutive ids; the next run's begin with the time.
    const bool same_run = newest_ - settled.segment < run_gap;
    const auto left = std::distance(known_.lower_bound(settled.segment), known_.end());
    // Cassandra drops the oldest first; an owner deletes what is settled, in any order.
    const bool kept = options_.owner ? left == newest_ - settled.segment + 1
                                     : !known_.empty() && known_.begin()->first <= settled.segment;
    return problem_.empty() && same_run && kept && settled.segment <= newest_ + 1 &&
           left <= static_cast<std::ptrdiff_t>(files_limit);
}

void Journal::begin_replay() {
    resuming_ = std::exchange(waiting_, {});
    replay_ = std::make_unique<Replay>();
    const bool kept = std::ranges::all_of(
        resuming_, [this](const Listener& each) { return can_resume(each.from); });
    if (!kept) return end_replay("the oldest segment was dropped before it was read");
    const Place first = std::ranges::min(resuming_, {}, &Listener::from).from;
    for (auto at = known_.lower_bound(first.segment); at != known_.end(); ++at) {
        const auto& [id, name] = *at;
        const auto followed = segments_.find(id);
        const std::uint64_t upto =
            followed == segments_.end() ? UINT64_MAX : followed->second->parser().delivered_upto();
        std::string reason;
        auto file = SegmentFile::open(folder_.path(), name, reason);
        if (file == nullptr) return end_replay(reason);
        if (id == first.segment) file->begin_at(first.offset);
        replay_->add(std::move(file), upto);
    }
}

void Journal::end_replay(const std::string& lost) {
    if (!lost.empty()) lose(resuming_, "gap", lost);
    resuming_.clear();
    replay_.reset();
}

bool Journal::has_room() {
    const auto now = options_.now();
    bool room = true;
    std::erase_if(resuming_, [&](Listener& each) {
        KeyQueue& queue = each.table->queue_;
        if (!queue.is_half_full() || queue.taken() != each.taken) {
            each.taken = queue.taken();
            each.moved_at = now;
        }
        if (!queue.is_half_full()) return false;
        if (now - each.moved_at >= stuck_limit) {
            queue.abandon();
            return true;
        }
        room = false;
        return false;
    });
    return room;
}

bool Journal::replay() {
    if (replay_ == nullptr && !waiting_.empty()) begin_replay();
    // What is read waits in the queues: no faster than the pairs take it.
    if (!has_room()) return false;
    if (resuming_.empty()) replay_.reset();
    if (replay_ == nullptr) return false;
    const Replay::Sink sink = [this](const WrittenKey& written, Place place) {
        deliver(written, place, resuming_);
    };
    const Replay::State state = replay_->read(buffer_, sink, look_limit);
    if (state == Replay::State::more) return true;
    end_replay(state == Replay::State::lost ? replay_->problem() : std::string());
    return !waiting_.empty();
}

}  // namespace duet::journal
