#include "statistics.hpp"

#include <algorithm>
#include <cmath>

namespace duet::bench {

double percentile(std::vector<double> values, double share) {
    if (values.empty()) return 0;
    const auto rank = static_cast<std::size_t>(
        std::ceil(share * static_cast<double>(values.size()) - 1e-9));  // 0.99 * 100 is above 99
    const auto place = values.begin() + static_cast<std::ptrdiff_t>(std::max(rank, 1UL) - 1);
    std::nth_element(values.begin(), place, values.end());
    return *place;
}

double median(std::vector<double> values) { return percentile(std::move(values), 0.5); }

std::optional<double> growth(std::span<const std::pair<double, double>> points) {
    double n = 0;
    double sum_x = 0;
    double sum_y = 0;
    double sum_xx = 0;
    double sum_xy = 0;
    for (const auto& [point_x, point_y] : points) {
        if (point_x <= 0 || point_y <= 0) continue;
        const double x = std::log(point_x);
        const double y = std::log(point_y);
        n += 1;
        sum_x += x;
        sum_y += y;
        sum_xx += x * x;
        sum_xy += x * y;
    }
    const double spread = n * sum_xx - sum_x * sum_x;
    if (spread < 1e-9) return std::nullopt;
    return (n * sum_xy - sum_x * sum_y) / spread;
}

std::uint64_t due(std::chrono::duration<double> elapsed, int rate) {
    return static_cast<std::uint64_t>(elapsed.count() * rate) + 1;
}

}  // namespace duet::bench
