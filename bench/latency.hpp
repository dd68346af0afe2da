#pragma once
// How soon a change on one side is on the other.

#include <chrono>
#include <vector>

#include "changes.hpp"
#include "figures.hpp"
#include "scene.hpp"

namespace duet::bench {

struct LatencyOptions {
    std::vector<int> rates = {10, 100, 1'000};
    std::chrono::seconds duration{30};  // of each
    std::chrono::milliseconds period{200};
};

/// A feed and the way that it serves.
struct Way {
    std::string feed;
    Side from = Side::cassandra;
};

/// One daemon for each feed, which is at rest before its first change.
[[nodiscard]] std::vector<Latency> measure_latency(Scene& scene, const std::vector<Way>& ways,
                                                   const LatencyOptions& options);

}  // namespace duet::bench
