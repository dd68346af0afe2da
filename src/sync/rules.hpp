#pragma once
// The settings that the rules of versions (docs/how-it-works.md) depend on.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "model/store.hpp"

namespace duet::sync {

/// Who wins at a first meeting where an old, unstamped document and a row with a version differ.
enum class FirstMeeting : std::uint8_t { cassandra, elasticsearch, stop };

/// Which way a pair's records go. One way is a mirror: the source's content wins whatever the
/// versions say, the source is never written, and what only the copy has stays as it is.
enum class Direction : std::uint8_t { both, to_elasticsearch, to_cassandra };

/// What becomes of a record that vanished from one side.
enum class Deletes : std::uint8_t { restore, propagate };

/// What holds for one pair of a table and an index.
struct Rules {
    Direction direction = Direction::both;
    /// The table has a usable version column, and how exactly it holds a version (V0, V1).
    bool version_column = false;
    Precision column_precision = Precision::microseconds;
    /// How exactly the index's version field can be written.
    Precision document_precision = Precision::microseconds;
    /// V7: a version further ahead of the clock never becomes a WRITETIME.
    std::chrono::microseconds max_clock_ahead = std::chrono::seconds(60);
    FirstMeeting first_meeting = FirstMeeting::cassandra;
    /// V10.
    Deletes deletes = Deletes::restore;
    /// The fuse: a larger part of a pair's records is never deleted at one go.
    double max_delete = 0.2;
    /// V10: ends of a record that are no further apart are the same.
    std::chrono::microseconds expiry_tolerance = duet::expiry_tolerance;
    /// V8: how long beaten contents are kept.
    std::chrono::seconds keep_beaten = std::chrono::days(30);
    /// V3: document states remembered as settled beyond the saved cursor.
    std::size_t settled_limit = 100'000;
    /// A hash of how columns stand in the documents: where it is another one, what was level before
    /// need not be.
    std::uint64_t shape = 0;

    /// The coarser of the two: both sides hold a version that is cut to it.
    [[nodiscard]] Precision coarsest() const {
        return std::max(column_precision, document_precision);
    }
    /// Both sides say the same of when the record ends. A row without a readable cell says nothing.
    [[nodiscard]] bool same_end(const State& row, const State& document) const {
        if (!row.newest_write) return true;
        return duet::same_end(row.expires_at, document.expires_at, expiry_tolerance);
    }
    /// V1: exactly, except where one side cannot hold a version exactly.
    [[nodiscard]] Precision precision_for(const State& row) const {
        return row.stamped ? coarsest() : document_precision;
    }
};

}  // namespace duet::sync
