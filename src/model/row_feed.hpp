#pragma once
// A table's fast feed (docs/how-it-works.md): nominates rows written lately, so that a table costs
// what changed in it and the sweep becomes the safety net.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/task.hpp"
#include "model/store.hpp"

namespace duet {

/// Some rows that were written. Late, doubled and false nominations are harmless.
struct RowChanges {
    std::vector<Change> changes;  // with `row` set where the feed has read it anyway
    bool caught_up = true;        // there is nothing more for now
    bool waits = false;           // nothing now, but there will be: it reads what is behind
    /// Writes may be missing here: only the sweep finds them.
    bool incomplete = false;
};

/// Errors are those of a store.
class RowFeed {
public:
    RowFeed() = default;
    RowFeed(const RowFeed&) = delete;
    RowFeed& operator=(const RowFeed&) = delete;
    virtual ~RowFeed() = default;
    /// "journal" or "index".
    [[nodiscard]] virtual std::string name() const = 0;
    /// How soon after a look another is worth its cost; empty: once a period is enough.
    [[nodiscard]] virtual std::optional<std::chrono::milliseconds> pace() const { return {}; }
    /// The next nominations, at most `limit`. What was not acknowledged comes again, at the latest
    /// after a restart.
    [[nodiscard]] virtual Task<RowChanges> next(std::size_t limit) = 0;
    /// What next() returned last is settled.
    [[nodiscard]] virtual Task<void> acknowledge() = 0;
    /// Whatever was written before this is settled, for resume() of a later process; it moves only
    /// where something was written. Empty: it cannot say.
    [[nodiscard]] virtual std::vector<std::int64_t> position() const { return {}; }
    /// Before the first next(): goes on from a position of an earlier process. False: what was
    /// written since may be lost.
    [[nodiscard]] virtual bool resume(const std::vector<std::int64_t>& /*position*/) {
        return false;
    }
};

}  // namespace duet
