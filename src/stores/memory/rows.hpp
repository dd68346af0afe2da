#pragma once
// A table of Cassandra in memory: what the server holds, whoever is connected to it.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "model/record.hpp"
#include "model/schema.hpp"
#include "model/store.hpp"
#include "stores/memory/cell.hpp"

namespace duet {

/// What one INSERT or UPDATE says; columns that it does not name keep what they have.
struct RowWrite {
    std::int64_t timestamp = 0;
    std::vector<std::pair<std::string, Value>> values;  // null: clears the column
    /// The version column; cut to the table's precision, left out where the table has none.
    std::optional<Version> stamp;
    std::int64_t expires_at = 0;  // USING TTL; 0: none
};

/// What a SELECT of all columns shows.
struct RowView {
    bool exists = false;
    std::vector<Value> values;                             // in the order of columns()
    std::vector<std::optional<std::int64_t>> write_times;  // of the values that are not null
    std::optional<Version> stamp;                          // the version column
    std::optional<std::int64_t> stamp_write_time;
    std::optional<std::int64_t> expires_at;  // as State's
    std::optional<std::int64_t> changes_at;

    /// The newest WRITETIME over all cells.
    [[nodiscard]] std::optional<std::int64_t> newest() const;
};

/// Rows with cells, tombstones, markers and deletions, merged as Cassandra merges them. Reads show
/// what a client may see; tombstones and the times of deletions are never among it.
class MemoryRows {
public:
    struct Options {
        std::string name = "memory.rows";
        bool exists = true;
        std::vector<Column> columns;
        std::optional<Precision> version_precision;  // none: the table has no version column
        /// Rows whose ids have the same partition share a token: the text before the first `~`.
        bool partitions = false;
    };
    using Row = std::pair<Id, RowView>;

    /// `clock` is the server's: it decides when a TTL has run out. It outlives this.
    MemoryRows(Options options, const Clock& clock);

    void insert(const Id& id, const RowWrite& write);   // with the row marker
    void update(const Id& id, const RowWrite& write);   // without
    void remove(const Id& id, std::int64_t timestamp);  // DELETE of the whole row
    void truncate();
    /// DROP and CREATE of the same columns.
    void recreate();
    [[nodiscard]] const TableHistory& history() const { return history_; }

    [[nodiscard]] RowView view(const Id& id) const { return view(id, clock_.now()); }
    /// As of another moment than the server's own.
    [[nodiscard]] RowView view(const Id& id, std::int64_t now) const;
    /// The rows of a range that exist, in token order, at most `limit`.
    /// Only rows beyond `past` where that is given, an id with the token after range.after.
    [[nodiscard]] std::vector<Row> scan(TokenRange range, std::size_t limit, std::int64_t now,
                                        const Id* past = nullptr) const;
    /// As Cassandra's partitioner: from the id alone, spread over all 64-bit integers.
    [[nodiscard]] std::int64_t token(const Id& id) const;

    [[nodiscard]] const Options& options() const { return options_; }
    /// What time it is to the server.
    [[nodiscard]] std::int64_t now() const { return clock_.now(); }
    [[nodiscard]] std::optional<std::size_t> find(std::string_view column) const;
    /// CREATE TABLE, with a version column of milliseconds.
    void create();
    /// ALTER TABLE ADD.
    void add(const Column& column);

    /// Which records the server does not take, and why. Until then it takes all that fit
    /// record_limit.
    using Refuses = std::function<std::optional<Refusal>(const Id&)>;
    void refuse(Refuses refuses) { refuses_ = std::move(refuses); }
    [[nodiscard]] std::optional<Refusal> refusal(const Id& id) const;

    /// Told of every write: the journal. One listener.
    void on_write(std::function<void(const Id&, std::int64_t timestamp)> listener) {
        listener_ = std::move(listener);
    }

private:
    struct Stored {
        std::vector<std::optional<Cell>> cells;
        std::optional<Cell> stamp;
        std::optional<RowMarker> marker;
        std::optional<std::int64_t> deleted;
    };
    void write(const Id& id, const RowWrite& write, bool with_marker);
    [[nodiscard]] RowView view(const Stored& stored, std::int64_t now) const;

    Options options_;
    const Clock& clock_;
    std::map<std::pair<std::int64_t, Id>, Stored> rows_;  // by token
    std::function<void(const Id&, std::int64_t)> listener_;
    Refuses refuses_;
    TableHistory history_{"1", INT64_MIN};
};

}  // namespace duet
