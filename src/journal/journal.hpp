#pragma once
// The folder where Cassandra keeps commit-log segments for others to read (cdc_raw), followed for
// the keys written in some tables. One for the process, shared by all tables: each segment is read
// once.
//
// Files are only ever opened for reading. With `owner`, segments whose keys are all settled are
// deleted; else Cassandra drops the oldest by itself when its cdc_total_space is used up.
// What may have been lost and what not: docs/decisions/0017.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/task.hpp"
#include "journal/cdc_folder.hpp"
#include "journal/key_queue.hpp"
#include "journal/replay.hpp"
#include "journal/segment_file.hpp"

namespace duet::journal {

constexpr std::size_t files_limit = 256;      // segments open at a time
constexpr std::size_t look_limit = 1U << 20;  // bytes read in one look, about; a few milliseconds
constexpr int looks_between_lists = 10;       // of the folder, at most; when it changes at once
constexpr std::chrono::milliseconds look_every{50};
constexpr std::chrono::seconds torn_limit{5};   // many times what a write takes
constexpr std::chrono::seconds proof_limit{2};  // between two lists: no node starts twice in it
constexpr std::int64_t run_gap = 1'000;         // ids: more are not used up within proof_limit
constexpr double nearly_full = 0.75;            // of cdc_total_space
constexpr std::chrono::minutes told_again{1};   // one line in the log for each kind of reason
constexpr std::chrono::seconds stuck_limit{10};
constexpr std::chrono::minutes latecomers{1};  // after the start an owner deletes nothing yet

struct JournalOptions {
    std::filesystem::path folder;
    bool owner = false;
    std::uint64_t space_limit = 0;  // cdc_total_space in bytes; 0: not known
    bool blocks_writes = false;     // Cassandra refuses writes when that is used up
    /// Direct I/O: Cassandra marks nothing before it syncs, as where it compresses.
    bool direct = false;
    std::string sync_every;  // "10000ms"; empty: at once
    std::function<Steady::time_point()> now = Steady::now;
};

/// How full the folder is.
struct Space {
    std::uint64_t held = 0;       // bytes of all files
    std::uint64_t unsettled = 0;  // of them: segments with keys that nobody looked at yet
    std::uint64_t limit = 0;      // cdc_total_space; 0: not known
};

/// What became of what was read, since the journal was opened.
struct JournalCounts {
    std::uint64_t nominated = 0;
    std::uint64_t echoes = 0;      // writes of Duet's own: no look
    std::uint64_t incomplete = 0;  // how often the tables had to be swept
    std::uint64_t emptied = 0;     // of these: the folder was nearly full
    std::uint64_t deleted = 0;     // segments
};

class Journal {
public:
    /// What is written of one table from its making on. Incomplete once after anything that may
    /// have been missed. The journal outlives it.
    class Table {
    public:
        /// True: this write is known and need not be looked at.
        using Known = std::function<bool(ByteView key, std::int64_t oldest_write)>;
        ~Table();
        Table(const Table&) = delete;
        Table& operator=(const Table&) = delete;
        [[nodiscard]] KeyQueue& queue() { return queue_; }

        /// Goes on from what an earlier process had settled: the queue gets what was written since,
        /// too. False: some of that may be lost.
        [[nodiscard]] bool resume(Place settled);
        /// That goes on.
        [[nodiscard]] bool is_resuming() const { return journal_.is_resuming(*this); }
        /// What was taken from the queue has been looked at, all of it.
        void settle();
        /// Whatever was written before it is settled. It stays where it is, within a segment, while
        /// nothing is written in the table. Of no use while the table is incomplete.
        [[nodiscard]] Place settled() const { return settled_; }

    private:
        friend class Journal;
        Table(Journal& journal, Uuid id, std::string keyspace, Known known);
        /// Where the journal was read to, once so many keys were taken.
        struct Mark {
            Place place;
            std::uint64_t taken = 0;
            std::uint64_t delivered = 0;
        };
        Journal& journal_;
        Uuid id_;
        std::string keyspace_;
        Known known_;
        KeyQueue queue_;
        std::uint64_t delivered_ = 0;  // writes, the known ones as well
        std::uint64_t settled_writes_ = 0;
        Place settled_;
        std::optional<Mark> mark_;  // for the time in which the queue is never empty

        void settle(const Mark& mark);
    };

