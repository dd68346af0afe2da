#pragma once
// Tables and their indices, level, and a daemon that serves them.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "figures.hpp"
#include "process.hpp"
#include "records.hpp"
#include "setting.hpp"

namespace duet::bench {

struct SceneOptions {
    std::size_t records = 10'000;  // in all tables
    std::size_t tables = 1;
    bool feeds = true;  // false: no index and no journal, so that only the sweep is left
};

/// Tables of a keyspace of its own, filled by the bare writer, and the indices that `duet once`
/// made of them.
class Scene {
public:
    Scene(const Setting& setting, SceneOptions options);
    /// Drops what it made.
    ~Scene();
    Scene(const Scene&) = delete;
    Scene& operator=(const Scene&) = delete;

    [[nodiscard]] const Setting& setting() const { return setting_; }
    [[nodiscard]] const SceneOptions& options() const { return options_; }
    /// Of the first table.
    [[nodiscard]] const std::vector<BenchRecord>& records() const { return records_; }
    [[nodiscard]] std::string table(std::size_t number = 0) const;
    [[nodiscard]] std::string index(std::size_t number = 0) const;
    /// Grows with every change; of all measurements in this scene.
    [[nodiscard]] std::int64_t& serial() { return serial_; }

    /// `duet run`; `general` goes above the sections of its configuration.
    [[nodiscard]] std::unique_ptr<Program> start(const std::string& general) const;
    /// Waits until a daemon of start() has found all tables level; throws Error where it ends, or
    /// does not get there.
    void await_level(Program& daemon) const;
    /// Waits until both servers, and the daemon if there is one, have had a quiet moment: merges,
    /// compactions and the first sweep are over. False: they never had.
    bool await_quiet(const Program* daemon) const;

private:
    [[nodiscard]] Task<void> fill(Clients& clients);
    [[nodiscard]] Task<void> drop(Clients& clients);

    const Setting& setting_;  // the caller's
    SceneOptions options_;
    std::string keyspace_;
    std::vector<BenchRecord> records_;
    std::int64_t serial_ = 1'000'000;  // above every quantity of make_records
};

/// A period in the form of the configuration.
[[nodiscard]] std::string period_line(std::chrono::milliseconds period);
/// `journal = "no"` where the feed is not that.
[[nodiscard]] std::string feed_line(const std::string& feed);

}  // namespace duet::bench
