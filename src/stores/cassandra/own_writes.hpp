#pragma once
// What Duet itself wrote in a table lately: its echo in the journal needs no look.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_set>

#include "base/bytes.hpp"

namespace duet::cassandra {

/// Remember a write before it is sent: the journal may be faster than the answer. What is forgotten
/// is looked at once too often, which does no harm.
class OwnWrites {
public:
    static constexpr std::size_t limit = 32'768;  // writes; the journal is 0.2 s behind

    void remember(ByteView key, std::int64_t timestamp);
    /// True once for each key and timestamp: rows of one partition written at one time are often
    /// one mutation. What is left over is no news either way.
    [[nodiscard]] bool take(ByteView key, std::int64_t timestamp);

private:
    std::unordered_set<std::string> writes_;  // key and timestamp
    std::deque<std::string> order_;           // of what was remembered; some were taken since
};

}  // namespace duet::cassandra
