#pragma once
// What holds for this start: the configuration file, and over it what the command line says.

#include <filesystem>
#include <optional>

#include "app/cli.hpp"
#include "app/config.hpp"

namespace duet::app {

struct Settings {
    Config config;
    CommonOptions options;
    std::optional<std::filesystem::path> file;  // that the configuration came from
};

/// Finds and reads the configuration; throws UsageError.
[[nodiscard]] Settings load_settings(const CommonOptions& options);

/// "Every keyspace" is a wish only where both servers are on this machine, a [[pair]] says what is
/// meant, or --all was given.
[[nodiscard]] bool may_pair_everything(const Settings& settings);

}  // namespace duet::app
