#pragma once
// What must hold when a story has ended, from the rules as written (docs/how-it-works.md), not from
// the engine.

#include <map>
#include <string>

#include "scene.hpp"

namespace duet::simulation {

/// What no rule can decide, each under its name, and how often it was met.
using Exceptions = std::map<std::string, std::uint64_t>;

struct Verdict {
    std::string failure;  // empty: all holds
    Exceptions exceptions;
    std::uint64_t deletions = 0;  // records that had to vanish, and did
    std::uint64_t ends = 0;       // records that ended by themselves, on both sides
};

/// Both sides are level, and every write that is provably the newest of its record is in both, or
/// kept as beaten, or in quarantine.
[[nodiscard]] Verdict judge(const Scene& scene);

/// first_meeting = "stop": the pair has stopped (or not), rightly, and has touched nothing that a
/// person must choose.
[[nodiscard]] Verdict judge_stop(const Scene& scene, bool stopped);

}  // namespace duet::simulation
