#include "process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <sstream>
#include <thread>
#include <utility>

#include "base/error.hpp"

extern char** environ;  // NOLINT: POSIX declares it nowhere

namespace duet::bench {
namespace {

/// The memory's high-water mark. It must be read while the process lives, and it only grows: the
/// rusage of a child would count what its parent had when it was made.
double high_water(pid_t pid) {
    std::ifstream status(fmt::format("/proc/{}/status", pid));
    std::string line;
    while (std::getline(status, line)) {
        if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) / 1'024;
    }
    return 0;
}

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

pid_t start(std::vector<std::string> words, const std::string& output) {
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0644);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    pid_t pid = 0;
    const int failed =
        posix_spawn(&pid, words.front().c_str(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0)
        throw Error(fmt::format("cannot start {}: {}", words.front(), std::strerror(failed)));
    return pid;
}

}  // namespace

Program::Program(std::vector<std::string> command, const std::string& output)
    : name_(command.front()),
      began_(std::chrono::steady_clock::now()),
      pid_(start(std::move(command), output)) {}

Program::~Program() {
    if (ended_) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
}

bool Program::ended() {
    if (ended_) return true;
    finished_.resident_mebibytes = std::max(finished_.resident_mebibytes, high_water(pid_));
    int status = 0;
    rusage usage{};
    const pid_t ended = wait4(pid_, &status, WNOHANG, &usage);
    if (ended == 0 || (ended < 0 && errno == EINTR)) return false;
    ended_ = true;
    if (ended < 0) throw Error(fmt::format("lost {}: {}", name_, std::strerror(errno)));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began_;
    finished_.seconds = took.count();
    finished_.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    finished_.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return true;
}

Finished Program::finish() {
    while (!ended()) std::this_thread::sleep_for(look_every);
    return finished_;
}

Finished Program::stop() {
    if (!ended()) kill(pid_, SIGTERM);
    return finish();
}

Finished run_program(const std::vector<std::string>& command, const std::string& output) {
    return Program(command, output).finish();
}

double cpu_seconds(pid_t pid) {
    std::ifstream stat(fmt::format("/proc/{}/stat", pid));
    std::string line;
    std::getline(stat, line);
    const std::size_t name_end = line.rfind(')');
    if (name_end == std::string::npos) return 0;
    // After the name: state, ten numbers, then utime and stime in clock ticks.
    std::istringstream rest(line.substr(name_end + 1));
    std::string word;
    for (int i = 0; i < 11; ++i) rest >> word;
    double user = 0;
    double system = 0;
    rest >> user >> system;
    return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace duet::bench
