#pragma once
// How far long work is: a bar that is drawn over on a terminal, plain lines every few seconds
// elsewhere.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/remaining_time.hpp"
#include "base/time.hpp"

namespace duet::app {

class Progress {
public:
    /// Writes to standard error. The clock outlives it.
    explicit Progress(const Clock& clock);
    /// For tests: `file` instead, as a terminal of `columns` or not.
    Progress(const Clock& clock, int file, bool terminal, std::size_t columns);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// `part` is 0 to 1; below 0: nobody knows. Cheap: most calls write nothing.
    void show(std::string_view name, std::string_view what, std::uint64_t records, double part);
    /// Takes the bar away, so that something else can be printed.
    void clear();

private:
    const Clock& clock_;
    int file_;
    bool terminal_;
    std::size_t columns_;
    std::int64_t last_ = 0;                                        // microseconds since 1970
    std::map<std::string, RemainingTime, std::less<>> remaining_;  // by name: several side by side
    bool drawn_ = false;

    void write(std::string_view text) const;
};

/// One line of it.
struct Line {
    std::string_view name;
    std::string_view what;
    std::uint64_t records = 0;
    double part = -1;  // 0 to 1; below 0: nobody knows
    std::optional<std::chrono::seconds> left;
};

/// "[#######-------------]  35% shop.orders: comparing, 12,345 records, 2 min left", at most
/// `columns` wide.
[[nodiscard]] std::string bar(const Line& line, std::size_t columns);

/// "first copy to Elasticsearch, 42 %, 3 min left".
[[nodiscard]] std::string step_text(std::string_view what, double part,
                                    std::optional<std::chrono::seconds> left);
/// "45 s left", "3 min left", "2 h 10 min left".
[[nodiscard]] std::string time_left(std::chrono::seconds left);

}  // namespace duet::app
