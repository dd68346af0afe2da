#pragma once
// What a pair's sweep and first copy know, kept in the state store: a restart reads only the parts
// of the table whose digests have moved, and a first copy goes on where it stood.

#include <chrono>
#include <optional>

#include "sync/reconciler.hpp"

namespace duet::sync {

class SweepMemory {
public:
    /// Saves no more often than this. The context outlives it.
    SweepMemory(Context& context, std::chrono::microseconds every)
        : context_(context), every_(every) {}

    /// What was saved; empty where it is about another table, index or set of columns, or where
    /// documents were deleted since. Call it once the cursor is open.
    [[nodiscard]] Task<SweepNotes> load();
    /// Time to save again.
    [[nodiscard]] bool due() const;
    /// Saves what differs from what was to be saved before; era and deletes are filled in. Only
    /// what holds without this process's memory: nothing while deletions are postponed, and no
    /// position where documents were deleted that the sweep does not know of: where the index does
    /// not say `expected_deletes`.
    [[nodiscard]] Task<void> save(SweepNotes notes, std::optional<std::uint64_t> expected_deletes);

private:
    Context& context_;
    std::chrono::microseconds every_;
    SweepNotes last_;            // that were loaded or to be saved, without `deletes`
    std::int64_t saved_at_ = 0;  // microseconds since 1970

    [[nodiscard]] std::int64_t era() const;
};

}  // namespace duet::sync
