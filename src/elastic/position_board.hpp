#pragma once
// Where many indices stand, asked for by one request: a hundred pairs that poll cost the server
// what a few do.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "elastic/index.hpp"

namespace duet::elastic {

class PositionBoard {
public:
    /// Both outlive it.
    PositionBoard(Client& client, const Clock& clock) : client_(client), clock_(clock) {}

    /// index_position(), or what another index's call brought along, at most twice position_lasts
    /// ago. Throws as index_position().
    [[nodiscard]] Task<IndexPosition> position(std::string index);

private:
    struct Entry {
        std::optional<IndexPosition> position;
        std::int64_t taken_at = 0;  // microseconds since 1970, when the request was sent
        std::int64_t asked_at = 0;
    };
    Client& client_;
    const Clock& clock_;
    std::map<std::string, Entry> entries_;

    /// The index, and those beside it whose turn comes soon.
    [[nodiscard]] std::vector<std::string> due(const std::string& index, std::int64_t now);
};

constexpr std::chrono::milliseconds position_lasts{100};
constexpr std::chrono::seconds polled_within{10};    // else nobody follows the index any more
constexpr std::size_t position_names_limit = 3'000;  // bytes; Elasticsearch takes a line of 4,096

}  // namespace duet::elastic
