// The attack on the engine: `simulation` runs every world, `simulation --world=NAME --seed=N` tells
// one story,
// `--seeds=A..B` runs a range, of one world or of all.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

#include "base/log.hpp"
#include "run.hpp"

namespace duet::simulation {
namespace {

constexpr std::uint64_t seeds_of_a_world = 80;  // a few minutes in all with sanitizers
constexpr std::uint64_t seeds_of_propagated_deletes = 150;
constexpr std::uint64_t failures_shown = 3;

struct Tally {
    std::uint64_t seeds = 0;
    std::uint64_t failures = 0;
    std::uint64_t duet_writes = 0;
    std::uint64_t resumed_copies = 0;
    std::uint64_t resumed_feeds = 0;
    std::uint64_t deletions = 0;
    std::uint64_t ends = 0;
    std::uint64_t first_failure = 0;
    std::string first_text;
    Exceptions exceptions;
};

Tally run_range(const World& world, std::uint64_t first, std::uint64_t last) {
    Tally tally;
    for (std::uint64_t seed = first; seed <= last; ++seed) {
        const Ending ending = run(world, seed, false);
        ++tally.seeds;
        tally.duet_writes += ending.duet_writes;
        tally.resumed_copies += ending.resumed_copies;
        tally.resumed_feeds += ending.resumed_feeds;
        tally.deletions += ending.deletions;
        tally.ends += ending.ends;
        for (const auto& [name, times] : ending.exceptions) tally.exceptions[name] += times;
        if (ending.failure.empty()) continue;
        if (++tally.failures == 1) {
            tally.first_failure = seed;
            tally.first_text = ending.failure;
        }
        if (tally.failures <= failures_shown) {
            fmt::print("--world={} --seed={}: {}\n", world.name, seed, ending.failure);
        }
    }
    return tally;
}

void print_header() {
    fmt::print("{:<24} {:>6} {:>9} {:>8}  {}\n", "world", "seeds", "writes", "failures",
               "excepted by name");
}

void print_row(const World& world, const Tally& tally) {
    std::string names = tally.deletions == 0 ? "" : fmt::format("(deletions: {})", tally.deletions);
    if (tally.ends > 0) names += fmt::format("(ends: {})", tally.ends);
    if (tally.resumed_feeds > 0) names += fmt::format("(feeds: {})", tally.resumed_feeds);
    if (tally.resumed_copies > 0) names += fmt::format("(resumed: {})", tally.resumed_copies);
    for (const auto& [name, times] : tally.exceptions) {
        names += fmt::format("{}{}: {}", names.empty() ? "" : ", ", name, times);
    }
    fmt::print("{:<24} {:>6} {:>9} {:>8}  {}\n", world.name, tally.seeds, tally.duet_writes,
               tally.failures, names);
    std::fflush(stdout);
}

class Worlds : public testing::TestWithParam<World> {};

TEST_P(Worlds, become_level_and_lose_nothing) {
    const World& world = GetParam();
    const std::uint64_t seeds = world.propagate ? seeds_of_propagated_deletes : seeds_of_a_world;
    const Tally tally = run_range(world, 0, seeds - 1);
    print_row(world, tally);
    EXPECT_EQ(tally.failures, 0U) << "replay: simulation --world=" << world.name
                                  << " --seed=" << tally.first_failure << "\n"
                                  << tally.first_text;
    EXPECT_EQ(tally.deletions > 0, world.propagate)
        << "a world of propagated deletes in which none had to be propagated proves nothing";
    EXPECT_TRUE(tally.resumed_copies > 0 || !world.empty_index)
        << "a world of first copies in which none was killed proves nothing";
    EXPECT_TRUE(tally.resumed_feeds > 0 || !world.restarts)
        << "a world of a journal from which no process went on proves nothing";
    EXPECT_EQ(tally.ends > 0, world.ttl) << "a world of TTLs in which none ran out proves nothing";
}

INSTANTIATE_TEST_SUITE_P(Simulation, Worlds, testing::ValuesIn(worlds()),
                         [](const testing::TestParamInfo<World>& each) {
                             return std::string(each.param.name);
                         });

struct Wanted {
    std::string world;
    std::optional<std::uint64_t> story;
    std::optional<std::pair<std::uint64_t, std::uint64_t>> seeds;
};

int tell(const World& world, std::uint64_t seed) {
    const Ending ending = run(world, seed, true);
    for (const std::string& line : ending.story) fmt::print("{}\n", line);
    for (const auto& [name, times] : ending.exceptions)
        fmt::print("excepted: {} ({})\n", name, times);
    fmt::print("--world={} --seed={}: {}\n", world.name, seed,
               ending.failure.empty() ? "all holds" : ending.failure);
    return ending.failure.empty() ? 0 : 1;
}

int run_wanted(const Wanted& wanted) {
    print_header();
    bool failed = false;
    for (const World& world : worlds()) {
        if (!wanted.world.empty() && world.name != wanted.world) continue;
        if (wanted.story) {
            failed = tell(world, *wanted.story) != 0 || failed;
            continue;
        }
        const auto [first, last] =
            wanted.seeds.value_or(std::pair{std::uint64_t{0}, seeds_of_a_world - 1});
        const Tally tally = run_range(world, first, last);
        print_row(world, tally);
        failed = failed || tally.failures > 0;
    }
    return failed ? 1 : 0;
}

std::optional<std::string_view> value_of(std::string_view argument, std::string_view name) {
    if (!argument.starts_with(name)) return std::nullopt;
    return argument.substr(name.size());
}

int main(int count, char** arguments) {
    log::configure(log::Sink::none, log::Level::error);
    Wanted wanted;
    bool own = false;
    for (int i = 1; i < count; ++i) {
        const std::string_view argument = arguments[i];
        if (const auto world = value_of(argument, "--world=")) {
            wanted.world = *world;
        } else if (const auto seed = value_of(argument, "--seed=")) {
            wanted.story = std::strtoull(seed->data(), nullptr, 10);
        } else if (const auto seeds = value_of(argument, "--seeds=")) {
            char* rest = nullptr;
            const std::uint64_t first = std::strtoull(seeds->data(), &rest, 10);
            wanted.seeds = {first, std::strtoull(rest + (*rest == '.' ? 2 : 0), nullptr, 10)};
        } else {
            continue;
        }
        own = true;
    }
    if (!wanted.world.empty() && find_world(wanted.world) == nullptr) {
        fmt::print(stderr, "no world is called {}\n", wanted.world);
        return 2;
    }
    if (own) return run_wanted(wanted);
    testing::InitGoogleTest(&count, arguments);
    print_header();
    return RUN_ALL_TESTS();
}

}  // namespace
}  // namespace duet::simulation

int main(int count, char** arguments) { return duet::simulation::main(count, arguments); }
