#pragma once
// What a store promises. Two kinds, because the rules (docs/how-it-works.md) are not symmetrical:
// rows are written with a timestamp and read back, documents by compare-and-swap. Implementations:
// stores/cassandra, stores/elasticsearch, stores/memory.
//
// Errors: Unavailable (nothing is known of what was in flight; run the pass again), Misconfigured
// (stop this pair). What is wrong with one record only is an Outcome.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/task.hpp"
#include "model/agreed.hpp"
#include "model/cursor.hpp"
#include "model/expiry.hpp"
#include "model/record.hpp"
#include "model/schema.hpp"

namespace duet {

/// "Unchanged since I looked": the position of a document's last write. Rows have none.
struct Guard {
    std::int32_t shard = -1;
    std::int64_t seq_no = -1;  // -1: the document is not there; writing with it creates
    std::int64_t primary_term = 0;
    bool operator==(const Guard&) const = default;
};

/// Why a store or a codec cannot take or read one record.
struct Refusal {
    std::string field;   // empty: the record as a whole
    std::string value;   // its text, cut to 200 bytes
    std::string reason;  // what, and what to do
};

/// What a store holds of one record now.
struct State {
    bool exists = false;
    /// V1, V2. Empty: a row without any readable WRITETIME; a document without a stamp.
    std::optional<Version> version;
    /// Rows: the version comes from the row's own version column (V1).
    bool stamped = false;
    /// Rows: the newest WRITETIME over all cells.
    std::optional<std::int64_t> newest_write;
    /// When the record ends by itself (TTL), microseconds since 1970; empty: never. Rows: when the
    /// last of the cells does, if all of them do.
    std::optional<std::int64_t> expires_at;
    /// Rows: when the first of the cells ends, by which the row changes.
    std::optional<std::int64_t> changes_at;
    /// The clock read just before this state was read (V2, V3).
    std::int64_t seen_at = 0;
    Guard guard;
    Content content;
    /// Documents: holds a field that the store was never told of; the pair looks at the mapping
    /// before it settles this.
    bool unfamiliar = false;
    /// The record is there but cannot be read as one (a stamp or a value that does not fit): it
    /// goes to quarantine.
    std::optional<Refusal> problem;
    /// Documents with a problem: feeds pass it by, so that it was never level whatever the cursor
    /// says.
    bool left_out = false;
    /// Documents with a problem: their whole text, so that nothing of them is lost to quarantine.
    std::string unread;
};

/// A nomination: look at this one. A feed that has read the record anyway passes it on, and it need
/// not be read again.
struct Change {
    Id id;
    std::optional<State> row;
    std::optional<State> document;
    std::optional<Agreed> agreed{};  // likewise: what is noted of it
};

/// One step of a feed. `next` is where it goes on once the batch is settled.
struct ChangeBatch {
    std::vector<Change> changes;
    Cursor next;
    bool caught_up = true;
};

/// A record to be written. Pointers are the caller's and live until apply() has ended.
struct Write {
    Id id;
    const Content* content = nullptr;
    Version version;             // what both sides share afterwards
    std::int64_t timestamp = 0;  // rows: USING TIMESTAMP
    Guard guard;                 // documents: if_seq_no and if_primary_term, or create
    std::optional<std::int64_t> expires_at{};  // as State's
    /// Rows: what was read before; null is written only where it had a value. nullptr: nothing was
    /// there.
    const State* previous = nullptr;
};

/// A record to be deleted: of this state and nothing newer.
struct Removal {
    Id id;
    std::int64_t timestamp = 0;  // rows: USING TIMESTAMP; what was written later stays
    Guard guard;                 // documents: if_seq_no and if_primary_term
};

struct Outcome {
    enum class Kind : std::uint8_t {
        applied,     // written, and for a row also read back equal; guard is the new one. Removed:
                     // it is gone
        superseded,  // somebody else was there first, or the row reads back different: look again
        hidden,      // rows: a deletion hides what was written: nothing is there
        refused,     // the store does not take this record: refusal says why
    };
    Kind kind = Kind::applied;
    Guard guard;
    Refusal refusal;
};

/// What both kinds can do.
class Store {
public:
    virtual ~Store() = default;
    /// What the table or index looks like now; asks the server each time.
    [[nodiscard]] virtual Task<Schema> describe() = 0;
    /// Makes the table or index, adds the columns it lacks, and from now on reads and writes
    /// records with the columns of this schema, in its order. Changes nothing on the server where
    /// nothing is missing or `may_create` is false.
    [[nodiscard]] virtual Task<void> provision(const Schema& schema, bool may_create) = 0;
    /// States in the order of the ids.
    [[nodiscard]] virtual Task<std::vector<State>> look(std::span<const Id> ids) = 0;
    /// Outcomes in the order of the writes.
    [[nodiscard]] virtual Task<std::vector<Outcome>> apply(std::span<const Write> writes) = 0;
    /// Outcomes in the order of the removals.
    [[nodiscard]] virtual Task<std::vector<Outcome>> remove(std::span<const Removal> removals) = 0;
};

/// How much a reading of many records yields of each: nothing beside its id, or its state, whose
/// content and end may be missing where only versions are asked for.
enum class Detail : std::uint8_t { ids, versions, contents };

/// A half-open part of the token ring: (after, upto]. The whole ring is (min, max].
struct TokenRange {
    std::int64_t after = INT64_MIN;
    std::int64_t upto = INT64_MAX;
    bool operator==(const TokenRange&) const = default;
};

/// The server's digest of a range, for the sweep. Sums wrap mod 2^64.
struct RangeDigest {
    std::uint64_t count = 0;
    std::uint64_t token_sum = 0;         // of what tells each row from the others
    std::vector<std::uint64_t> columns;  // in an order of the store's own
    /// The first and the last token that a row has, where the store tells them (partitions of many
    /// rows); else lowest > highest.
    std::int64_t lowest = INT64_MAX;
    std::int64_t highest = INT64_MIN;
    bool operator==(const RangeDigest&) const = default;
    RangeDigest& operator+=(const RangeDigest& other);
};

/// A part of the ring, and what the server's digest said when all its rows were settled.
struct Segment {
    TokenRange range;
    std::optional<RangeDigest> settled;
    std::uint64_t count = 0;
    bool operator==(const Segment&) const = default;
};

struct RowPage {
    std::vector<Change> rows;    // with `row` set, in token order
    std::int64_t read_upto = 0;  // every row with a token in (after, read_upto] was seen
    bool complete = true;        // read_upto is the end of the range
    /// Not empty: rows of the next token were seen too, but not all that share it. For rows().
    std::string inside;
    RangeDigest digest;  // what digest() would say of exactly these rows; with contents only
};

class RowFeed;

/// Which table this is, and when it was last emptied: what vanished that way was not deleted.
struct TableHistory {
    std::string id;                         // another after DROP and CREATE
    std::int64_t truncated_at = INT64_MIN;  // microseconds since 1970, by the server's clock
};

/// A table of Cassandra.
class RowStore : public Store {
public:
    /// The fastest feed that the table has now; nullptr: only the sweep notices changes. Ask again
    /// after each provision().
    [[nodiscard]] virtual RowFeed* feed() { return nullptr; }
    /// Position of an id on the ring.
    [[nodiscard]] virtual std::int64_t token(const Id& id) const = 0;
    /// Asks the server each time.
    [[nodiscard]] virtual Task<TableHistory> history() = 0;
    /// Those of the ids that have no row now, by the server's own clock.
    [[nodiscard]] virtual Task<std::vector<Id>> absent(std::span<const Id> ids) = 0;
    [[nodiscard]] virtual Task<RangeDigest> digest(TokenRange range) = 0;
    /// What `write` adds to the digest of its range if nothing else is in the row (first copy into
    /// an empty table).
    [[nodiscard]] virtual RangeDigest digest_of(const Write& write) const = 0;
    /// The digest of a range, if it is that of what was written there (the sum of digest_of()) and
    /// of nothing else; else empty. Asked for less than digest() costs.
    [[nodiscard]] virtual Task<std::optional<RangeDigest>> confirm(TokenRange range,
                                                                   RangeDigest written) = 0;
    /// A page of rows, at most `limit` and at most answer_limit bytes. It ends between two tokens
    /// where it can. After a page that ended `inside` of one, go on from its read_upto with what it
    /// says; else `inside` is empty. At least versions are read.
    [[nodiscard]] virtual Task<RowPage> rows(TokenRange range, std::size_t limit,
                                             std::string inside, Detail detail) = 0;
    /// As apply(), for rows that were not there before the copy began: not read back; `applied`
    /// means acknowledged.
    [[nodiscard]] virtual Task<std::vector<Outcome>> insert(std::span<const Write> writes) = 0;
};

/// A stamp for a document, by compare-and-swap: the document stays as it is but for its version
/// field.
struct Stamp {
    Id id;
    Version version;
    Guard guard;
};

/// Positions of writes in a shard: (after, upto].
struct PositionRange {
    std::int64_t after = -1;
    std::int64_t upto = INT64_MAX;
    bool operator==(const PositionRange&) const = default;
};

/// How far a reading of all documents is, as they were when it began; or of one slice of them:
/// slices may be read side by side.
struct DocumentScan {
    std::string point_in_time;
    std::string after;  // empty: nothing was read yet
    int slice = 0;      // this one of `slices`
    int slices = 1;
    PositionRange positions;     // only documents that were last written there, in whichever shard
    std::uint64_t left_out = 0;  // documents that were met and are no records
    bool complete = false;

