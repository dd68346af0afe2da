#pragma once
// The worlds of the simulation: what may happen in one, by name.

#include <cstdint>
#include <string_view>
#include <vector>

#include "sync/rules.hpp"

namespace duet::simulation {

/// Extreme on purpose: a handful of writes on two records while the engine is in the middle of a
/// step. All times are microseconds.
struct World {
    std::string_view name;
    // What users do.
    bool unstamped = false;  // documents written without a stamp, or with the old one left standing
    bool partial = true;     // partial updates on both sides; false: whole records only
    bool clears = false;     // columns and fields set to null
    bool key_only = false;   // rows of a key and nothing else
    bool ttl = false;        // rows and documents that end by themselves
    bool deletes = false;    // of rows and of documents
    bool old_times = false;  // USING TIMESTAMP of the past
    bool own_stamps = false;    // stamps of the past and the future
    bool future_times = false;  // USING TIMESTAMP of the future
    bool carried = false;       // documents hold more than the columns
    bool unreadable = false;    // documents whose stamp or value cannot be read
    bool refused = false;       // rows that Cassandra does not take
    // What goes wrong.
    bool kills = true;
    bool lost_replies = true;
    std::int64_t skew = 0;     // of each instance's clock, up to this
    bool slow_copies = false;  // checkpoints that lag, fail-overs
    bool recreates = false;    // the index is deleted and made again
    bool truncates = false;    // the table is truncated, or dropped and made again
    bool notes_lost = false;   // keyspace duet is dropped or restored from a backup
    bool pipeline = false;  // what Duet writes into document 0 is changed on its way into the index
    // How it is set up.
    int instances = 1;
    bool journal = true;
    bool journal_alone = false;  // a feed of the pair; the sweep only where that is incomplete
    bool restarts = false;       // now and then a process ends in good order, the next begins later
    std::size_t shards = 1;
    int records = 2;
    int writes = 6;
    bool coarse_index = false;  // an index whose mapping takes milliseconds only
    bool filled = false;        // both sides hold records before Duet meets them
    bool level = false;         // the same ones, and nobody writes
    bool empty_table = false;   // filled: documents only
    bool empty_index = false;   // filled: rows only
    bool propagate = false;     // deletes = "propagate"
    sync::FirstMeeting first_meeting = sync::FirstMeeting::cassandra;
    std::size_t settled_limit = 100'000;
};

[[nodiscard]] const std::vector<World>& worlds();
/// nullptr: there is none of this name.
[[nodiscard]] const World* find_world(std::string_view name);

constexpr std::int64_t max_ahead = 30'000;  // max_clock_ahead of all worlds

}  // namespace duet::simulation
