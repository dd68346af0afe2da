// `./dev bench`: what Duet costs and how fast it is, beside yardsticks measured in the same run, on
// the servers that the environment names. See docs/performance.md.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/log.hpp"
#include "catch_up.hpp"
#include "codecs.hpp"
#include "copies.hpp"
#include "figures.hpp"
#include "idle.hpp"
#include "latency.hpp"
#include "net/runtime.hpp"
#include "process.hpp"
#include "report.hpp"
#include "results.hpp"
#include "scene.hpp"
#include "setting.hpp"

namespace {

using namespace duet;
using namespace duet::bench;

constexpr std::string_view usage =
    R"(duet_bench: what Duet costs and how fast it is, on the servers of the environment
(DUET_CASSANDRA=host:port, DUET_ELASTICSEARCH=url; `./dev bench` starts a pair of its own)

  --only PARTS    of: elasticsearch verify cassandra catch_up latency idle micro, with commas;
                  the JSON keeps what it has of the others
  --quick         small tables and short times: whether all of it works, no figures
  --duet FILE     the program (the duet beside this one)
  --json FILE     where the figures go (bench.json in the folder above)
  --page FILE     a page whose section of figures is written anew, with plots in a folder beside it
                  (none)
)";

/// How much of everything.
struct Extent {
    std::vector<std::size_t> copies = {300'000, 1'000'000};
    int repeat = 3;   // of the first of these sizes
    int warm_up = 2;  // rounds before them
    std::vector<std::size_t> sizes = {10'000, 100'000, 1'000'000};
    std::vector<std::size_t> tables = {10, 100};  // of the first of these sizes in all
    LatencyOptions latency;
    std::chrono::seconds idle{40};
    std::chrono::seconds away{60};
    double micro_seconds = 1;
};

Extent quick() {
    Extent extent;
    extent.copies = {20'000, 50'000};
    extent.repeat = 1;
    extent.warm_up = 1;
    extent.sizes = {2'000, 10'000};
    extent.tables = {5};
    extent.latency.rates = {10, 100};
    extent.latency.duration = std::chrono::seconds(5);
    extent.idle = std::chrono::seconds(6);
    extent.away = std::chrono::seconds(5);
    extent.micro_seconds = 0.05;
    return extent;
}

struct Arguments {
    Setting setting;
    Extent extent;
    std::vector<std::string> parts = {"elasticsearch", "verify", "cassandra", "catch_up",
                                      "latency",       "idle",   "micro"};
    std::filesystem::path json;
    std::filesystem::path page;
};

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
}

pid_t process_of(const char* name) {
    const std::string value = environment(name);
    pid_t pid = 0;
    std::from_chars(value.data(), value.data() + value.size(), pid);
    return pid;
}

std::vector<std::string> split(const std::string& list, const std::vector<std::string>& known) {
    std::vector<std::string> parts;
    for (std::size_t at = 0; at <= list.size();) {
        const std::size_t end = std::min(list.find(',', at), list.size());
        parts.push_back(list.substr(at, end - at));
        if (std::find(known.begin(), known.end(), parts.back()) == known.end())
            throw UsageError("there is no part \"" + parts.back() + "\"\n" + std::string(usage));
        at = end + 1;
    }
    return parts;
}

Arguments parse(const std::vector<std::string>& words, const std::filesystem::path& self) {
    Arguments arguments;
    const std::filesystem::path folder = std::filesystem::canonical(self).parent_path();
    arguments.setting.program = folder / "duet";
    arguments.setting.cassandra = environment("DUET_CASSANDRA");
    arguments.setting.elasticsearch = environment("DUET_ELASTICSEARCH");
    arguments.setting.cdc_directory = environment("DUET_CDC_DIRECTORY");
    arguments.setting.cassandra_pid = process_of("DUET_CASSANDRA_PID");
    arguments.setting.elasticsearch_pid = process_of("DUET_ELASTICSEARCH_PID");
    arguments.json = folder.parent_path() / "bench.json";
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& option = words[i];
        if (option == "--quick") {
            arguments.extent = quick();
            continue;
        }
        if (++i == words.size()) throw UsageError(std::string(usage));
        if (option == "--only") {
            arguments.parts = split(words[i], arguments.parts);
        } else if (option == "--duet") {
            arguments.setting.program = std::filesystem::canonical(words[i]);
        } else if (option == "--json") {
            arguments.json = words[i];
        } else if (option == "--page") {
            arguments.page = words[i];
        } else {
            throw UsageError(std::string(usage));
        }
    }
    if (arguments.setting.cassandra.empty() || arguments.setting.elasticsearch.empty())
        throw UsageError("DUET_CASSANDRA and DUET_ELASTICSEARCH name no servers: use ./dev bench");
    return arguments;
}

