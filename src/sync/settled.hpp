#pragma once
// Which states of documents are settled (V3): everything up to the saved cursor, and what was
// settled since.

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "model/cursor.hpp"
#include "model/store.hpp"

namespace duet::sync {

/// Duet's own acknowledged writes are kept as runs of positions per shard: while nobody else writes
/// they are one run, however many, and the cursor can step over them without reading an echo.
/// States that were only found level are kept one by one, with their primary term: before the
/// global checkpoint has passed it, a fail-over may give such a position to another document.
class Settled {
public:
    /// At most `limit` runs and found states are remembered.
    explicit Settled(std::size_t limit) : limit_(limit) {}

    /// The cursor as saved; forgets what lies at or below it, or everything where it does not go on
    /// from the one before: of another index, another table, other columns.
    void set_saved(const Cursor& saved);
    /// This state was found level, or its row was made level with it.
    void remember(const Guard& guard);
    /// This state was written by Duet and acknowledged: no fail-over takes it back.
    void remember_written(const Guard& guard);
    [[nodiscard]] bool contains(const Guard& guard) const;
    /// True: drain the feed and save the cursor before more is settled.
    [[nodiscard]] bool full() const { return remembered_ >= limit_; }
    [[nodiscard]] std::size_t remembered() const { return remembered_; }

    /// The highest position up to which, from `cursor` on, every position is a write of Duet's.
    [[nodiscard]] Cursor extend(const Cursor& cursor) const;

private:
    using Runs = std::map<std::int64_t, std::int64_t>;  // first -> last, disjoint and not touching

    struct Shard {
        Runs written;
        std::map<std::int64_t, std::int64_t> found;  // position -> primary term
    };

    std::size_t limit_;
    std::size_t remembered_ = 0;
    Cursor saved_;
    std::vector<Shard> shards_;

    [[nodiscard]] const Shard* shard_of(const Guard& guard) const;
};

}  // namespace duet::sync
