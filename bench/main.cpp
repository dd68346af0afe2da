// `./dev bench`: how fast the first copies are, beside bare writers that do nothing else, on the
// servers that the environment names. See docs/performance.md.

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/log.hpp"
#include "copies.hpp"

namespace {

using namespace duet;
using namespace duet::bench;

constexpr std::string_view usage =
    R"(duet_bench: the first copies beside bare writers, on the servers of the environment
(DUET_CASSANDRA=host:port, DUET_ELASTICSEARCH=url; `./dev bench` starts a pair of its own)

  --records N     records to copy (300000)
  --repeat N      runs of each writer that count, in turn (3); one more warms the servers up
  --only WHAT     elasticsearch or cassandra: only the copy into that; verify: only that
  --duet FILE     the program (the duet beside this one)
  --json FILE     where the figures go (bench.json in the folder above)
)";

struct Arguments {
    CopyOptions copy;
    std::string only;
    std::filesystem::path json;
};

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
}

long number(const std::string& text) {
    long value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 1)
        throw UsageError(text + " is no number above 0");
    return value;
}

Arguments parse(const std::vector<std::string>& words, const std::filesystem::path& self) {
    Arguments arguments;
    const std::filesystem::path folder = std::filesystem::canonical(self).parent_path();
    arguments.copy.program = folder / "duet";
    arguments.json = folder.parent_path() / "bench.json";
    arguments.copy.cassandra = environment("DUET_CASSANDRA");
    arguments.copy.elasticsearch = environment("DUET_ELASTICSEARCH");
    for (const char* name : {"DUET_CASSANDRA_PID", "DUET_ELASTICSEARCH_PID"}) {
        const std::string pid = environment(name);
        if (!pid.empty()) arguments.copy.servers.push_back(static_cast<pid_t>(number(pid)));
    }
    for (std::size_t i = 0; i < words.size(); i += 2) {
        const std::string& option = words[i];
        if (i + 1 == words.size()) throw UsageError(std::string(usage));
        const std::string& value = words[i + 1];
        if (option == "--records") {
            arguments.copy.records = static_cast<std::size_t>(number(value));
        } else if (option == "--repeat") {
            arguments.copy.repeat = static_cast<int>(number(value));
        } else if (option == "--only" &&
                   (value == "elasticsearch" || value == "cassandra" || value == "verify")) {
            arguments.only = value;
        } else if (option == "--duet") {
            arguments.copy.program = std::filesystem::canonical(value);
        } else if (option == "--json") {
            arguments.json = value;
        } else {
            throw UsageError(std::string(usage));
        }
    }
    if (arguments.copy.cassandra.empty() || arguments.copy.elasticsearch.empty())
        throw UsageError("DUET_CASSANDRA and DUET_ELASTICSEARCH name no servers: use ./dev bench");
    return arguments;
}

void measure(const Arguments& arguments) {
    Copies copies(arguments.copy);
    std::vector<Figure> figures;
    const auto wanted = [&](std::string_view what) {
        return arguments.only.empty() || arguments.only == what;
    };
    if (wanted("elasticsearch")) figures.push_back(copies.to_elasticsearch());
    if (wanted("verify")) {
        figures.push_back(copies.verify(false));
        figures.push_back(copies.verify(true));
    }
    if (wanted("cassandra")) figures.push_back(copies.to_cassandra());
    const Machine machine = copies.machine();
    copies.clean();
    fmt::print("{} records, {} cores ({}), Cassandra {}, Elasticsearch {}, {}\n\n{}",
               arguments.copy.records, machine.cores, machine.processor, machine.cassandra,
               machine.elasticsearch, machine.program, to_table(figures));
    std::ofstream(arguments.json) << to_json(figures, machine);
    fmt::print("\nwritten to {}\n", arguments.json.string());
}

}  // namespace

int main(int count, char** words) {
    log::configure(log::Sink::standard_error, log::Level::warning);
    const std::vector<std::string> arguments(words + 1, words + count);
    try {
        if (!arguments.empty() && (arguments[0] == "--help" || arguments[0] == "-h")) {
            fmt::print("{}", usage);
            return 0;
        }
        measure(parse(arguments, words[0]));
        return 0;
    } catch (const UsageError& error) {
        fmt::print(stderr, "duet_bench: {}\n", error.what());
        return 2;
    } catch (const std::exception& error) {
        fmt::print(stderr, "duet_bench: {}\n", error.what());
        return 1;
    }
}
