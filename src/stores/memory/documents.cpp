#include "stores/memory/documents.hpp"

#include <algorithm>

namespace duet {

MemoryDocuments::MemoryDocuments(Options options)
    : options_(std::move(options)), random_(options_.seed) {
    shards_.resize(options_.shards);
    index_uuid_ = new_uuid();
    history_uuid_ = new_uuid();
}

std::string MemoryDocuments::new_uuid() {
    const std::uint64_t high = random_();
    return Uuid::version4(high, random_()).to_string();
}

std::size_t MemoryDocuments::shard_of(const Id& id) const {
    return std::hash<Id>()(id) % shards_.size();
}

std::int64_t MemoryDocuments::put(const Id& id, Document next) {
    Shard& shard = shards_[shard_of(id)];
    next.seq_no = shard.next_seq_no++;
    next.primary_term = shard.primary_term;
    const std::int64_t seq_no = next.seq_no;
    shard.live.insert_or_assign(id, std::move(next));
    shard.unrefreshed.insert(id);
    if (listener_) {
        listener_(id);
    }
    return seq_no;
}

std::int64_t MemoryDocuments::index(const Id& id, const DocumentWrite& write) {
    Document next;
    for (const auto& [name, value] : write.fields) {
        if (!value.is_null()) {
            next.fields.insert_or_assign(name, value);
        }
    }
    next.stamp = write.stamp;
    next.carried = write.carried;
    next.expires_at = write.expires_at;
    next.problem = write.problem;
    return put(id, std::move(next));
}

std::int64_t MemoryDocuments::update(const Id& id, const DocumentWrite& write) {
    const Document* old = find(id);
    if (old == nullptr) {
        return index(id, write);
    }
    Document next = *old;
    for (const auto& [name, value] : write.fields) {
        if (value.is_null()) {
            next.fields.erase(name);
        } else {
            next.fields.insert_or_assign(name, value);
        }
    }
    if (write.stamp) {
        next.stamp = write.stamp;
    }
    if (write.expires_at || write.lives_on) {
        next.expires_at = write.expires_at;
    }
    if (next.fields == old->fields && next.stamp == old->stamp &&
        next.expires_at == old->expires_at) {
        return old->seq_no;
    }
    return put(id, std::move(next));
}

void MemoryDocuments::remove(const Id& id) {
    Shard& shard = shards_[shard_of(id)];
    if (shard.live.erase(id) > 0) {
        shard.next_seq_no += 1;
        shard.unrefreshed.insert(id);
        ++deletes_;
        if (listener_) {
            listener_(id);
        }
    }
}

bool MemoryDocuments::remove(const Id& id, const Guard& guard) {
    const bool there = find(id) != nullptr && guard_of(id) == guard;
    if (there) {
        remove(id);
    }
    return there;
}

MemoryDocuments::InFlight MemoryDocuments::begin(const Id& id) {
    Shard& shard = shards_[shard_of(id)];
    const std::int64_t seq_no = shard.next_seq_no++;
    shard.in_flight.insert(seq_no);
    return {id, seq_no};
}

void MemoryDocuments::finish(const InFlight& write, const DocumentWrite& content) {
    Shard& shard = shards_[shard_of(write.id)];
    const Document* old = find(write.id);
    // Lost in a fail-over; or a later write of the same document was done first.
    const bool lost = shard.in_flight.erase(write.seq_no) == 0;
    if (lost || (old != nullptr && old->seq_no > write.seq_no)) {
        return;
    }
    const std::int64_t next_seq_no = shard.next_seq_no;
    shard.next_seq_no = write.seq_no;
    index(write.id, content);
    shard.next_seq_no = next_seq_no;
}

void MemoryDocuments::fail_over(std::size_t shard) {
    shards_[shard].primary_term += 1;
    shards_[shard].in_flight.clear();
}

void MemoryDocuments::recreate() {
    // Elasticsearch would begin with term 1 again. A higher one keeps a guard of the old index from
    // fitting the new one by chance: a coincidence of one in millions there, a frequent one among
    // the handful of writes of a test.
    for (const Shard& shard : shards_) {
        first_term_ = std::max(first_term_, shard.primary_term + 1);
    }
    shards_.assign(options_.shards, Shard{});
    refresh_paused_ = false;
    for (Shard& shard : shards_) {
        shard.primary_term = first_term_;
    }
    index_uuid_ = new_uuid();
    history_uuid_ = new_uuid();
}

void MemoryDocuments::restore_history() { history_uuid_ = new_uuid(); }

std::optional<Guard> MemoryDocuments::replace(const Id& id, const Guard& guard, Document next) {
    if (!(guard_of(id) == guard)) {
        return std::nullopt;
    }
    if (pipeline_) {
        pipeline_(id, next);
    }
    put(id, std::move(next));
    return guard_of(id);
}

const Document* MemoryDocuments::find(const Id& id) const {
    const auto& live = shards_[shard_of(id)].live;
    const auto found = live.find(id);
    return found == live.end() ? nullptr : &found->second;
}

Guard MemoryDocuments::guard_of(const Id& id) const {
    Guard guard;
    guard.shard = static_cast<std::int32_t>(shard_of(id));
    if (const Document* document = find(id)) {
        guard.seq_no = document->seq_no;
        guard.primary_term = document->primary_term;
    }
    return guard;
}

void MemoryDocuments::refresh() {
    for (Shard& shard : shards_) {
        for (const Id& id : shard.unrefreshed) {
            const auto found = shard.live.find(id);
            if (found == shard.live.end()) {
                shard.visible.erase(id);
            } else {
                shard.visible.insert_or_assign(id, found->second);
            }
        }
        shard.unrefreshed.clear();
    }
}

Cursor MemoryDocuments::position() const {
    Cursor cursor;
    cursor.index_uuid = index_uuid_;
    cursor.history_uuid = history_uuid_;
    for (const Shard& shard : shards_) {
        cursor.shards.push_back(shard.in_flight.empty() ? shard.next_seq_no - 1
                                                        : *shard.in_flight.begin() - 1);
    }
    return cursor;
}

}  // namespace duet
