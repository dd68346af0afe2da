#pragma once
// One instance of Duet over the shared stores, with its own clock, memory and bad luck.

#include <memory>
#include <vector>

#include "base/task.hpp"
#include "scene.hpp"
#include "stores/memory/index.hpp"
#include "stores/memory/journal.hpp"
#include "stores/memory/state.hpp"
#include "stores/memory/table.hpp"
#include "sync/pair.hpp"

namespace duet::simulation {

/// Leaves an instance at the moment it is killed. No Error: nothing of Duet may catch it.
struct Killed {};

/// Steps in around every action of one instance: others act meanwhile, replies are lost, the
/// process is killed.
class Faults final : public MemoryHooks {
public:
    explicit Faults(Scene& scene) : scene_(scene) {}

    [[nodiscard]] Task<void> before(std::string_view operation) override;
    [[nodiscard]] Task<void> after(std::string_view operation) override;

    /// A new process: it lives.
    void revive() { dead_ = false; }
    [[nodiscard]] bool dead() const { return dead_; }

private:
    Scene& scene_;
    bool dead_ = false;

    [[nodiscard]] Task<void> step_aside();
    void perhaps_kill(std::string_view operation);
};

class Instance {
public:
    Instance(Scene& scene, int number);

    /// Starts, works and is killed, again and again, until the scene's writers have ended.
    [[nodiscard]] Task<void> live(const bool& writers_ended);
    /// One whole round of everything, without faults; true: it wrote nothing.
    [[nodiscard]] Task<bool> round();
    /// The pair has stopped for a person (Misconfigured).
    [[nodiscard]] bool stopped() const { return stopped_; }
    /// Forgets everything that a process forgets.
    void restart();

private:
    /// What lives as long as one process.
    struct Process {
        Process(Scene& scene, Faults& faults, const Clock& clock);
        MemoryTable table;
        MemoryIndex index;
        MemoryState state;
        MemoryJournal journal;
        sync::Pair pair;
        std::size_t journal_at = 0;
    };

    Scene& scene_;
    int number_;
    SkewedClock clock_;
    Faults faults_;
    std::unique_ptr<Process> process_;
    bool stopped_ = false;

    [[nodiscard]] Task<void> work(const bool& writers_ended);
    [[nodiscard]] Task<void> step();
    [[nodiscard]] Task<sync::Report> read_journal();
    /// What the journal alone, or the sweep that it asks for, brings level.
    [[nodiscard]] Task<void> follow_journal();
    [[nodiscard]] Task<void> open();
};

/// The settings of every pair in the simulation.
[[nodiscard]] sync::PairSettings pair_settings(const Scene& scene);

}  // namespace duet::simulation
