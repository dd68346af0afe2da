#pragma once
// What it costs when nothing happens.

#include <chrono>
#include <string>

#include "figures.hpp"
#include "scene.hpp"

namespace duet::bench {

struct IdleOptions {
    std::string feed = "journal";
    std::chrono::milliseconds period{1'000};
    std::chrono::seconds window{40};
};

/// The servers alone before and after, and between that both with a daemon that has found them
/// level.
[[nodiscard]] Idle measure_idle(const Scene& scene, const IdleOptions& options);

}  // namespace duet::bench
