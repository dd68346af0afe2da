#pragma once
// The first copy of an index into an empty table: rows are inserted without being looked at or read
// back one by one; one digest per segment of the ring proves them at the end.

#include <vector>

#include "sync/reconciler.hpp"
#include "sync/sweep.hpp"

namespace duet::sync {

class FirstCopyOfDocuments {
public:
    /// `stopping` is asked between pages. All outlive it.
    FirstCopyOfDocuments(Context& context, Reconciler& reconciler, Sweep& sweep,
                         const bool& stopping)
        : context_(context), reconciler_(reconciler), sweep_(sweep), stopping_(stopping) {}

    /// Copies everything up to the checkpoints of now; saves the cursor only once every segment is
    /// proved. Cut short at any point it has harmed nothing: the follower starts at the same cursor
    /// and finds rows that are level.
    [[nodiscard]] Task<Report> run();

private:
    Context& context_;
    Reconciler& reconciler_;
    Sweep& sweep_;
    const bool& stopping_;
    std::vector<RangeDigest> expected_;

    [[nodiscard]] Task<void> fetch(const Cursor& from, const Cursor& upto, ChangeBatch& batch);
    [[nodiscard]] Task<void> insert(std::vector<Change> changes, Report& total);
};

}  // namespace duet::sync
