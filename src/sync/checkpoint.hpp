#pragma once
// A pair's saved cursor: opened once, advanced after each settled batch, by compare-and-swap, never
// backwards.

#include <optional>
#include <string>

#include "base/time.hpp"
#include "model/state.hpp"
#include "model/store.hpp"
#include "sync/settled.hpp"

namespace duet::sync {

class Checkpoint {
public:
    /// All three outlive the checkpoint.
    Checkpoint(std::string pair, StateStore& state, Settled& settled, const Clock& clock)
        : pair_(std::move(pair)), state_(state), settled_(settled), clock_(clock) {}

    /// Takes up the saved cursor. Where there is none, or it is of another index or table, a first
    /// meeting begins: the clock and each shard's checkpoint are saved first, and nothing is
    /// settled. Where a column has joined that documents may have held before, the meeting goes on
    /// and nothing is settled: all of them are compared again. Call it with each new position.
    [[nodiscard]] Task<void> open(const Cursor& position);
    /// Saves `next` if it moved. A shard never goes back, whatever another instance saved
    /// meanwhile.
    [[nodiscard]] Task<void> advance(Cursor next);

    [[nodiscard]] const Cursor& cursor() const { return saved_; }
    /// Throws Unavailable where this is the position of another index than the cursor's.
    void require_same_index(const Cursor& position) const;
    /// The document was there, in this state, when the pair first met.
    [[nodiscard]] bool is_old(const Guard& guard) const;
    /// The document was there, in this state, when the last columns joined.
    [[nodiscard]] bool precedes_joined(const Guard& guard) const;

private:
    std::string pair_;
    StateStore& state_;
    Settled& settled_;
    const Clock& clock_;
    Cursor saved_;
    std::optional<Cursor> stored_;  // what the state store holds, as far as this instance knows

    void take(Cursor cursor);
    [[nodiscard]] Cursor opened(const Cursor& position) const;
};

}  // namespace duet::sync
