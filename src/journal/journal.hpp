#pragma once
// The folder where Cassandra keeps commit-log segments for others to read (cdc_raw), followed for
// the keys written in some tables. One for the process, shared by all tables: each segment is read
// once.
//
// Files are only ever opened for reading. With `owner`, segments whose keys are all settled are
// deleted; else Cassandra drops the oldest by itself when its cdc_total_space is used up.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/task.hpp"
#include "journal/key_queue.hpp"
#include "journal/segment.hpp"

namespace duet::journal {

constexpr std::size_t files_limit = 256;      // segments open at a time
constexpr std::size_t look_limit = 1U << 20;  // bytes read in one look, about; a few milliseconds
constexpr int torn_limit = 100;               // looks: 5 s, many times what a write takes
constexpr int looks_between_lists = 10;  // of the folder; a segment is made long before its use
constexpr std::chrono::milliseconds look_every{50};

struct JournalOptions {
    std::filesystem::path folder;
    bool owner = false;
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

    private:
        friend class Journal;
        Table(Journal& journal, Uuid id, std::string keyspace, Known known);
        Journal& journal_;
        Uuid id_;
        std::string keyspace_;
        Known known_;
        KeyQueue queue_;
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

    /// Why nothing can be read from the folder, in a sentence; empty: it can.
    [[nodiscard]] const std::string& problem() const { return problem_; }
    /// Segments are compressed: they appear only when Cassandra syncs its commit log.
    [[nodiscard]] bool compressed() const { return compressed_; }

private:
    struct Segment;

    JournalOptions options_;
    std::map<std::int64_t, std::unique_ptr<Segment>> segments_;  // by id; those not read to the end
    std::map<std::int64_t, SegmentName> finished_;               // with `owner`: to be deleted
    std::vector<Table*> tables_;
    std::int64_t newest_ = -1;  // the id of the newest segment ever seen
    int looks_ = 0;
    bool compressed_ = false;
    std::string problem_;
    Bytes buffer_;

    void begin();
    [[nodiscard]] std::vector<SegmentName> list();
    void open_new();
    Segment* open(SegmentName name);
    void skip_to_end(Segment& segment);
    [[nodiscard]] SegmentParser::State step(Segment& segment);
    [[nodiscard]] SegmentParser::State read(Segment& segment, std::size_t& budget);
    /// False: nothing more will be read of it.
    [[nodiscard]] bool goes_on(Segment& segment, SegmentParser::State state, bool is_closed);
    void deliver(const WrittenKey& written, std::int64_t segment);
    void lose_all(const std::string& reason);
    void delete_settled();
};

}  // namespace duet::journal