    /// Begins again, with the documents of these positions.
    void restart(PositionRange part) {
        positions = part;
        after.clear();
        complete = false;
    }
};

/// An index of Elasticsearch.
class DocumentStore : public Store {
public:
    [[nodiscard]] virtual Task<std::vector<Outcome>> stamp(std::span<const Stamp> stamps) = 0;
    /// Where the index stands now: its uuids and each shard's global checkpoint. Costs no refresh.
    [[nodiscard]] virtual Task<Cursor> position() = 0;
    /// The same, perhaps as of a fraction of a second ago: for polls, which many pairs make.
    [[nodiscard]] virtual Task<Cursor> recent_position() { return position(); }
    /// Documents written after `since` up to the checkpoints in `upto` (read before the refresh
    /// that this forces), per shard in the order of their writes, at most `limit`. Without content
    /// a document's state is its guard alone. Positions that `since` has reached on every shard:
    /// empty and caught_up.
    [[nodiscard]] virtual Task<ChangeBatch> changes(const Cursor& since, const Cursor& upto,
                                                    std::size_t limit, bool content) = 0;
    /// Makes all writes so far visible to changes(), count() and scan().
    [[nodiscard]] virtual Task<void> refresh() = 0;
    /// The index refreshes no more by itself: searches need not see how a first copy grows. Nothing
    /// happens where Duet did not make the index, or where somebody chose how often it refreshes.
    [[nodiscard]] virtual Task<void> pause_refresh() = 0;
    /// Ends a pause, whichever process began it; nothing happens where there is none, or where
    /// somebody has chosen otherwise meanwhile. As of the last provision(): costs nothing then.
    [[nodiscard]] virtual Task<void> resume_refresh() = 0;
    [[nodiscard]] virtual Task<std::uint64_t> count() = 0;
    /// A number that moves when documents are deleted, by whomever; other things may move it, too.
    [[nodiscard]] virtual Task<std::uint64_t> deletes() = 0;
    /// Those of the ids that have no document now.
    [[nodiscard]] virtual Task<std::vector<Id>> absent(std::span<const Id> ids) = 0;
    /// Begins a reading of all documents, in so many slices. It costs the server something until
    /// end(), or until nobody has read on for a minute: then read() throws Unavailable.
    [[nodiscard]] virtual Task<std::vector<DocumentScan>> scan(int slices) = 0;
    /// The next documents of a slice, at most `limit` and at most answer_limit bytes. A document
    /// whose version or content was asked for and cannot be had in this way comes without a state:
    /// look() at it.
    [[nodiscard]] virtual Task<std::vector<Change>> read(DocumentScan& scan, std::size_t limit,
                                                         Detail detail) = 0;
    [[nodiscard]] virtual Task<void> end(std::vector<DocumentScan> scan) = 0;
    /// The document that a content would be, as JSON text; for quarantine, conflicts and messages.
    [[nodiscard]] virtual std::string to_json(const Content& content) const = 0;
    /// Documents met so far that can be no records, in a sentence for people; empty: none.
    [[nodiscard]] virtual std::string left_out() const { return {}; }
};

constexpr std::size_t answer_limit = 4U << 20;   // bytes of one answer; pages adapt
constexpr std::size_t flight_limit = 8U << 20;   // bytes of content in flight
constexpr std::size_t record_limit = 16U << 20;  // bytes of one record
constexpr std::size_t batch_limit = 500;         // records looked at in one step

}  // namespace duet
