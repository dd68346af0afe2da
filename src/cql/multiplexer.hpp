#pragma once
// Stream ids: which request an answer belongs to. Sans-io and without knowledge of what waits for
// the answer.
//
// An id goes round: free -> in flight -> free. A request that nobody waits for any more (its
// deadline has passed) keeps its id until the late answer has come: an id given out again too early
// would hand that answer to another request.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "cql/envelope.hpp"

namespace duet::cql {

class Multiplexer {
public:
    static constexpr std::size_t stream_limit = 32'768;  // what a signed 16-bit id can say

    /// At most `limit` ids are in use at a time.
    explicit Multiplexer(std::size_t limit);

    /// Empty: all ids are in use.
    [[nodiscard]] std::optional<StreamId> acquire();
    /// Nobody waits for this answer any more.
    void abandon(StreamId stream);
    /// An answer has come: the id is free again. True: somebody waits for it; false: it was
    /// abandoned. Throws ProtocolError for an id that is not in use.
    [[nodiscard]] bool release(StreamId stream);

    [[nodiscard]] bool full() const { return free_.empty() && states_.size() == limit_; }
    [[nodiscard]] std::size_t in_flight() const { return in_flight_; }
    [[nodiscard]] std::size_t abandoned() const { return abandoned_; }

private:
    enum class State : std::uint8_t { free, in_flight, abandoned };

    [[nodiscard]] State& state(StreamId stream);

    std::size_t limit_;
    std::vector<State> states_;  // by id; grows to limit_
    std::vector<StreamId> free_;
    std::size_t in_flight_ = 0;
    std::size_t abandoned_ = 0;
};

}  // namespace duet::cql
