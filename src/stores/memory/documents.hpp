#pragma once
// An index of Elasticsearch in memory: what the server holds, whoever is connected to it.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/store.hpp"

namespace duet {

struct Document {
    std::map<std::string, Value> fields;       // a field that is missing has no entry
    std::string carried;                       // as Content's
    std::optional<Version> stamp;              // its version field
    std::optional<std::int64_t> expires_at{};  // its expiry field
    std::optional<Refusal> problem;            // it holds something that cannot be read
    std::int64_t seq_no = -1;
    std::int64_t primary_term = 0;
};

/// What an index or update request says.
struct DocumentWrite {
    std::vector<std::pair<std::string, Value>> fields;  // null: an update removes the field
    std::optional<Version> stamp;                       // index: none; update: left as it is
    std::string carried;                                // index only
    std::optional<std::int64_t> expires_at{};           // index: none; update: left as it is
    bool lives_on = false;                              // update: the expiry field is removed
    std::optional<Refusal> problem;                     // index only
};

/// Documents in shards, each with its own `_seq_no`s. Gets by id see every write; searches only
/// what was there at the last refresh, superseded documents as they were then.
class MemoryDocuments {
public:
    struct Options {
        std::string name = "memory.documents";
        bool exists = true;
        std::vector<Column> columns;  // the mapping, read as types of CQL
        std::size_t shards = 1;
        Precision version_precision =
            Precision::microseconds;  // what the mapping's format can write
        std::uint64_t seed = 0;       // of the uuids
        bool refresh_chosen = false;  // by a user: how often the index refreshes
    };
    /// A write that has its `_seq_no`, but is not done on every copy yet: it holds the global
    /// checkpoint back.
    struct InFlight {
        Id id;
        std::int64_t seq_no = -1;
    };

    explicit MemoryDocuments(Options options);

    /// Requests of a user without a guard; the new `_seq_no`.
    std::int64_t index(const Id& id, const DocumentWrite& write);
    /// A partial update; of a missing document: makes it. One that changes nothing is none, as in
    /// Elasticsearch.
    std::int64_t update(const Id& id, const DocumentWrite& write);
    void remove(const Id& id);
    /// index(), in two steps.
    [[nodiscard]] InFlight begin(const Id& id);
    void finish(const InFlight& write, const DocumentWrite& content);
    /// Another copy becomes the primary: what was in flight never happened, its numbers are filled
    /// with no-ops.
    void fail_over(std::size_t shard);
    /// Deletes the index and makes it again, empty, with another uuid.
    void recreate();
    /// A snapshot is restored over it: the same content, another history.
    void restore_history();

    /// By compare-and-swap; empty: somebody else was there first (409).
    [[nodiscard]] std::optional<Guard> replace(const Id& id, const Guard& guard, Document next);
    /// By compare-and-swap; false: it is gone, or somebody else was there first.
    [[nodiscard]] bool remove(const Id& id, const Guard& guard);
    /// nullptr: no such document. Valid until the next write.
    [[nodiscard]] const Document* find(const Id& id) const;
    [[nodiscard]] Guard guard_of(const Id& id) const;

    void refresh();
    /// What a search sees of one shard.
    [[nodiscard]] const std::map<Id, Document>& visible(std::size_t shard) const {
        return shards_[shard].visible;
    }
    /// The uuids and the global checkpoints.
    [[nodiscard]] Cursor position() const;

    /// Whether the index has stopped refreshing by itself; here it never does anyway.
    [[nodiscard]] bool refresh_paused() const { return refresh_paused_; }
    void pause_refresh(bool paused) { refresh_paused_ = paused && !options_.refresh_chosen; }
    /// A user's setting takes the place of a pause.
    void choose_refresh() {
        options_.refresh_chosen = true;
        refresh_paused_ = false;
    }

    /// So many documents are there with an _id that is no record's: an index counts them.
    void leave_out(std::uint64_t documents) { left_out_ = documents; }
    [[nodiscard]] std::uint64_t left_out() const { return left_out_; }

    /// How many were deleted so far.
    [[nodiscard]] std::uint64_t deletes() const { return deletes_; }
    [[nodiscard]] const Options& options() const { return options_; }
    void create() { options_.exists = true; }
    void add(const Column& column) { options_.columns.push_back(column); }
    [[nodiscard]] std::size_t shard_of(const Id& id) const;

    /// An ingest pipeline: changes documents written with a guard on their way in.
    void pipe(std::function<void(const Id&, Document&)> pipeline) {
        pipeline_ = std::move(pipeline);
    }
    /// Told of every write and of every deletion of a document. One listener.
    void on_write(std::function<void(const Id&)> listener) { listener_ = std::move(listener); }

private:
    struct Shard {
        std::map<Id, Document> live;
        std::map<Id, Document> visible;
        std::set<Id> unrefreshed;
        std::set<std::int64_t> in_flight;
        std::int64_t next_seq_no = 0;
        std::int64_t primary_term = 1;
    };
    std::int64_t put(const Id& id, Document next);
    [[nodiscard]] std::string new_uuid();

    Options options_;
    std::uint64_t left_out_ = 0;
    std::mt19937_64 random_;
    std::string index_uuid_;
    std::string history_uuid_;
    std::vector<Shard> shards_;
    std::int64_t first_term_ = 1;
    std::uint64_t deletes_ = 0;
    bool refresh_paused_ = false;
    std::function<void(const Id&)> listener_;
    std::function<void(const Id&, Document&)> pipeline_;
};

}  // namespace duet
