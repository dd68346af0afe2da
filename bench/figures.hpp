#pragma once
// What was measured, for people and for programs.

#include <cstddef>
#include <string>
#include <vector>

namespace duet::bench {

/// One run of either writer.
struct Run {
    double seconds = 0;
    double cpu_seconds = 0;          // the writer's own; the program's only
    double servers_cpu_seconds = 0;  // 0: not known
    double resident_mebibytes = 0;
};

/// One figure: the same records, by a bare writer and by the program, in turn. Where a rate is
/// asked for there is no yardstick.
struct Figure {
    std::string name;
    std::string yardstick_name;
    double asked = 0;  // the program's rate over the yardstick's; without one, records a second
    std::size_t records = 0;
    std::vector<Run> yardstick = {};
    std::vector<Run> program = {};

    /// Records a second, of the median run.
    [[nodiscard]] double yardstick_rate() const;
    [[nodiscard]] double program_rate() const;
    /// Of the medians.
    [[nodiscard]] double ratio() const {
        return yardstick.empty() ? 0 : program_rate() / yardstick_rate();
    }
    [[nodiscard]] bool holds() const {
        return (yardstick.empty() ? program_rate() : ratio()) >= asked;
    }
    /// The worst of all runs.
    [[nodiscard]] double cpu_share() const;
    [[nodiscard]] double resident_mebibytes() const;
};

struct Machine {
    unsigned cores = 0;
    double memory_gibibytes = 0;
    std::string processor;
    std::string cassandra;
    std::string elasticsearch;
    std::string program;  // as `duet --version` says
};

[[nodiscard]] Machine this_machine();

constexpr double asked_cpu_share = 0.25;
constexpr double asked_mebibytes = 64;

[[nodiscard]] std::string to_table(const std::vector<Figure>& figures);
[[nodiscard]] std::string to_json(const std::vector<Figure>& figures, const Machine& machine);

}  // namespace duet::bench
