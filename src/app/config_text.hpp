#pragma once
// A configuration as `duet config check` prints it.

#include <string>

#include "app/config.hpp"

namespace duet::app {

/// Lines of what holds, without passwords; one or two for each [[pair]].
[[nodiscard]] std::string text_of(const Config& config);

}  // namespace duet::app
