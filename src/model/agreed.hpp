#pragma once
// What both sides of a record agreed on last: kept only where deletes are propagated, to tell
// "deleted" from "not there yet".

#include <chrono>
#include <cstdint>
#include <vector>

#include "model/record.hpp"

namespace duet {

struct Agreed {
    enum class Kind : std::uint8_t {
        nothing,   // no note: whatever vanished is restored
        record,    // both sides held this version
        deletion,  // a record of this version is gone from both sides, or is about to be
    };
    Kind kind = Kind::nothing;
    Version version;
    /// Deletions: the newest WRITETIME of the row that Duet deleted; INT64_MIN: it was gone
    /// already.
    std::int64_t upto = INT64_MIN;
    /// When the note was written, by the server's clock: microseconds since 1970.
    std::int64_t noted_at = 0;

    /// The same is agreed on, whenever it was noted.
    [[nodiscard]] bool same_as(const Agreed& other) const {
        return kind == other.kind && version == other.version && upto == other.upto;
    }
};

/// A note, and where it stands: by the row's position on the ring, so that the notes of a range can
/// be laid beside its rows.
struct AgreedNote {
    Id id;
    std::int64_t token = 0;
    Agreed agreed;
};

struct AgreedPage {
    std::vector<AgreedNote> notes;  // of this era, in token order
    std::int64_t read_upto = 0;     // every note with a token in (after, read_upto] was seen
    bool complete = true;           // read_upto is the end of the range
};

/// Deletions are remembered longer than `index.gc_deletes` and than any replay of old writes.
constexpr std::chrono::seconds deletions_kept = std::chrono::days(30);

}  // namespace duet
