#pragma once
// What Duet must remember between runs (keyspace `duet`; never content that both stores hold).

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/task.hpp"
#include "model/agreed.hpp"
#include "model/cursor.hpp"
#include "model/record.hpp"
#include "model/store.hpp"

namespace duet {

/// A record that could not be brought level, with all that a person needs to mend it.
struct QuarantineEntry {
    Id id;
    std::string side;  // "cassandra" or "elasticsearch": who refused or held what cannot be read
    Refusal refusal;
    std::optional<Version> row_version;
    std::optional<Version> document_version;
    /// The states it was quarantined with: while both are unchanged it is left alone.
    std::optional<std::int64_t> row_newest_write;
    std::uint64_t row_digest = 0;
    Guard document_guard;
    std::string row_json;  // content of the row, empty: none
    std::string document_json;
    std::int64_t first_seen = 0;  // microseconds since 1970
    std::int64_t last_seen = 0;
    std::int32_t tries = 0;
};

/// A content that lost and whose loss could not be proved right (V8).
struct Beaten {
    Id id;
    std::int64_t beaten_at = 0;      // microseconds since 1970
    std::string side;                // "cassandra" or "elasticsearch": where it stood
    std::optional<Version> version;  // its own
    Version winner;
    std::string json;    // as a document
    std::string reason;  // which rule
};

/// What the sweep of a pair and its first copy know, so that a restart begins where they stood.
struct SweepNotes {
    /// Which table, which index and which columns they are about: those of another era do not
    /// count.
    std::int64_t era = 0;
    /// DocumentStore::deletes() then: where it has moved the notes do not count either.
    std::uint64_t deletes = 0;
    /// Parts of the ring, in their order, whose rows were all level; each with its digest.
    std::vector<Segment> segments;
    /// Per shard: documents up to here were inserted by a first copy that is not proved yet.
    std::vector<std::int64_t> copied;
    /// A first copy to Elasticsearch goes on: what lies in no segment is not known to be copied.
    bool copying = false;
    /// Some record ends by itself.
    bool ends = false;
    /// RowFeed::position(): both sides were level, and only what was written since is news. Empty:
    /// they are to be compared.
    std::vector<std::int64_t> position;
    /// When the next round of the sweep was due then, microseconds since 1970.
    std::int64_t round_due = 0;

    bool operator==(const SweepNotes&) const = default;
};

/// Thrown errors as Store's. Pair names are "keyspace.table".
class StateStore {
public:
    virtual ~StateStore() = default;
    [[nodiscard]] virtual Task<std::optional<Cursor>> load_cursor(std::string pair) = 0;
    /// By compare-and-swap against what was loaded or saved before (empty: nothing was there);
    /// false: another instance has moved it, load it again.
    [[nodiscard]] virtual Task<bool> save_cursor(std::string pair, Cursor next,
                                                 std::optional<Cursor> expected) = 0;

    [[nodiscard]] virtual Task<std::optional<SweepNotes>> load_sweep(std::string pair) = 0;
    /// In place of what was saved before, by whichever instance: each is true.
    [[nodiscard]] virtual Task<void> save_sweep(std::string pair, SweepNotes notes) = 0;

    [[nodiscard]] virtual Task<void> put_quarantine(std::string pair, QuarantineEntry entry) = 0;
    [[nodiscard]] virtual Task<void> remove_quarantine(std::string pair, Id id) = 0;
    /// At most quarantine_limit entries of a pair, without row_json and document_json: those of
    /// fifty large records are more than a server's answer may hold.
    [[nodiscard]] virtual Task<std::vector<QuarantineEntry>> list_quarantine(std::string pair) = 0;

    /// Kept for `keep`, then forgotten.
    [[nodiscard]] virtual Task<void> put_beaten(std::string pair, std::vector<Beaten> beaten,
                                                std::chrono::seconds keep) = 0;
    /// Newest first, at most `limit`; without their contents, likewise.
    [[nodiscard]] virtual Task<std::vector<Beaten>> list_beaten(std::string pair,
                                                                std::size_t limit) = 0;

    /// What both sides agreed on (deletes = "propagate"). `era` says which table and which index
    /// the notes are about: those of another era do not count. Fills in each note's `agreed`.
    [[nodiscard]] virtual Task<void> load_agreed(std::string pair, std::int64_t era,
                                                 std::span<AgreedNote> notes) = 0;
    /// The notes of a part of the ring, about `limit` of them.
    [[nodiscard]] virtual Task<AgreedPage> list_agreed(std::string pair, std::int64_t era,
                                                       TokenRange range, std::size_t limit) = 0;
    /// In place of what was noted before. Deletions are forgotten after deletions_kept.
    [[nodiscard]] virtual Task<void> put_agreed(std::string pair, std::int64_t era,
                                                std::vector<AgreedNote> notes) = 0;

    /// True: `owner` holds the lease for `ttl` from now on (anew, or still).
    [[nodiscard]] virtual Task<bool> acquire_lease(std::string name, std::string owner,
                                                   std::chrono::seconds ttl) = 0;
    [[nodiscard]] virtual Task<void> release_lease(std::string name, std::string owner) = 0;
};

constexpr std::size_t quarantine_limit = 10'000;  // entries a pair; more stop it

}  // namespace duet
