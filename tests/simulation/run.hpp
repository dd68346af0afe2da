#pragma once
// One story: a world, a seed, and how it ended.

#include <cstdint>
#include <string>
#include <vector>

#include "oracle.hpp"
#include "world.hpp"

namespace duet::simulation {

struct Ending {
    std::string failure;  // empty: all that must hold holds
    Exceptions exceptions;
    std::vector<std::string> story;  // only if asked for
    std::uint64_t duet_writes = 0;
    std::uint64_t resumed_copies = 0;  // of rows
    std::uint64_t resumed_feeds = 0;
    std::uint64_t deletions = 0;       // that had to be propagated, and were
    std::uint64_t ends = 0;            // records that ended by themselves, on both sides
};

/// The same world and seed always yield the same story.
[[nodiscard]] Ending run(const World& world, std::uint64_t seed, bool with_story);

}  // namespace duet::simulation
