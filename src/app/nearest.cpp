#include "app/nearest.hpp"

#include <algorithm>

namespace duet::app {

std::size_t edit_distance(std::string_view left, std::string_view right) {
    // Three rows of the usual table: the row before last serves the swap of two neighbours.
    std::vector<std::size_t> before(right.size() + 1);
    std::vector<std::size_t> last(right.size() + 1);
    std::vector<std::size_t> row(right.size() + 1);
    for (std::size_t j = 0; j <= right.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= left.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= right.size(); ++j) {
            const std::size_t replaced = last[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
            const bool swapped =
                i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
            if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
        }
        std::swap(before, last);
        std::swap(last, row);
    }
    return last[right.size()];
}

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& valid) {
    std::optional<std::string> best;
    std::size_t best_distance = 0;
    for (const std::string& candidate : valid) {
        const std::size_t distance = edit_distance(word, candidate);
        const bool near = distance * 3 <= std::max(word.size(), candidate.size());
        if (near && (!best || distance < best_distance)) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best;
}

}  // namespace duet::app
