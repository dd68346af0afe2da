#pragma once
// How many writes are due now, at so many a second.

#include <cstddef>
#include <cstdint>

namespace duet::app {

/// Rule: ask due(), make at most so many, say made().
class Pace {
public:
    /// `per_second` 0: always as many as asked for. Moments are microseconds since 1970.
    Pace(double per_second, std::int64_t now) : per_second_(per_second), last_(now) {}

    /// At most `limit`. What was missed while a server was away is not made up for, beyond a
    /// second.
    [[nodiscard]] std::size_t due(std::int64_t now, std::size_t limit);
    void made(std::size_t count);

private:
    double per_second_;
    std::int64_t last_;
    double owed_ = 0;
};

}  // namespace duet::app
