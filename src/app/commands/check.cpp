#include <fmt/format.h>

#include "app/commands/command.hpp"
#include "app/config_text.hpp"

namespace duet::app {

/// Reading the file was the check (main.cpp); what is left is to say what holds.
Exit perform(const CheckCommand& /*command*/, const Settings& settings) {
    const Config& config = settings.config;
    fmt::print("{}: good\n",
               settings.file ? settings.file->string() : "no file, built-in defaults");
    fmt::print("{}", text_of(config));
    if (!config.pairs.empty()) return Exit::done;
    fmt::print("  every keyspace{}\n",
               may_pair_everything(settings) ? "" : ", once started with --all");
    return Exit::done;
}

}  // namespace duet::app
