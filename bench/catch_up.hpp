#pragma once
// How long it takes to make up for a time away.

#include <chrono>
#include <string>

#include "figures.hpp"
#include "scene.hpp"

namespace duet::bench {

struct CatchUpOptions {
    std::string feed = "journal";
    int rate = 250;  // changes a second on each side
    std::chrono::seconds away{60};
};

[[nodiscard]] CatchUp measure_catch_up(Scene& scene, const CatchUpOptions& options);

}  // namespace duet::bench
