#include "app/glob.hpp"

#include <algorithm>

namespace duet::app {

bool matches(std::string_view glob, std::string_view name) {
    // After a mismatch only the last star needs to take one character more: linear but for the
    // stars.
    std::size_t g = 0;
    std::size_t n = 0;
    std::size_t star = std::string_view::npos;
    std::size_t star_end = 0;
    while (n < name.size()) {
        if (g < glob.size() && glob[g] == '*') {
            star = g++;
            star_end = n;
        } else if (g < glob.size() && (glob[g] == '?' || glob[g] == name[n])) {
            ++g;
            ++n;
        } else if (star != std::string_view::npos) {
            g = star + 1;
            n = ++star_end;
        } else {
            return false;
        }
    }
    while (g < glob.size() && glob[g] == '*') ++g;
    return g == glob.size();
}

bool chosen(const std::vector<std::string>& globs, std::string_view name) {
    bool in =
        std::ranges::all_of(globs, [](const std::string& glob) { return glob.starts_with('!'); });
    for (const std::string& glob : globs) {
        const bool leaves_out = glob.starts_with('!');
        if (matches(std::string_view(glob).substr(leaves_out ? 1 : 0), name)) in = !leaves_out;
    }
    return in;
}

bool is_literal(std::string_view glob) {
    return !glob.starts_with('!') && glob.find_first_of("*?") == std::string_view::npos;
}

}  // namespace duet::app
