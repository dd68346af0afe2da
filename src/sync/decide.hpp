#pragma once
// Rules V1 to V10 as one pure function: what one look at both sides of a record asks for.

#include <cstdint>
#include <string>
#include <variant>

#include "model/store.hpp"
#include "sync/rules.hpp"

namespace duet::sync {

/// One look at both sides of a record.
struct Sight {
    const State& row;
    const State& document;
    /// V3: this state of the document was found or made equal to its row before.
    bool settled = false;
    /// The document was there, in this state, when the pair first met (its position is at or below
    /// G0).
    bool old = false;
    /// V6: both are there and equal, in content and in when they end. Meaningless unless both
    /// exist.
    bool same = false;
    /// Both differ only in columns that have come back since the document was compared last, and in
    /// each of them the row has a value: it was written since. Meaningless unless both exist.
    bool joined = false;
    /// The clock, microseconds since 1970.
    std::int64_t now = 0;
    /// The clock when the pair first met (T0).
    std::int64_t first_met = 0;
    /// What both sides agreed on last; nothing where deletes are not propagated, and where the note
    /// is no evidence (a record in quarantine, a table that was truncated since).
    Agreed agreed{};
};

/// Both sides are level, or there is nothing: remember the document's state as settled.
struct Settle {};

/// The row is not there, and the document's time runs out about now: a moment later it is clear
/// whether that is why.
struct Wait {
    std::int64_t until = 0;      // microseconds since 1970
    bool keep_document = false;  // V8: it is not settled, and will be by then
};

/// The document's time has run out, and it has no row: it goes.
struct ExpireDocument {
    bool keep_document = false;  // V8: it is not settled
};

/// One direction: only the copy has the record, and it stays there as it is.
struct Stay {};

/// Give the document this version first, by compare-and-swap, then look again (V2, V3, V7).
struct StampDocument {
    Version version;
    bool keep_row = false;  // V8: the row will lose to a stamp that Duet gave
    bool future = false;    // V7: because its own stamp is too far ahead
};

/// The row's content goes into the document.
struct WriteDocument {
    Version version;
    bool keep_document = false;  // V8: it is not settled and has other content
    bool future = false;
};

/// The document's content goes into the row.
struct WriteRow {
    Version version;
    std::int64_t timestamp = 0;  // USING TIMESTAMP
    bool keep_row = false;
    bool future = false;
};

/// The record was deleted in Elasticsearch, or its row is a late write of what was deleted: the row
/// goes, but for what was written after the look.
struct DeleteRow {
    Version version;             // that is deleted
    std::int64_t timestamp = 0;  // USING TIMESTAMP
    bool late = false;
};

/// The record was deleted in Cassandra, or its document is a late write of what was deleted.
struct DeleteDocument {
    Version version;    // that is deleted
    bool late = false;  // V8: it is kept
};

/// One side holds what cannot be read as a record.
struct Refuse {
    std::string side;
    Refusal refusal;
};

/// first_meeting = "stop": a person must choose.
struct StopPair {};

using Decision = std::variant<Settle, Wait, ExpireDocument, Stay, StampDocument, WriteDocument,
                              WriteRow, DeleteRow, DeleteDocument, Refuse, StopPair>;

/// Never fails, asks nobody, depends on nothing but its arguments.
[[nodiscard]] Decision decide(const Sight& sight, const Rules& rules);

/// The version of a row that has none, once it is written into a document: older than anything.
constexpr Version no_version{0};

}  // namespace duet::sync
