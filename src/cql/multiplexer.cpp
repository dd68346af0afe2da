#include "cql/multiplexer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"

namespace duet::cql {

Multiplexer::Multiplexer(std::size_t limit)
    : limit_(std::clamp<std::size_t>(limit, 1, stream_limit)) {}

std::optional<StreamId> Multiplexer::acquire() {
    if (full()) {
        return std::nullopt;
    }
    StreamId stream{};
    if (free_.empty()) {
        stream = static_cast<StreamId>(states_.size());
        states_.push_back(State::in_flight);
    } else {
        stream = free_.back();
        free_.pop_back();
        state(stream) = State::in_flight;
    }
    ++in_flight_;
    return stream;
}

void Multiplexer::abandon(StreamId stream) {
    State& found = state(stream);
    if (found == State::in_flight) {
        found = State::abandoned;
        --in_flight_;
        ++abandoned_;
    }
}

bool Multiplexer::release(StreamId stream) {
    State& found = state(stream);
    const bool awaited = found == State::in_flight;
    if (found == State::free) {
        throw ProtocolError(
            fmt::format("Cassandra answered a request that was not made (stream {})",
                        static_cast<int>(stream)));
    }
    --(awaited ? in_flight_ : abandoned_);
    found = State::free;
    free_.push_back(stream);
    return awaited;
}

Multiplexer::State& Multiplexer::state(StreamId stream) {
    const auto index = static_cast<std::int16_t>(stream);
    if (index < 0 || static_cast<std::size_t>(index) >= states_.size()) {
        throw ProtocolError(
            fmt::format("Cassandra answered a request that was not made (stream {})", index));
    }
    return states_[static_cast<std::size_t>(index)];
}

}  // namespace duet::cql
