#include "scene.hpp"

#include <fmt/format.h>

#include <thread>
#include <utility>

#include "base/error.hpp"
#include "base/log.hpp"
#include "elastic/index.hpp"
#include "net/runtime.hpp"
#include "stores/cassandra/statements.hpp"
#include "writers.hpp"

namespace duet::bench {
namespace {

constexpr std::uint64_t seed = 4'712;
constexpr std::chrono::minutes level_patience{10};
constexpr std::chrono::minutes quiet_patience{1};
constexpr std::chrono::seconds quiet_look{4};
constexpr double quiet_share = 0.12;  // of a core, of all together
constexpr int quiet_looks = 2;        // one after another

std::string table_number(std::size_t number) { return fmt::format("records{}", number); }

std::size_t occurrences(const std::string& text, std::string_view word) {
    std::size_t count = 0;
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
        ++count;
    return count;
}

}  // namespace

Scene::Scene(const Setting& setting, SceneOptions options)
    : setting_(setting),
      options_(options),
      keyspace_(fmt::format("duet_bench_{}_{}{}", options.records, options.tables,
                            options.feeds ? "" : "_sweep")),
      records_(make_records(options.records / options.tables, seed)) {
    {
        net::Runtime runtime;
        Clients clients(setting_);
        runtime.run(fill(clients));
    }
    const auto configuration = write_configuration(setting_, keyspace_);
    const std::filesystem::path output = setting_.folder / "once";
    const Finished once =
        run_program({setting_.program, "once", "--config", configuration}, output);
    if (once.exit_code != 0)
        throw Error(fmt::format("duet once ended with {}:\n{}", once.exit_code, read_file(output)));
}

Scene::~Scene() {
    try {
        net::Runtime runtime;
        Clients clients(setting_);
        runtime.run(drop(clients));
    } catch (const std::exception& error) {
        log::warning("left behind", {{"keyspace", keyspace_}, {"reason", error.what()}});
    }
}

std::string Scene::table(std::size_t number) const {
    return cassandra::table_name(keyspace_, table_number(number));
}

std::string Scene::index(std::size_t number) const {
    return keyspace_ + "." + table_number(number);
}

Task<void> Scene::fill(Clients& clients) {
    co_await clients.session.connect();
    co_await drop(clients);
    const TableOptions made{.stamped = true,
                            .indexed = options_.feeds,
                            .journal = options_.feeds && !setting_.cdc_directory.empty()};
    for (std::size_t i = 0; i < options_.tables; ++i) {
        co_await make_table(clients.session, keyspace_, table_number(i), made);
        std::string name = table(i);
        co_await write_rows(clients.session, std::move(name), records_, true);
    }
}

Task<void> Scene::drop(Clients& clients) {
    co_await drop_keyspace(clients.session, keyspace_);
    co_await drop_keyspace(clients.session, notes_keyspace);
    for (std::size_t i = 0; i < options_.tables; ++i)
        co_await elastic::delete_index(clients.client, index(i));
}

std::unique_ptr<Program> Scene::start(const std::string& general) const {
    const auto configuration = write_configuration(setting_, keyspace_, general);
    std::vector<std::string> command{setting_.program, "run", "--config", configuration};
    return std::make_unique<Program>(std::move(command), setting_.folder / "daemon");
}

void Scene::await_level(Program& daemon) const {
    const auto began = std::chrono::steady_clock::now();
    for (;;) {
        const std::string output = read_file(setting_.folder / "daemon");
        if (occurrences(output, "pair is level") >= options_.tables) return;
        if (daemon.ended()) throw Error("duet run has ended:\n" + output);
        if (std::chrono::steady_clock::now() - began > level_patience)
            throw Error("duet run has not found both sides level:\n" + output);
        std::this_thread::sleep_for(look_every);
    }
}

bool Scene::await_quiet(const Program* daemon) const {
    const auto began = std::chrono::steady_clock::now();
    int quiet = 0;
    const auto used = [&] {
        return setting_.servers_cpu() + (daemon != nullptr ? cpu_seconds(daemon->pid()) : 0);
    };
    while (std::chrono::steady_clock::now() - began < quiet_patience) {
        const double before = used();
        std::this_thread::sleep_for(quiet_look);
        const double share = (used() - before) / static_cast<double>(quiet_look.count());
        quiet = share < quiet_share ? quiet + 1 : 0;
        if (quiet == quiet_looks) return true;
    }
    return false;
}

std::string period_line(std::chrono::milliseconds period) {
    return fmt::format("period = \"{}ms\"\n", period.count());
}

std::string feed_line(const std::string& feed) {
    return feed == "journal" ? "" : "journal = \"no\"\n";
}

}  // namespace duet::bench
