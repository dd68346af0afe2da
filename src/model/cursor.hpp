#pragma once
// How far a pair's documents are settled: per shard the highest `_seq_no` up to which every write
// was seen and settled.

#include <cstdint>
#include <string>
#include <vector>

namespace duet {

struct Cursor {
    std::string index_uuid;
    std::string history_uuid;
    std::vector<std::int64_t> shards;  // -1: nothing of this shard yet
    /// First meeting (docs/how-it-works.md): the clock and each shard's global checkpoint when this
    /// cursor began.
    std::int64_t first_met = 0;
    std::vector<std::int64_t> first_positions;
    /// What the documents were compared with when they were settled: this table, these columns.
    std::string table_id;
    std::vector<std::string> columns;
    /// Names that documents may hold though they were no columns: compared with nothing.
    std::vector<std::string> carried;
    /// Columns that documents may have held before they were any, and each shard's position when
    /// that was noticed: documents up to there are compared anew for them.
    std::vector<std::string> joined;
    std::vector<std::int64_t> joined_positions;

    bool operator==(const Cursor&) const = default;
    /// What was settled under this cursor is settled in what `now` describes as well: the same
    /// index and table, and no column that documents may have held before it was one.
    [[nodiscard]] bool holds_for(const Cursor& now) const {
        return same_index(now) && table_id == now.table_id && joining(now).empty();
    }
    /// The columns of `now` that documents may have held before.
    [[nodiscard]] std::vector<std::string> joining(const Cursor& now) const;
    /// The same table, columns and carried names.
    [[nodiscard]] bool same_schema(const Cursor& other) const {
        return table_id == other.table_id && columns == other.columns && carried == other.carried;
    }
    /// Began with the same first meeting of the same index.
    [[nodiscard]] bool same_meeting(const Cursor& other) const {
        return same_index(other) && first_met == other.first_met;
    }
    /// Another index or another history: positions mean nothing to each other.
    [[nodiscard]] bool same_index(const Cursor& other) const {
        return index_uuid == other.index_uuid && history_uuid == other.history_uuid &&
               shards.size() == other.shards.size();
    }
};

/// The position of a shard; -1 where there is none.
[[nodiscard]] std::int64_t position_in(const std::vector<std::int64_t>& positions,
                                       std::int32_t shard);

/// In Cursor::carried: names that nobody can list (a mapping that does not show all fields).
constexpr const char* any_name = "*";

}  // namespace duet
