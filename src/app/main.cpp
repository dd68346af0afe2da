// The program: reads the command line, reads the configuration, runs the command, turns errors into
// exit codes.

#include <fmt/format.h>

#include <malloc.h>

#include <cstdio>
#include <exception>
#include <string>
#include <variant>
#include <vector>

#include "app/cli.hpp"
#include "app/commands/command.hpp"
#include "app/settings.hpp"
#include "base/error.hpp"
#include "base/log.hpp"

namespace {

using namespace duet;
using namespace duet::app;

void configure_log(const CommandLine& line) {
    const bool daemon = std::holds_alternative<RunCommand>(line.command);
    const log::Level usual = daemon ? log::Level::info : log::Level::warning;
    log::configure(line.common.syslog ? log::Sink::syslog : log::Sink::standard_error,
                   line.common.level.value_or(usual));
}

/// Else glibc gives a page's memory back to the system and takes it anew for the next page: a tenth
/// of a first copy's processor time went into that.
void keep_freed_memory() {
    constexpr int kept = 16 << 20;  // bytes at the end of the heap
    static_cast<void>(mallopt(M_TRIM_THRESHOLD, kept));
    static_cast<void>(mallopt(M_MMAP_THRESHOLD, kept));
}

Exit run(const std::vector<std::string>& arguments) {
    const auto parsed = parse_command_line(arguments);
    if (const auto* answer = std::get_if<Answer>(&parsed)) {
        fmt::print("{}", answer->text);
        return Exit::done;
    }
    const auto& line = std::get<CommandLine>(parsed);
    configure_log(line);
    const Settings settings = load_settings(line.common);
    return std::visit([&](const auto& command) { return perform(command, settings); },
                      line.command);
}

Exit run_and_explain(const std::vector<std::string>& arguments) {
    try {
        return run(arguments);
    } catch (const UsageError& error) {
        fmt::print(stderr, "duet: {}\n", error.what());
        return Exit::usage;
    } catch (const Misconfigured& error) {
        fmt::print(stderr, "duet: {}\n", error.what());
        if (!error.hint().empty()) fmt::print(stderr, "      {}\n", error.hint());
    } catch (const std::exception& error) {
        fmt::print(stderr, "duet: {}\n", error.what());
    }
    return Exit::failed;
}

}  // namespace

int main(int count, char** words) {
    keep_freed_memory();
    const Exit exit = run_and_explain({words + 1, words + count});
    log::shutdown();
    return static_cast<int>(exit);
}
