#pragma once
// Plots as SVG: the same figures give the same bytes, and they are readable on light and on dark
// pages.

#include <string>
#include <utility>
#include <vector>

namespace duet::bench {

struct Series {
    std::string name;
    std::vector<std::pair<double, double>> points;  // in the order of x
};

/// Lines over a logarithmic x.
struct LinePlot {
    std::string title;
    std::string x_label;
    std::string y_label;
    std::vector<Series> series;  // at most series_limit
    double asked = 0;            // a dashed line to stay below; 0: none
    bool logarithmic_y = false;  // of values above zero
};

struct Bar {
    std::string label;
    double value = 0;
    double asked = 0;  // a mark to reach; 0: none
};

/// Bars to the right, from zero.
struct BarPlot {
    std::string title;
    std::string unit;
    std::vector<Bar> bars;
};

constexpr std::size_t series_limit = 6;  // so many colours

[[nodiscard]] std::string to_svg(const LinePlot& plot);
[[nodiscard]] std::string to_svg(const BarPlot& plot);

/// 0.25, 8, 1,500, 2.5 M: short enough for an axis.
[[nodiscard]] std::string short_number(double value);
/// The smallest of 1, 2, 5 times a power of ten that is no smaller than the value.
[[nodiscard]] double round_up(double value);

}  // namespace duet::bench
