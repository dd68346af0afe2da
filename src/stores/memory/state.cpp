#include "stores/memory/state.hpp"

#include <algorithm>

namespace duet {

namespace {

std::int64_t later(std::int64_t now, std::chrono::seconds span) {
    return now + std::chrono::duration_cast<std::chrono::microseconds>(span).count();
}

}  // namespace

MemoryState::MemoryState(MemoryNotes& notes, MemoryHooks& hooks, const Clock& clock)
    : notes_(notes), hooks_(hooks), clock_(clock) {}

Task<std::optional<Cursor>> MemoryState::load_cursor(std::string pair) {
    co_await hooks_.before("state.load");
    std::optional<Cursor> cursor;
    const auto found = notes_.cursors.find(pair);
    if (found != notes_.cursors.end()) {
        cursor = found->second;
    }
    co_await hooks_.after("state.load");
    co_return cursor;
}

Task<bool> MemoryState::save_cursor(std::string pair, Cursor next, std::optional<Cursor> expected) {
    co_await hooks_.before("state.save");
    const auto found = notes_.cursors.find(pair);
    const bool there = found != notes_.cursors.end();
    const bool applied = there ? expected && *expected == found->second : !expected;
    if (applied) {
        notes_.cursors.insert_or_assign(pair, std::move(next));
    }
    co_await hooks_.after("state.save");
    co_return applied;
}

Task<std::optional<SweepNotes>> MemoryState::load_sweep(std::string pair) {
    co_await hooks_.before("state.sweep");
    std::optional<SweepNotes> notes;
    const auto found = notes_.sweeps.find(pair);
    if (found != notes_.sweeps.end()) notes = found->second;
    co_await hooks_.after("state.sweep");
    co_return notes;
}

Task<void> MemoryState::save_sweep(std::string pair, SweepNotes notes) {
    co_await hooks_.before("state.sweep");
    notes_.sweeps.insert_or_assign(pair, std::move(notes));
    co_await hooks_.after("state.sweep");
}

Task<void> MemoryState::put_quarantine(std::string pair, QuarantineEntry entry) {
    co_await hooks_.before("state.quarantine");
    const Id id = entry.id;
    notes_.quarantine[pair].insert_or_assign(id, std::move(entry));
    co_await hooks_.after("state.quarantine");
}

Task<void> MemoryState::remove_quarantine(std::string pair, Id id) {
    co_await hooks_.before("state.quarantine");
    notes_.quarantine[pair].erase(id);
    co_await hooks_.after("state.quarantine");
}

Task<std::vector<QuarantineEntry>> MemoryState::list_quarantine(std::string pair) {
    co_await hooks_.before("state.quarantine");
    std::vector<QuarantineEntry> entries;
    for (const auto& [id, entry] : notes_.quarantine[pair]) {
        if (entries.size() == quarantine_limit) {
            break;
        }
        entries.push_back(entry);
        entries.back().row_json.clear();
        entries.back().document_json.clear();
    }
    co_await hooks_.after("state.quarantine");
    co_return entries;
}

Task<void> MemoryState::put_beaten(std::string pair, std::vector<Beaten> beaten,
                                   std::chrono::seconds keep) {
    co_await hooks_.before("state.beaten");
    for (Beaten& each : beaten) {
        notes_.beaten[pair].push_back({std::move(each), later(clock_.now(), keep)});
    }
    co_await hooks_.after("state.beaten");
}

Task<std::vector<Beaten>> MemoryState::list_beaten(std::string pair, std::size_t limit) {
    co_await hooks_.before("state.beaten");
    std::vector<MemoryNotes::Kept>& kept = notes_.beaten[pair];
    const std::int64_t now = clock_.now();
    std::erase_if(kept, [&](const MemoryNotes::Kept& each) { return each.until <= now; });
    std::vector<Beaten> newest;
    for (const MemoryNotes::Kept& each : kept) {
        newest.push_back(each.beaten);
        newest.back().json.clear();
    }
    std::stable_sort(newest.begin(), newest.end(), [](const Beaten& left, const Beaten& right) {
        return left.beaten_at > right.beaten_at;
    });
    if (newest.size() > limit) {
        newest.erase(newest.begin() + static_cast<std::ptrdiff_t>(limit), newest.end());
    }
    co_await hooks_.after("state.beaten");
    co_return newest;
}

Task<void> MemoryState::load_agreed(std::string pair, std::int64_t era,
                                    std::span<AgreedNote> notes) {
    co_await hooks_.before("state.agreed");
    const MemoryNotes::Agreements& known = notes_.agreed[pair];
    for (AgreedNote& note : notes) {
        const auto found = known.find({note.token, note.id});
        const bool counts =
            found != known.end() && found->second.era == era && clock_.now() < found->second.until;
        note.agreed = counts ? found->second.agreed : Agreed{};
    }
    co_await hooks_.after("state.agreed");
}

Task<AgreedPage> MemoryState::list_agreed(std::string pair, std::int64_t era, TokenRange range,
                                          std::size_t limit) {
    co_await hooks_.before("state.agreed");
    AgreedPage page;
    page.read_upto = range.upto;
    const MemoryNotes::Agreements& known = notes_.agreed[pair];
    for (const auto& [place, noted] : known) {
        const auto& [token, id] = place;
        if (token <= range.after || token > range.upto || noted.era != era ||
            clock_.now() >= noted.until) {
            continue;
        }
        if (page.notes.size() >= limit && token != page.notes.back().token) {
            page.read_upto = page.notes.back().token;
            page.complete = false;
            break;
        }
        page.notes.push_back({id, token, noted.agreed});
    }
    co_await hooks_.after("state.agreed");
    co_return page;
}

Task<void> MemoryState::put_agreed(std::string pair, std::int64_t era,
                                   std::vector<AgreedNote> notes) {
    co_await hooks_.before("state.agree");
    for (AgreedNote& note : notes) {
        MemoryNotes::Noted noted;
        noted.era = era;
        noted.agreed = note.agreed;
        noted.agreed.noted_at = clock_.now();
        if (note.agreed.kind == Agreed::Kind::deletion) {
            noted.until = later(clock_.now(), deletions_kept);
        }
        notes_.agreed[pair].insert_or_assign({note.token, note.id}, noted);
    }
    co_await hooks_.after("state.agree");
}

Task<bool> MemoryState::acquire_lease(std::string name, std::string owner,
                                      std::chrono::seconds ttl) {
    co_await hooks_.before("state.lease");
    MemoryNotes::Lease& lease = notes_.leases[name];
    const bool mine = lease.owner == owner || lease.until <= clock_.now();
    if (mine) {
        lease = {std::move(owner), later(clock_.now(), ttl)};
    }
    co_await hooks_.after("state.lease");
    co_return mine;
}

Task<void> MemoryState::release_lease(std::string name, std::string owner) {
    co_await hooks_.before("state.lease");
    const auto found = notes_.leases.find(name);
    if (found != notes_.leases.end() && found->second.owner == owner) {
        notes_.leases.erase(found);
    }
    co_await hooks_.after("state.lease");
}

}  // namespace duet
