#pragma once
// One cell of a row in memory and the rules by which Cassandra decides between two writes of it.

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "model/value.hpp"

namespace duet {

/// A value or a tombstone (null) with its timestamp.
struct Cell {
    std::int64_t timestamp = 0;
    Value value;                  // null: a tombstone
    std::int64_t expires_at = 0;  // microseconds since 1970; 0: never

    [[nodiscard]] bool is_tombstone() const { return value.is_null(); }
    [[nodiscard]] bool live_at(std::int64_t now) const {
        return !is_tombstone() && (expires_at == 0 || now < expires_at);
    }
};

/// When a row was inserted; it keeps a row alive that has no value in any column.
struct RowMarker {
    std::int64_t timestamp = 0;
    std::int64_t expires_at = 0;  // as Cell's

    [[nodiscard]] bool live_at(std::int64_t now) const {
        return expires_at == 0 || now < expires_at;
    }
};

/// The bytes that Cassandra compares, as unsigned, when two live cells have the same timestamp.
[[nodiscard]] Bytes bytes_of(const Value& value);

/// Lets `next` into `cell` if it wins: the greater timestamp; at a tie a tombstone before a cell
/// that expires before one that does not; of two that expire the later; else the larger bytes.
/// (Cells.resolveRegular of Cassandra 5.0.)
void merge(std::optional<Cell>& cell, const Cell& next);
void merge(std::optional<RowMarker>& marker, const RowMarker& next);

}  // namespace duet
