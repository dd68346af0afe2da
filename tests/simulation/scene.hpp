#pragma once
// What everybody in one run shares: the stores, the time, chance, and the story as it happens.

#include <fmt/format.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "random.hpp"
#include "stores/memory/documents.hpp"
#include "stores/memory/rows.hpp"
#include "stores/memory/state.hpp"
#include "world.hpp"

namespace duet::simulation {

constexpr std::int64_t epoch = 1'700'000'000'000'000;  // when every story begins
constexpr std::size_t column_count = 2;
constexpr std::array<const char*, column_count> column_names{"a", "b"};
inline const std::string pair_name = "simulation.pair";

/// The time, which passes only where the story says so.
class TrueClock final : public Clock {
public:
    [[nodiscard]] std::int64_t now() const override { return now_; }
    void advance(std::int64_t micros) { now_ += micros; }

private:
    std::int64_t now_ = epoch;
};

/// A clock that is wrong by a constant.
class SkewedClock final : public Clock {
public:
    explicit SkewedClock(const Clock& clock) : clock_(clock) {}
    [[nodiscard]] std::int64_t now() const override { return clock_.now() + offset; }
    std::int64_t offset = 0;

private:
    const Clock& clock_;
};

enum class Side : std::uint8_t { cassandra, elasticsearch };

/// One column of a write: nothing (left as it is), or a value, of which the empty one is null.
using Field = std::optional<std::string>;

/// What a user wrote and what is known of when it counts as written: somewhere in [lowest,
/// highest].
struct UserWrite {
    enum class Kind : std::uint8_t {
        insert,
        update,
        clear,
        key_only,
        remove,
        index,
        partial,
        broken,
        fill
    };

    std::size_t record = 0;
    Side side = Side::cassandra;
    Kind kind = Kind::insert;
    std::array<Field, column_count> fields;
    std::int64_t lowest = 0;
    std::int64_t highest = 0;
    std::int64_t time = 0;       // when it was acknowledged
    std::int64_t timestamp = 0;  // rows: USING TIMESTAMP
    std::int64_t seq_no = -1;    // documents
    std::size_t shard = 0;       // documents
    int generation = 0;          // documents: which of the indices of this name
    bool stamped = false;
    /// When what it left behind ends by itself; empty: never.
    std::optional<std::int64_t> ends;
    /// Rows: acknowledged, and never to be seen (Cassandra's own rules).
    bool hidden_at_once = false;
    /// Rows: after it the row counts as older than its document.
    bool version_went_back = false;
    /// Documents: both sides had the same version before it. Rows: the cursor says that the
    /// document as it stands was settled.
    bool was_level = false;
    /// A column was cleared of a row that was not there: a tombstone that nobody can see.
    bool of_nothing = false;
    /// Documents: the row had null in a column of it, or will at the same stamp.
    bool met_null = false;
    std::string carried;  // documents: what it holds beside the columns
    /// Removals: the version of what was removed; empty: nothing was there, or it had none.
    std::optional<std::int64_t> removed;
    /// Removals: both sides had agreed on what was removed, so that it is to vanish from the other.
    bool binding = false;
    std::string text;
};

/// What Duet wrote: a row at a WRITETIME, or a document with a stamp.
struct DuetWrite {
    std::size_t record = 0;
    Side side = Side::cassandra;
    std::int64_t time = 0;
    std::int64_t version = 0;
};

constexpr std::int64_t open_end = INT64_MAX;

class Scene {
public:
    Scene(const World& of, std::uint64_t from_seed, bool with_story);

    const World& world;
    const std::uint64_t seed;
    Random random;
    TrueClock clock;
    boost::asio::io_context loop;
    std::vector<Id> ids;
    MemoryRows rows;
    MemoryDocuments documents;
    MemoryNotes notes;

    std::vector<UserWrite> writes;
    std::vector<DuetWrite> duet_wrote;
    std::vector<std::pair<Id, std::int64_t>> journal;  // every write of a row
    std::size_t journal_read = 0;                      // what some instance has settled
    int generation = 0;                                // of the index
    std::int64_t met_generation = 0;                   // when a cursor was first saved for it
    std::string met_uuid;
    std::vector<Cursor> old_cursors;  // every cursor that was saved
    std::int64_t truncated_at = 0;    // the table, last
    bool lost_notes = false;          // some of keyspace duet, some time
    bool user_acts = false;           // who is writing right now
    bool faults = true;
    std::uint64_t kills = 0;
    std::uint64_t lost = 0;
    std::uint64_t resumed_copies = 0;  // of rows, by another process
    std::uint64_t resumed_feeds = 0;   // by another process, with something to tell
    std::string violation;             // of what must hold at every moment

    [[nodiscard]] std::uint64_t duet_writes() const { return duet_wrote.size(); }
    /// Time passes, as between two steps of anything.
    void tick();
    /// A line of the story; the text is only made where somebody reads it.
    template <class... Parts>
    void tell(fmt::format_string<Parts...> format, Parts&&... parts) {
        if (with_story_) {
            story_.push_back(fmt::format("t={:<8} ", clock.now() - epoch) +
                             fmt::format(format, std::forward<Parts>(parts)...));
        }
    }
    [[nodiscard]] const std::vector<std::string>& story() const { return story_; }
    /// `{v1,-} @12 stamp 13`, times from the epoch on.
    [[nodiscard]] std::string row_text(std::size_t record) const;
    [[nodiscard]] std::string document_text(std::size_t record) const;
    [[nodiscard]] std::size_t record_of(const Id& id) const;
    /// The version of V1 that a row shows now.
    [[nodiscard]] std::optional<std::int64_t> row_version(std::size_t record) const;

    /// Both sides hold the same record, and Duet has noted that they do.
    [[nodiscard]] bool agreed(std::size_t record) const;
    /// Duet has moved a document, or saved a cursor beyond it: unstamped writes count as written
    /// before this.
    void seen(std::size_t record, std::int64_t stamp);
    void seen_upto(const Cursor& cursor);

private:
    bool with_story_;
    std::vector<std::string> story_;

    void on_row(const Id& id, std::int64_t timestamp);
    void on_document(const Id& id);
};

[[nodiscard]] std::string text_of(const Value& value);

}  // namespace duet::simulation
