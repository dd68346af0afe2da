#pragma once
// The daemon's life: connects, finds pairs, serves them, finds new ones, takes over a changed
// configuration, ends.

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "app/dashboard.hpp"
#include "app/settings.hpp"
#include "sync/daemon.hpp"

namespace duet::app {

class Service {
public:
    /// The clock outlives it. Rule: it outlives the runtime's run() in which its coroutines live.
    Service(Settings settings, const Clock& clock);
    ~Service();

    /// `duet run --force-deletes`: the next deletes of these pairs are meant, however many. Pairs
    /// that are not there at the start are named in the log, and not waited for.
    void force_deletes(const std::vector<std::string>& pairs) {
        forced_.insert(pairs.begin(), pairs.end());
    }
    /// Until stop(). Throws Misconfigured and UsageError only under its first configuration.
    [[nodiscard]] Task<void> run();
    /// Every pair ends after the page it is at, then run() does.
    void stop();
    /// Reads the configuration again; one with a mistake is refused by a log line, and the old one
    /// stays.
    void reload();

    [[nodiscard]] bool stopping() const { return stopping_; }
    [[nodiscard]] std::vector<sync::PairStatus> statuses() const;
    [[nodiscard]] Overview overview() const;

private:
    struct Generation;

    Settings settings_;
    const Clock& clock_;
    bool stopping_ = false;
    std::uint64_t reloads_ = 0;  // configurations that were read again and accepted
    std::set<std::string> forced_;
    /// What serves under one configuration; another one means another generation.
    std::unique_ptr<Generation> generation_;
    std::map<std::string, std::string> left_out_;  // as last logged: name and reason

    [[nodiscard]] Task<void> open_page();
};

constexpr std::chrono::milliseconds discover_every{5'000};

}  // namespace duet::app
