#pragma once
// Runs the program that is measured, and what the system says of a process.

#include <sys/types.h>
#include <chrono>
#include <string>
#include <vector>

namespace duet::bench {

struct Finished {
    int exit_code = 0;
    double seconds = 0;             // from its start to its end
    double cpu_seconds = 0;         // user and system, of all its threads
    double resident_mebibytes = 0;  // the most it ever had (VmHWM)
};

/// Runs a program to its end, its output into `output`; throws Error where it cannot be started.
[[nodiscard]] Finished run_program(const std::vector<std::string>& command,
                                   const std::string& output);

/// User and system time of a running process so far; 0 where it cannot be read.
[[nodiscard]] double cpu_seconds(pid_t pid);

constexpr std::chrono::milliseconds look_every{10};  // at the memory of the program

}  // namespace duet::bench
