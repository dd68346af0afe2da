#pragma once
// The users of both stores: what they write, and what is known of it.

#include "base/task.hpp"
#include "scene.hpp"

namespace duet::simulation {

/// Writes before Duet is started for the first time (worlds that are filled).
void fill(Scene& scene);
/// One acknowledged write of a random kind.
void write_something(Scene& scene);
/// Something that happens to the servers: a lagging copy, a fail-over, another index.
void disturb(Scene& scene);

}  // namespace duet::simulation
