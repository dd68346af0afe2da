#pragma once
// Follows the documents' `_seq_no` feed: nominates what was written, and saves the cursor once that
// is settled.

#include "sync/reconciler.hpp"

namespace duet::sync {

class Follower {
public:
    /// Both outlive it.
    Follower(Context& context, Reconciler& reconciler)
        : context_(context), reconciler_(reconciler) {}

    /// One page of changes. caught_up: the cursor stands at the checkpoints read when the pass
    /// began. `polls`: these may be of a fraction of a second before (recent_position()).
    [[nodiscard]] Task<Report> pass(bool polls);

private:
    Context& context_;
    Reconciler& reconciler_;
};

}  // namespace duet::sync
