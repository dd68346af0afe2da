#include "app/progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "app/text.hpp"

namespace duet::app {

namespace {

constexpr std::int64_t redraw_after = 100'000;       // microseconds
constexpr std::int64_t next_line_after = 5'000'000;  // where there is no terminal
constexpr std::size_t bar_width = 20;
constexpr std::size_t usual_columns = 80;
constexpr std::size_t plain_columns = 200;

std::size_t columns_of(int file) {
    winsize size{};
    const bool known = ::ioctl(file, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : usual_columns;
}

}  // namespace

std::string time_left(std::chrono::seconds left) {
    constexpr std::int64_t minute = 60;
    constexpr std::int64_t hour = 60 * minute;
    const std::int64_t seconds = left.count();
    if (seconds < 2 * minute) return fmt::format("{} s left", seconds);
    if (seconds < 2 * hour) return fmt::format("{} min left", seconds / minute);
    return fmt::format("{} h {} min left", seconds / hour, seconds % hour / minute);
}

std::string step_text(std::string_view what, double part,
                      std::optional<std::chrono::seconds> left) {
    std::string text(what);
    if (part > 0) text += fmt::format(", {:.0f} %", part * 100);
    if (left) text += ", " + time_left(*left);
    return text;
}

std::string bar(const Line& line, std::size_t columns) {
    std::string text;
    if (line.part >= 0) {
        const double done = std::clamp(line.part, 0.0, 1.0);
        const auto filled = static_cast<std::size_t>(done * static_cast<double>(bar_width));
        text = fmt::format("[{}{}] {:3.0f}% ", std::string(filled, '#'),
                           std::string(bar_width - filled, '-'), done * 100);
    }
    text += fmt::format("{}: {}, {} records", line.name, line.what, grouped(line.records));
    if (line.left) text += ", " + time_left(*line.left);
    if (text.size() > columns) text.resize(columns);
    return text;
}

Progress::Progress(const Clock& clock)
    : Progress(clock, STDERR_FILENO, ::isatty(STDERR_FILENO) == 1, columns_of(STDERR_FILENO)) {}

Progress::Progress(const Clock& clock, int file, bool terminal, std::size_t columns)
    : clock_(clock),
      file_(file),
      terminal_(terminal),
      columns_(columns),
      // Work that is done before the first line is due needs no lines.
      last_(terminal ? 0 : clock.now()) {}

Progress::~Progress() { clear(); }

void Progress::show(std::string_view name, std::string_view what, std::uint64_t records,
                    double part) {
    const std::int64_t now = clock_.now();
    Line line{name, what, records, part, std::nullopt};
    if (part >= 0) line.left = remaining_[std::string(name)].at(part, now);
    if (now - last_ < (terminal_ ? redraw_after : next_line_after)) return;
    last_ = now;
    if (terminal_) {
        write("\r\033[K" + bar(line, columns_ - 1));
        drawn_ = true;
    } else {
        write(bar(line, plain_columns) + "\n");
    }
}

void Progress::clear() {
    if (drawn_) write("\r\033[K");
    drawn_ = false;
}

void Progress::write(std::string_view text) const {
    // A terminal that takes no more loses a line of progress and nothing else.
    [[maybe_unused]] const auto written = ::write(file_, text.data(), text.size());
}

}  // namespace duet::app
