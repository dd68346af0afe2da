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

/// A program that runs beside this one. One that still runs when this goes is killed.
class Program {
public:
    /// Its output goes into `output`; throws Error where it cannot be started.
    Program(std::vector<std::string> command, const std::string& output);
    ~Program();
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }
    /// True once it has ended; also takes note of its memory.
    [[nodiscard]] bool ended();
    /// Waits for its end.
    [[nodiscard]] Finished finish();
    /// Asks it to end (SIGTERM), then as finish().
    [[nodiscard]] Finished stop();

private:
    std::string name_;
    std::chrono::steady_clock::time_point began_;
    pid_t pid_ = 0;
    bool ended_ = false;
    Finished finished_;
};

/// Runs a program to its end.
[[nodiscard]] Finished run_program(const std::vector<std::string>& command,
                                   const std::string& output);

/// User and system time of a running process so far; 0 where it cannot be read.
[[nodiscard]] double cpu_seconds(pid_t pid);

constexpr std::chrono::milliseconds look_every{10};  // at the memory of the program

}  // namespace duet::bench
