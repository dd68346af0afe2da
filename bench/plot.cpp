#include "plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <string_view>

namespace duet::bench {
namespace {

constexpr double width = 720;
constexpr double left = 78;
constexpr double right = 24;
constexpr double top = 44;
constexpr double plot_height = 240;
constexpr double row_height = 26;
constexpr double label_width = 300;

// Colours that keep their distance on white and on black, for people who see few colours too.
constexpr std::array<std::string_view, series_limit> colours = {"#0072b2", "#e69f00", "#009e73",
                                                                "#cc79a7", "#d55e00", "#56b4e9"};

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '<': out += "&lt;"; break;
            case '&': out += "&amp;"; break;
            default: out += c;
        }
    }
    return out;
}

class Svg {
public:
    Svg(double height, std::string_view title) {
        add(R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0:.0f} {1:.0f}")", width,
            height);
        add(R"( width="{:.0f}" height="{:.0f}" role="img">)", width, height);
        text_ += R"(<style>
text { font: 13px sans-serif; fill: #1f2328; }
.title { font-weight: bold; font-size: 15px; }
.axis { stroke: #8c959f; stroke-width: 1; }
.grid { stroke: #8c959f; stroke-width: 1; opacity: 0.3; }
.asked { stroke: #d1242f; stroke-width: 1.5; stroke-dasharray: 6 4; }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3; } .asked { stroke: #ff7b72; } }
</style>
)";
        label(12, 22, "start", title, "title");
    }

    template <class... Values>
    void add(fmt::format_string<Values...> format, Values&&... values) {
        fmt::format_to(std::back_inserter(text_), format, std::forward<Values>(values)...);
        text_ += '\n';
    }
    void label(double x, double y, std::string_view anchor, std::string_view text,
               std::string_view type = "") {
        add(R"(<text x="{:.1f}" y="{:.1f}" text-anchor="{}" class="{}">{}</text>)", x, y, anchor,
            type, escaped(text));
    }
    void line(double x1, double y1, double x2, double y2, std::string_view type) {
        add(R"(<line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" class="{}"/>)", x1, y1, x2, y2,
            type);
    }
    [[nodiscard]] std::string finish() { return std::move(text_) + "</svg>\n"; }

private:
    std::string text_;
};

/// From values to places on the paper.
struct Scale {
    double low_x = 0;  // logarithms
    double high_x = 1;
    double high_y = 1;
    double low_y = 0;
    bool logarithmic_y = false;  // then both are logarithms

