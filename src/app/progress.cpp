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

std::size_t columns_of(int file) {
    winsize size{};
    const bool known = ::ioctl(file, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : usual_columns;
}

}  // namespace

std::string bar(std::string_view name, std::string_view what, std::uint64_t records, double part,
                std::size_t columns) {
    std::string text;
    if (part >= 0) {
        const double done = std::clamp(part, 0.0, 1.0);
        const auto filled = static_cast<std::size_t>(done * static_cast<double>(bar_width));
        text = fmt::format("[{}{}] {:3.0f}% ", std::string(filled, '#'),
                           std::string(bar_width - filled, '-'), done * 100);
    }
    text += fmt::format("{}: {}, {} records", name, what, grouped(records));
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
    if (now - last_ < (terminal_ ? redraw_after : next_line_after)) return;
    last_ = now;
    if (terminal_) {
        write("\r\033[K" + bar(name, what, records, part, columns_ - 1));
        drawn_ = true;
    } else {
        write(bar(name, what, records, part, 200) + "\n");
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
