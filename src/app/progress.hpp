#pragma once
// How far long work is: a bar that is drawn over on a terminal, plain lines every few seconds
// elsewhere.

#include <cstdint>
#include <string>
#include <string_view>

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
    std::int64_t last_ = 0;  // microseconds since 1970
    bool drawn_ = false;

    void write(std::string_view text) const;
};

/// "[#######-------------]  35% shop.orders: comparing, 12,345 records", at most `columns` wide.
[[nodiscard]] std::string bar(std::string_view name, std::string_view what, std::uint64_t records,
                              double part, std::size_t columns);

}  // namespace duet::app
