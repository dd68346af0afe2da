#include <fmt/format.h>

#include "app/commands/command.hpp"
#include "app/duration.hpp"

namespace duet::app {

/// Reading the file was the check (main.cpp); what is left is to say what holds.
Exit perform(const CheckCommand& /*command*/, const Settings& settings) {
    const Config& config = settings.config;
    fmt::print("{}: good\n",
               settings.file ? settings.file->string() : "no file, built-in defaults");
    fmt::print("  every {}, version field {}\n", format_duration(config.period),
               config.version_field);
    fmt::print("  Cassandra {}, Elasticsearch {}\n", fmt::join(config.cassandra.hosts, ", "),
               fmt::join(config.elasticsearch.urls, ", "));
    for (const PairRule& rule : config.pairs) {
        fmt::print("  keyspace {}: tables {}, index {}\n", rule.keyspace,
                   fmt::join(rule.tables, " "), rule.index);
    }
    if (!config.pairs.empty()) return Exit::done;
    fmt::print("  every keyspace{}\n",
               may_pair_everything(settings) ? "" : ", once started with --all");
    return Exit::done;
}

}  // namespace duet::app