Task<void> ask_versions(Clients& clients, Machine& machine) {
    co_await clients.session.connect();
    machine.cassandra = clients.session.release_version();
    machine.elasticsearch = co_await clients.client.version();
}

Machine machine_of(const Setting& setting) {
    Machine machine = this_machine();
    const std::filesystem::path output = setting.folder / "version";
    static_cast<void>(run_program({setting.program, "--version"}, output));
    machine.program = read_file(output);
    if (machine.program.ends_with('\n')) machine.program.pop_back();
    net::Runtime runtime;
    Clients clients(setting);
    runtime.run(ask_versions(clients, machine));
    return machine;
}

/// Measures part after part; each is written as soon as it is there.
class Bench {
public:
    explicit Bench(Arguments arguments)
        : arguments_(std::move(arguments)), results_(read_file(arguments_.json)) {
        // Not only after half an hour.
        if (!arguments_.page.empty())
            static_cast<void>(with_section(read_file(arguments_.page), ""));
        keep("machine", to_json(machine_of(arguments_.setting)));
    }

    /// False: some part could not be measured.
    [[nodiscard]] bool run() {
        copies();
        with_scenes();
        part("micro",
             [&] { return measure_codecs(arguments_.setting, arguments_.extent.micro_seconds); });
        fmt::print("\n{}", to_tables(results_));
        if (well_ && !arguments_.page.empty()) write_page();
        fmt::print("written to {}\n", arguments_.json.string());
        return well_;
    }

private:
    Arguments arguments_;
    std::string results_;  // JSON
    bool well_ = true;
    std::vector<Figure> to_elasticsearch_;
    std::vector<Figure> verify_;
    std::vector<Figure> to_cassandra_;
    std::vector<CatchUp> catch_up_;
    std::vector<Latency> latency_;
    std::vector<Idle> idle_;

    [[nodiscard]] bool wanted(std::string_view part) const {
        return std::find(arguments_.parts.begin(), arguments_.parts.end(), part) !=
               arguments_.parts.end();
    }

    void keep(std::string_view member, const std::string& json) {
        results_ = with_member(results_, member, json);
        std::ofstream(arguments_.json) << results_;
    }

    /// One that fails does not keep the others from being measured.
    void part(const char* name, const std::function<std::string()>& measure) {
        if (!wanted(name)) return;
        fmt::print("measuring: {}\n", name);
        std::fflush(stdout);
        guarded(name, [&] { keep(name, measure()); });
    }

    void guarded(const char* name, const std::function<void()>& action) {
        try {
            action();
        } catch (const std::exception& error) {
            fmt::print(stderr, "duet_bench: {}: {}\n", name, error.what());
            well_ = false;
        }
    }

    void copies() {
        if (!wanted("elasticsearch") && !wanted("verify") && !wanted("cassandra")) return;
        for (const std::size_t records : arguments_.extent.copies) {
            const bool first = records == arguments_.extent.copies.front();
            CopyOptions options;
            options.records = records;
            options.repeat = first ? arguments_.extent.repeat : 1;
            options.warm_up = first ? arguments_.extent.warm_up : 0;
            guarded("copies", [&] { copies_of(options); });
        }
    }

    void copies_of(const CopyOptions& options) {
        Copies copies(arguments_.setting, options);
        part("elasticsearch", [&] {
            to_elasticsearch_.push_back(copies.to_elasticsearch());
            return to_json(to_elasticsearch_);
        });
        part("verify", [&] {
            for (const bool deep : {false, true}) verify_.push_back(copies.verify(deep));
            return to_json(verify_);
        });
        part("cassandra", [&] {
            to_cassandra_.push_back(copies.to_cassandra());
            return to_json(to_cassandra_);
        });
        copies.clean();
    }

