#pragma once
// Names chosen by globs, as in `tables = ["*", "!audit_*"]`.

#include <string>
#include <string_view>
#include <vector>

namespace duet::app {

/// `*` stands for any characters, `?` for one; everything else for itself.
[[nodiscard]] bool matches(std::string_view glob, std::string_view name);

/// A list of globs; one that begins with `!` leaves out. The last glob that matches decides; a list
/// of exclusions only starts from everything.
[[nodiscard]] bool chosen(const std::vector<std::string>& globs, std::string_view name);

/// A glob that names exactly one thing.
[[nodiscard]] bool is_literal(std::string_view glob);

}  // namespace duet::app
