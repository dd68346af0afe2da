#include "app/generate/generate.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "app/commands/command.hpp"

namespace duet::app {

namespace {

Task<Exit> generate(Servers& servers, GenerateOptions options, const bool& stopping) {
    cql::Session* session = options.side == "elasticsearch" ? nullptr : &servers.session();
    elastic::Client* client = options.side == "cassandra" ? nullptr : &servers.client();
    std::function<bool()> stop = [&stopping] { return stopping; };
    std::function<void(const std::string&)> report = [](const std::string& line) {
        fmt::print("{}\n", line);
        std::fflush(stdout);
    };
    co_await run_generate(std::move(options), session, client, servers.clock(), std::move(stop),
                          std::move(report));
    co_return Exit::done;
}

/// The index pattern of the first [[pair]] of the keyspace: documents must land where Duet looks
/// for them.
std::string pattern_for(const std::string& keyspace, const Config& config) {
    for (const PairRule& rule : config.pairs) {
        if (rule.keyspace == keyspace) return rule.index;
    }
    return PairRule{}.index;
}

}  // namespace

Exit perform(const GenerateCommand& command, const Settings& settings) {
    GenerateOptions options = command;
    options.version_field = settings.config.version_field;
    options.index = pattern_for(options.keyspace, settings.config);
    using Side = Servers::Side;
    const Side side = options.side == "cassandra"       ? Side::cassandra
                      : options.side == "elasticsearch" ? Side::elasticsearch
                                                        : Side::both;
    const Work work = [&options](Servers& servers, const bool& stopping) {
        return generate(servers, options, stopping);
    };
    return with_servers(settings, work, side);
}

}  // namespace duet::app
