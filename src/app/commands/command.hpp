#pragma once
// The commands, one file each. Each yields the process's exit code; errors that stop it are thrown
// (main.cpp).

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/cli.hpp"
#include "app/live_pair.hpp"
#include "app/servers.hpp"
#include "app/settings.hpp"
#include "net/runtime.hpp"

namespace duet::app {

enum class Exit : std::uint8_t { done = 0, failed = 1, usage = 2, differs = 3 };

[[nodiscard]] Exit perform(const RunCommand& command, const Settings& settings);
[[nodiscard]] Exit perform(const OnceCommand& command, const Settings& settings);
[[nodiscard]] Exit perform(const PlanCommand& command, const Settings& settings);
[[nodiscard]] Exit perform(const VerifyCommand& command, const Settings& settings);
[[nodiscard]] Exit perform(const StatusCommand& command, const Settings& settings);
[[nodiscard]] Exit perform(const CheckCommand& command, const Settings& settings);
[[nodiscard]] Exit perform(const QuarantineCommand& command, const Settings& settings);
[[nodiscard]] Exit perform(const ConflictsCommand& command, const Settings& settings);
[[nodiscard]] Exit perform(const GenerateCommand& command, const Settings& settings);

/// Connects to both servers and runs `work` on a loop of its own. A server that does not answer is
/// an error at once: somebody is waiting for the command. SIGINT and SIGTERM set `stopping`; a
/// second one ends the process.
using Work = std::function<Task<Exit>(Servers& servers, const bool& stopping)>;
[[nodiscard]] Exit with_servers(const Settings& settings, const Work& work,
                                Servers::Side side = Servers::Side::both);

/// Ends the process at the second SIGINT or SIGTERM; the first calls `stop`.
class StopSignals {
public:
    /// The runtime outlives the signals.
    StopSignals(net::Runtime& runtime, std::function<void()> stop);

private:
    int received_ = 0;
    std::function<void()> stop_;

    void receive();
};

/// The pairs of this configuration, without what is left out; those named `only`, if it is not
/// empty.
[[nodiscard]] Task<std::vector<PairPlan>> find_pairs(Servers& servers, std::string only);
/// The state keyspace is there: nothing was ever run otherwise.
[[nodiscard]] Task<bool> has_state(Servers& servers);
/// As find_pairs(), for commands on Duet's notes. Empty: there are no notes yet, and it has said
/// so.
[[nodiscard]] Task<std::optional<std::vector<PairPlan>>> find_noted_pairs(Servers& servers,
                                                                          std::string only);

}  // namespace duet::app
