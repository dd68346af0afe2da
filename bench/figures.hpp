#pragma once
// What was measured, as structures and as JSON.

#include <cstddef>
#include <cstdint>
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

/// The same records, by a bare writer and by the program, in turn. Where a rate is asked for there
/// is no yardstick.
struct Figure {
    std::string name;
    std::string yardstick_name;
    double asked = 0;  // the program's rate over the yardstick's; without one, records a second
    std::size_t records = 0;
    double asked_cpu = 0;  // the program's own seconds for a million records, at most; 0: not asked
    std::vector<Run> yardstick = {};
    std::vector<Run> program = {};

    /// Records a second, of the median run.
    [[nodiscard]] double yardstick_rate() const;
    [[nodiscard]] double program_rate() const;
    /// Of the medians; 0 without a yardstick.
    [[nodiscard]] double ratio() const;
    /// The program's own processor time for a million records, of the median run.
    [[nodiscard]] double cpu_seconds_per_million() const;
    /// The worst of all runs.
    [[nodiscard]] double resident_mebibytes() const;
};

/// From a write acknowledged on one side to the same readable by id on the other.
struct Latency {
    std::string feed;
    std::string to;           // the side where it is read
    std::size_t records = 0;  // of the table
    int rate = 0;             // changes a second that were asked for
    double reached = 0;       // and that were made
    double period_ms = 0;     // of the program's looks
    std::vector<double> milliseconds = {};
    std::size_t missing = 0;      // never seen
    double asked_p99_ms = 0;      // 0: nothing is asked
    double yardstick_p50_ms = 0;  // of a writer that writes to both sides itself; 0: not measured
    double cpu_share = 0;         // of one core: the program's own
};

/// Both sides level, and nobody writes: shares of one core.
struct Idle {
    std::string feed;
    std::size_t records = 0;  // in all tables
    std::size_t tables = 1;
    double period_ms = 0;
    double seconds = 0;  // for how long
    double duet = 0;
    double cassandra = 0;
    double cassandra_alone = 0;
    double elasticsearch = 0;
    double elasticsearch_alone = 0;
    double resident_mebibytes = 0;
    double start_seconds = 0;  // until it had found both sides level
};

/// Changes on both sides while the program was away, then the time until all are on the other.
struct CatchUp {
    std::string feed;
    std::size_t records = 0;
    std::size_t changes = 0;  // of both sides
    double away_seconds = 0;
    double seconds = 0;
    double yardstick_seconds = 0;  // of bare writers that write the same changes to the other side
    double cpu_seconds = 0;
    double resident_mebibytes = 0;
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

[[nodiscard]] std::string to_json(const Figure& figure);
[[nodiscard]] std::string to_json(const Latency& latency);
[[nodiscard]] std::string to_json(const Idle& idle);
[[nodiscard]] std::string to_json(const CatchUp& catch_up);
[[nodiscard]] std::string to_json(const Machine& machine);

/// The figures in what Google Benchmark writes.
[[nodiscard]] std::string codecs_of(const std::string& benchmark_json);

/// All of a part as a JSON array.
template <class T>
[[nodiscard]] std::string to_json(const std::vector<T>& figures) {
    std::string text;
    for (const T& figure : figures) text += (text.empty() ? "" : ",\n  ") + to_json(figure);
    return "[" + text + "]";
}

}  // namespace duet::bench
