#pragma once
// How many requests of one kind a server gets at a time: one more while its answers take no longer,
// half when it says that it has too much. Pure: no clock, no socket.
//
// Additive increase, multiplicative decrease: Chiu and Jain, "Analysis of the Increase and Decrease
// Algorithms for Congestion Avoidance in Computer Networks", 1989; latency as the sign of a queue:
// Brakmo and Peterson, "TCP Vegas", 1995.

#include <chrono>
#include <cstddef>

namespace duet::net {

class ConcurrencyLimit {
public:
    /// Begins at `first`; never more than `most`, never less than 1.
    ConcurrencyLimit(std::size_t first, std::size_t most);

    [[nodiscard]] std::size_t limit() const { return limit_; }
    /// An answer came so long after its request. `full`: no more requests were allowed beside it.
    void answered(std::chrono::microseconds latency, bool full);
    /// The server refuses for now, or let the time run out. Requests that were on their way beside
    /// the first of these tell nothing new: false, and the limit stays.
    bool overloaded();

    static constexpr double tolerance = 2;          // times the best latency: there is no queue yet
    static constexpr double forgetting = 1.0 / 16;  // of the best latency, with each round

private:
    std::size_t limit_;
    std::size_t most_;
    std::size_t answers_ = 0;  // of this round: as many as may be on their way
    bool full_ = false;        // the round has used the limit
    std::size_t beside_ = 0;   // still on their way since the last overload
    double latency_ = 0;       // smoothed; microseconds
    double best_ = 0;          // of a round, of late; 0: not known
};

}  // namespace duet::net
