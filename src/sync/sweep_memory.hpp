#pragma once
// What a pair's sweep and first copy know, kept in the state store: a restart reads only the parts
// of the table whose digests have moved, and a first copy goes on where it stood.

#include <vector>

#include "sync/reconciler.hpp"

namespace duet::sync {

class SweepMemory {
public:
    explicit SweepMemory(Context& context) : context_(context) {}

    /// What was saved; empty where it is about another table, index or set of columns, or where
    /// documents were deleted since. Call it once the cursor is open.
    [[nodiscard]] Task<SweepNotes> load();
    /// Time to save again.
    [[nodiscard]] bool due() const;
    /// Saves what differs from what is saved. Only what holds without this process's memory: not
    /// while deletions are postponed.
    [[nodiscard]] Task<void> save(std::vector<Segment> settled,
                                  std::vector<std::int64_t> copied = {});

private:
    Context& context_;
    SweepNotes saved_;
    std::int64_t saved_at_ = 0;  // microseconds since 1970

    [[nodiscard]] std::int64_t era() const;
};

constexpr std::int64_t sweep_saved_every = 10'000'000;  // microseconds

}  // namespace duet::sync