    [[nodiscard]] double x(double value) const {
        return left + (std::log10(value) - low_x) / (high_x - low_x) * (width - left - right);
    }
    [[nodiscard]] double y(double value) const {
        const double place = logarithmic_y ? std::log10(value) : value;
        return top + plot_height * (1 - (place - low_y) / (high_y - low_y));
    }
};

Scale scale_of(const LinePlot& plot) {
    Scale scale{1e9, -1e9, 0, 0, plot.logarithmic_y};
    double highest = plot.asked;
    double lowest = plot.asked > 0 ? plot.asked : 1e9;
    for (const Series& series : plot.series) {
        for (const auto& [x, y] : series.points) {
            scale.low_x = std::min(scale.low_x, std::log10(x));
            scale.high_x = std::max(scale.high_x, std::log10(x));
            highest = std::max(highest, y);
            lowest = std::min(lowest, y);
        }
    }
    if (scale.low_x >= scale.high_x) {  // one x, or none
        scale.low_x = scale.low_x < 1e9 ? scale.low_x - 0.5 : 0;
        scale.high_x = scale.low_x + 1;
    }
    scale.high_y = highest > 0 ? round_up(highest) : 1;
    if (plot.logarithmic_y) {
        scale.low_y = std::floor(std::log10(lowest));
        scale.high_y = std::max(std::ceil(std::log10(highest)), scale.low_y + 1);
    }
    return scale;
}

void draw_axes(Svg& svg, const LinePlot& plot, const Scale& scale) {
    const int steps = scale.logarithmic_y ? static_cast<int>(scale.high_y - scale.low_y) : 5;
    for (int i = 0; i <= steps; ++i) {
        const double value =
            scale.logarithmic_y ? std::pow(10, scale.low_y + i) : scale.high_y * i / steps;
        svg.line(left, scale.y(value), width - right, scale.y(value), i == 0 ? "axis" : "grid");
        svg.label(left - 8, scale.y(value) + 4, "end", short_number(value));
    }
    std::vector<double> marks;
    for (const Series& series : plot.series) {
        for (const auto& [x, y] : series.points) marks.push_back(x);
    }
    std::sort(marks.begin(), marks.end());
    marks.erase(std::unique(marks.begin(), marks.end()), marks.end());
    for (const double mark : marks)
        svg.label(scale.x(mark), top + plot_height + 18, "middle", short_number(mark));
    svg.label(left, top + plot_height + 36, "start", plot.x_label);
    svg.label(width - right, 22, "end", plot.y_label);
}

void draw_series(Svg& svg, const Series& series, const Scale& scale, std::size_t number) {
    const std::string_view colour = colours.at(number % series_limit);
    std::string path;
    for (const auto& [x, y] : series.points)
        path += fmt::format("{}{:.1f},{:.1f}", path.empty() ? "" : " ", scale.x(x), scale.y(y));
    svg.add(R"(<polyline points="{}" fill="none" stroke="{}" stroke-width="2"/>)", path, colour);
    for (const auto& [x, y] : series.points) {
        svg.add(R"(<circle cx="{:.1f}" cy="{:.1f}" r="3.5" fill="{}"/>)", scale.x(x), scale.y(y),
                colour);
    }
    const double y = top + plot_height + 60 + 20 * static_cast<double>(number);
    svg.add(R"(<rect x="{:.1f}" y="{:.1f}" width="14" height="4" fill="{}"/>)", left, y - 6,
            colour);
    svg.label(left + 22, y, "start", series.name);
}

}  // namespace

std::string short_number(double value) {
    if (value >= 1e6) return fmt::format("{:g} M", std::round(value / 1e4) / 100);
    if (value >= 1e3) {
        const auto whole = static_cast<long>(std::llround(value));
        return fmt::format("{},{:03}", whole / 1'000, whole % 1'000);
    }
    return fmt::format("{:g}", std::round(value * 1e3) / 1e3);
}

double round_up(double value) {
    const double power = std::pow(10, std::floor(std::log10(value)));
    for (const double step : {1.0, 2.0, 5.0}) {
        if (step * power >= value * (1 - 1e-9)) return step * power;
    }
    return 10 * power;
}

std::string to_svg(const LinePlot& plot) {
    const Scale scale = scale_of(plot);
    Svg svg(top + plot_height + 60 + 20 * static_cast<double>(plot.series.size()), plot.title);
    draw_axes(svg, plot, scale);
    if (plot.asked > 0) {
        svg.line(left, scale.y(plot.asked), width - right, scale.y(plot.asked), "asked");
        svg.label(width - right, scale.y(plot.asked) - 5, "end", "asked");
    }
    for (std::size_t i = 0; i < plot.series.size(); ++i) draw_series(svg, plot.series[i], scale, i);
    return svg.finish();
}

std::string to_svg(const BarPlot& plot) {
    double highest = 0;
    for (const Bar& bar : plot.bars) highest = std::max({highest, bar.value, bar.asked});
    if (highest <= 0) highest = 1;
    const double room = width - label_width - right - 70;  // the number stands behind its bar
    Svg svg(top + row_height * static_cast<double>(plot.bars.size()) + 12, plot.title);
    svg.label(width - right, 22, "end", plot.unit);
    double y = top;
    for (const Bar& bar : plot.bars) {
        const double length = bar.value / highest * room;
        svg.label(label_width - 8, y + 14, "end", bar.label);
        svg.add(R"(<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="16" rx="2" fill="{}"/>)",
                label_width, y + 1, std::max(length, 1.0), colours[0]);
        svg.label(label_width + std::max(length, bar.asked / highest * room) + 8, y + 14, "start",
                  short_number(bar.value));
        if (bar.asked > 0) {
            const double x = label_width + bar.asked / highest * room;
            svg.line(x, y - 2, x, y + 20, "asked");
        }
        y += row_height;
    }
    return svg.finish();
}

}  // namespace duet::bench
