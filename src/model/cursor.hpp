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
    /// First meeting (design section 2): the clock and each shard's global checkpoint when this
    /// cursor began.
    std::int64_t first_met = 0;
    std::vector<std::int64_t> first_positions;

    bool operator==(const Cursor&) const = default;
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

}  // namespace duet
