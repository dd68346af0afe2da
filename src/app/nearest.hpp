#pragma once
// "Did you mean …?": the valid word that is nearest to a mistyped one.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace duet::app {

/// The least number of letters to insert, drop, replace or swap with their neighbour.
[[nodiscard]] std::size_t edit_distance(std::string_view left, std::string_view right);

/// Empty where nothing is near enough to be meant: more than a third of the letters would have to
/// change.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word,
                                                 const std::vector<std::string>& valid);

}  // namespace duet::app
