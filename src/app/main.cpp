// The program: reads the command line, reads the configuration, runs the command, turns errors into
// exit codes.

#include <fmt/format.h>

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
    const Exit exit = run_and_explain({words + 1, words + count});
    log::shutdown();
    return static_cast<int>(exit);
}
