#pragma once
// From the JSON of the figures to what people read: tables, plots, the section of
// docs/performance.md. The JSON: results.hpp.

#include <map>
#include <string>
#include <string_view>

namespace duet::bench {

/// Markdown: the machine, then a table for each part that was measured.
[[nodiscard]] std::string to_tables(std::string_view results);
/// By file name; plots without figures are left out.
[[nodiscard]] std::map<std::string, std::string> to_plots(std::string_view results);
/// The tables and, below them, the plots, which lie in the folder `plots` beside the page.
[[nodiscard]] std::string to_section(std::string_view results, std::string_view plots);

constexpr std::string_view section_begin = "<!-- figures: written by ./dev bench -->";
constexpr std::string_view section_end = "<!-- end of the figures -->";

/// The page with a new section between the two marks; throws Error where it lacks them.
[[nodiscard]] std::string with_section(std::string_view page, std::string_view section);

}  // namespace duet::bench
