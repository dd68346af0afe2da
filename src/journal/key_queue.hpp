#pragma once
// The keys that were written in one table and that nobody looked at yet, each once.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/bytes.hpp"

namespace duet::journal {

constexpr std::size_t queue_limit = 4U << 20;  // bytes of keys that wait, a table

/// Rule: settle() after what take() gave was looked at. When more waits than queue_limit, all of it
/// is dropped and the queue is incomplete: a sweep is cheaper then.
class KeyQueue {
public:
    /// `segment` is where the key was found. False: that was too much, and it was abandoned.
    bool push(ByteView key, std::int64_t segment);
    /// The keys that wait longest, at most `limit`.
    [[nodiscard]] std::vector<std::string> take(std::size_t limit);
    /// What was taken has been looked at.
    void settle() { taken_.clear(); }
    /// Writes may have been missed: what take_incomplete() says once. False: it was so already.
    bool lose() { return !std::exchange(incomplete_, true); }
    /// Holds nothing any more: one sweep finds it all.
    void abandon();
    [[nodiscard]] bool take_incomplete();
    [[nodiscard]] bool is_incomplete() const { return incomplete_; }

    [[nodiscard]] bool empty() const { return order_.empty(); }
    [[nodiscard]] std::size_t size() const { return order_.size(); }
    /// So many keys wait that no more should be looked for.
    [[nodiscard]] bool is_half_full() const { return bytes_ > queue_limit / 2; }
    /// How many keys were taken since the beginning.
    [[nodiscard]] std::uint64_t taken() const { return count_; }
    /// A key of this segment waits or was taken and not settled.
    [[nodiscard]] bool holds(std::int64_t segment) const;

private:
    struct Waiting {
        const std::string* key;  // in keys_
        std::int64_t segment;
    };
    std::unordered_set<std::string> keys_;
    std::deque<Waiting> order_;
    std::map<std::int64_t, std::size_t> waiting_;  // how many, by segment
    std::unordered_set<std::int64_t> taken_;       // their segments
    std::size_t bytes_ = 0;
    std::uint64_t count_ = 0;
    bool incomplete_ = false;
};

}  // namespace duet::journal
