#pragma once
// How long the rest of a long step takes, told by how far it has come.

#include <chrono>
#include <cstdint>
#include <optional>

namespace duet {

class RemainingTime {
public:
    /// `part` of the step (0 to 1) is done at `now`, microseconds since 1970. Empty: too early to
    /// tell. A part smaller than the one before begins another step.
    [[nodiscard]] std::optional<std::chrono::seconds> at(double part, std::int64_t now);

private:
    std::int64_t began_ = 0;
    double first_ = 0;  // what was done then: a step may go on where another process left it
    double last_ = 2;   // more than any part: the first call begins
};

constexpr std::chrono::seconds telling_time{2};  // less tells nothing of the speed
constexpr double telling_part = 0.01;

}  // namespace duet
