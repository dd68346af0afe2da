#pragma once
// StateStore in memory: one client's connection to what instances of Duet share.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "model/state.hpp"
#include "stores/memory/hooks.hpp"

namespace duet {

/// Keyspace `duet` in memory.
struct MemoryNotes {
    struct Lease {
        std::string owner;
        std::int64_t until = 0;
    };
    struct Kept {
        Beaten beaten;
        std::int64_t until = 0;
    };
    std::map<std::string, Cursor> cursors;                            // by pair
    std::map<std::string, SweepNotes> sweeps;                         // by pair
    std::map<std::string, std::map<Id, QuarantineEntry>> quarantine;  // by pair
    std::map<std::string, std::vector<Kept>> beaten;                  // by pair
    std::map<std::string, Lease> leases;
    struct Noted {
        std::int64_t era = 0;
        Agreed agreed;
        std::int64_t until = INT64_MAX;
    };
    using Agreements = std::map<std::pair<std::int64_t, Id>, Noted>;  // by token
    std::map<std::string, Agreements> agreed;                         // by pair
};

/// Behaves as keyspace `duet` does, with the hooks called around each action.
class MemoryState final : public StateStore {
public:
    /// All outlive this; several clients may share the notes.
    MemoryState(MemoryNotes& notes, MemoryHooks& hooks, const Clock& clock);

    [[nodiscard]] Task<std::optional<Cursor>> load_cursor(std::string pair) override;
    [[nodiscard]] Task<bool> save_cursor(std::string pair, Cursor next,
                                         std::optional<Cursor> expected) override;
    [[nodiscard]] Task<std::optional<SweepNotes>> load_sweep(std::string pair) override;
    [[nodiscard]] Task<void> save_sweep(std::string pair, SweepNotes notes) override;
    [[nodiscard]] Task<void> put_quarantine(std::string pair, QuarantineEntry entry) override;
    [[nodiscard]] Task<void> remove_quarantine(std::string pair, Id id) override;
    [[nodiscard]] Task<std::vector<QuarantineEntry>> list_quarantine(std::string pair) override;
    [[nodiscard]] Task<void> put_beaten(std::string pair, std::vector<Beaten> beaten,
                                        std::chrono::seconds keep) override;
    [[nodiscard]] Task<std::vector<Beaten>> list_beaten(std::string pair,
                                                        std::size_t limit) override;
    [[nodiscard]] Task<void> load_agreed(std::string pair, std::int64_t era,
                                         std::span<AgreedNote> notes) override;
    [[nodiscard]] Task<AgreedPage> list_agreed(std::string pair, std::int64_t era, TokenRange range,
                                               std::size_t limit) override;
    [[nodiscard]] Task<void> put_agreed(std::string pair, std::int64_t era,
                                        std::vector<AgreedNote> notes) override;
    [[nodiscard]] Task<bool> acquire_lease(std::string name, std::string owner,
                                           std::chrono::seconds ttl) override;
    [[nodiscard]] Task<void> release_lease(std::string name, std::string owner) override;

private:
    MemoryNotes& notes_;
    MemoryHooks& hooks_;
    const Clock& clock_;
};

}  // namespace duet
