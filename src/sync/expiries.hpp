#pragma once
// The ends that lie ahead: no store says when a TTL has run out, so the records are nominated by
// the clock.

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "model/id.hpp"

namespace duet::sync {

/// Remembers the soonest, in memory that does not grow with the data; the sweep finds the others.
class Expiries {
public:
    /// Look at this record at this moment, microseconds since 1970. May be said twice.
    void remember(const Id& id, std::int64_t at);
    /// At most `limit` of those that are due, the soonest first; they are forgotten here.
    [[nodiscard]] std::vector<Id> due(std::int64_t now, std::size_t limit);
    [[nodiscard]] std::size_t size() const { return ends_.size(); }
    /// Some record ends by itself, as far as this process or an earlier one knows.
    [[nodiscard]] bool any() const { return any_; }
    void note_any() { any_ = true; }

private:
    bool any_ = false;
    std::set<std::pair<std::int64_t, Id>> ends_;
};

constexpr std::size_t expiries_limit = 50'000;  // about 6 MiB

}  // namespace duet::sync