    /// The scenes are dear: each is made once, for all parts that want it.
    void with_scenes() {
        const Extent& extent = arguments_.extent;
        if (wanted("latency")) {
            with_scene({extent.sizes.front(), 1, false}, [this](Scene& scene) {
                latency(scene, {{"sweep", Side::cassandra}});
            });
        }
        for (const std::size_t records : extent.sizes) {
            const bool first = records == extent.sizes.front();
            const bool last = records == extent.sizes.back();
            if (!wanted("idle") && !(last && (wanted("latency") || wanted("catch_up")))) continue;
            with_scene({records, 1}, [this, first, last](Scene& scene) {
                idle(scene, "journal", 1'000);
                if (first) idle(scene, "index", 1'000);
                if (last) all_of(scene);
            });
        }
        if (!wanted("idle")) return;
        for (const std::size_t tables : extent.tables) {
            with_scene({extent.sizes.front(), tables},
                       [this](Scene& scene) { idle(scene, "journal", 1'000); });
        }
    }

    void with_scene(const SceneOptions& options, const std::function<void(Scene&)>& action) {
        guarded("tables to measure with", [&] {
            Scene scene(arguments_.setting, options);
            action(scene);
        });
    }

    void all_of(Scene& scene) {
        idle(scene, "journal", 200);
        idle(scene, "index", 1'000);
        latency(scene, {{"index", Side::cassandra},
                        {"journal", Side::cassandra},
                        {"seq_no", Side::elasticsearch}});
        for (const char* feed : {"journal", "index"}) catch_up(scene, feed);
    }

    void idle(Scene& scene, const char* feed, int period_ms) {
        part("idle", [&] {
            const IdleOptions options{feed, std::chrono::milliseconds(period_ms),
                                      arguments_.extent.idle};
            idle_.push_back(measure_idle(scene, options));
            return to_json(idle_);
        });
    }

    void latency(Scene& scene, const std::vector<Way>& ways) {
        part("latency", [&] {
            for (Latency& figure : measure_latency(scene, ways, arguments_.extent.latency))
                latency_.push_back(std::move(figure));
            return to_json(latency_);
        });
    }

    void catch_up(Scene& scene, const char* feed) {
        part("catch_up", [&] {
            CatchUpOptions options;
            options.feed = feed;
            options.away = arguments_.extent.away;
            catch_up_.push_back(measure_catch_up(scene, options));
            return to_json(catch_up_);
        });
    }

    void write_page() {
        const std::filesystem::path folder =
            arguments_.page.parent_path() / arguments_.page.stem();  // of the plots
        std::filesystem::create_directories(folder);
        for (const auto& [file, svg] : to_plots(results_)) std::ofstream(folder / file) << svg;
        const std::string page = with_section(read_file(arguments_.page),
                                              to_section(results_, folder.filename().string()));
        std::ofstream(arguments_.page) << page;
        fmt::print("written to {}\n", arguments_.page.string());
    }
};

}  // namespace

int main(int count, char** words) {
    log::configure(log::Sink::standard_error, log::Level::warning);
    const std::vector<std::string> options(words + 1, words + count);
    const std::filesystem::path folder =
        std::filesystem::temp_directory_path() / fmt::format("duet-bench-{}", ::getpid());
    int code = 0;
    try {
        if (!options.empty() && (options[0] == "--help" || options[0] == "-h")) {
            fmt::print("{}", usage);
            return 0;
        }
        Arguments arguments = parse(options, words[0]);
        std::filesystem::create_directories(folder);
        arguments.setting.folder = folder;
        code = Bench(std::move(arguments)).run() ? 0 : 1;
    } catch (const UsageError& error) {
        fmt::print(stderr, "duet_bench: {}\n", error.what());
        code = 2;
    } catch (const std::exception& error) {
        fmt::print(stderr, "duet_bench: {}\n", error.what());
        code = 1;
    }
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
    return code;
}