    explicit Journal(JournalOptions options);
    ~Journal();
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    [[nodiscard]] std::unique_ptr<Table> table(Uuid id, std::string keyspace, Table::Known known);
    /// Reads what is there, bounded; true: there is more. Never throws: what cannot be read makes
    /// all tables incomplete.
    bool look();
    /// look() for ever, every look_every; ends when `stopping` is.
    [[nodiscard]] Task<void> follow(const bool& stopping);

    /// Why not everything can be read now, in a sentence; empty: it can.
    [[nodiscard]] const std::string& problem() const { return problem_; }
    /// How often writes can be read at all; empty: a tenth of a second after each.
    [[nodiscard]] std::string shown_every() const {
        return compressed_ || options_.direct ? options_.sync_every : std::string();
    }
    [[nodiscard]] const JournalOptions& options() const { return options_; }
    /// As of the last list.
    [[nodiscard]] const Space& space() const { return space_; }
    [[nodiscard]] const JournalCounts& counts() const { return counts_; }

private:
    /// Who gets what was written from a place on.
    struct Listener {
        Table* table = nullptr;
        Place from;
        // While it resumes: when a key was last taken from its queue, and how many then.
        std::uint64_t taken = 0;
        Steady::time_point moved_at{};
    };
    using Listeners = std::vector<Listener>;

    JournalOptions options_;
    CdcFolder folder_;
    std::map<std::int64_t, std::unique_ptr<SegmentFile>> segments_;  // those not read to the end
    std::map<std::int64_t, SegmentName> finished_;                   // with `owner`: to be deleted
    std::map<std::int64_t, SegmentName> known_;       // taken up, and still there at the last list
    std::map<std::int64_t, std::string> unread_;      // cannot be read: why
    std::map<std::string, Steady::time_point> told_;  // when the log last said which kind of reason
    Listeners tables_;
    Listeners waiting_;   // for the next replay
    Listeners resuming_;  // by this one
    std::unique_ptr<Replay> replay_;
    std::int64_t newest_ = -1;   // the id of the newest segment ever seen
    std::int64_t written_ = -1;  // and of the newest that is known to be in use
    Steady::time_point began_at_;
    Steady::time_point listed_at_;
    int looks_ = 0;
    bool compressed_ = false;
    std::string problem_;
    Space space_;
    JournalCounts counts_;
    JournalCounts published_;
    Bytes buffer_;

    void begin();
    /// Takes up what the folder holds now, and lets go of what it does not hold any more.
    void list();
    void take_up(const Listing& listing);
    /// Why writes may be lost between the newest segment and this one; empty: none are.
    [[nodiscard]] std::string lost_before(const SegmentName& name);
    [[nodiscard]] bool was_never_used(std::int64_t id);
    /// nullptr: it cannot be, and is among the unread.
    SegmentFile* open(const SegmentName& name);
    /// Notes why not everything can be read.
    void note_unread(const Listing& listing);
    void measure(const Listing& listing);
    [[nodiscard]] bool is_nearly_full(std::uint64_t bytes) const;
    void empty_into_one_sweep();
    void publish();
    void skip_to_end(SegmentFile& segment);
    /// Whether the newest segment in use is compressed.
    void note_form(const SegmentFile& segment);
    [[nodiscard]] SegmentParser::State read(SegmentFile& segment, std::size_t& budget);
    /// False: nothing more will be read of it.
    [[nodiscard]] bool goes_on(SegmentFile& segment, SegmentParser::State state, bool is_closed);
    void deliver(const WrittenKey& written, Place place, const Listeners& listeners);
    void nominate(Table& table, const WrittenKey& written, std::int64_t segment);
    /// Where the first section begins that was not read yet.
    [[nodiscard]] Place place() const;
    /// Where the first section begins that this table did not get yet.
    [[nodiscard]] Place place_of(const Table& table) const;
    [[nodiscard]] bool is_resuming(const Table& table) const;
    [[nodiscard]] bool can_resume(Place settled) const;
    /// Bounded, as look(); true: there is more.
    bool replay();
    void begin_replay();
    /// `lost`: why it did not get all; empty: it did.
    void end_replay(const std::string& lost);
    /// Nobody's queue is too full. A table whose pair takes nothing holds the others up no longer
    /// than stuck_limit.
    [[nodiscard]] bool has_room();
    void lose(const Listeners& listeners, const char* kind, const std::string& reason);
    /// For `kind` one line in the log is enough, for a while.
    void lose_all(const char* kind, const std::string& reason);
    /// False: the log has said this lately.
    [[nodiscard]] bool tell(const char* kind);
    [[nodiscard]] bool holds(std::int64_t segment) const;
    void delete_settled(const Listing& listing);
};

}  // namespace duet::journal
