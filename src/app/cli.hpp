#pragma once
// The command line as a value: which command, with which options. Nothing is done here.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/generate/generate.hpp"
#include "base/log.hpp"
#include "model/id.hpp"

namespace duet::app {

/// What every command takes; what is given here overrides the configuration file.
struct CommonOptions {
    std::optional<std::filesystem::path> config;
    std::optional<std::chrono::milliseconds> period;
    std::optional<log::Level> level;  // none: info for the daemon, warning for the others
    bool syslog = false;
    bool all = false;                        // every keyspace, though the servers are elsewhere
    std::vector<std::string> cassandra;      // host:port
    std::vector<std::string> elasticsearch;  // URLs
};

struct RunCommand {
    std::vector<std::string> force_deletes;  // pairs, keyspace.table
};

struct OnceCommand {};

struct PlanCommand {
    bool ddl = false;  // also the statements that would be run
};

struct VerifyCommand {
    bool deep = false;
    bool repair = false;
    bool json = false;
};

struct StatusCommand {
    bool json = false;
};

/// `duet config check`: the file is --config's or the default one.
struct CheckCommand {};

struct QuarantineCommand {
    enum class Action : std::uint8_t { list, show, retry, drop };
    Action action = Action::list;
    std::string pair;     // keyspace.table; empty: all; of retry and drop perhaps an id with a dot
    std::vector<Id> ids;  // none: all; of show: one
};

struct ConflictsCommand {
    enum class Action : std::uint8_t { list, show, restore };
    Action action = Action::list;
    std::string pair;      // keyspace.table; empty: all
    std::optional<Id> id;  // of show and restore
    std::size_t limit = 100;
};

using GenerateCommand = GenerateOptions;

using Command = std::variant<RunCommand, OnceCommand, PlanCommand, VerifyCommand, StatusCommand,
                             CheckCommand, QuarantineCommand, ConflictsCommand, GenerateCommand>;

struct CommandLine {
    CommonOptions common;
    Command command;
};

/// --help or --version: print it and exit 0.
struct Answer {
    std::string text;
};

/// `arguments` without the program's own name. Throws UsageError: one sentence, and what to do.
[[nodiscard]] std::variant<CommandLine, Answer> parse_command_line(
    const std::vector<std::string>& arguments);

}  // namespace duet::app
