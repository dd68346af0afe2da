#pragma once
// Records that could not be brought level: kept with their reason, left alone until one side
// changes.

#include <chrono>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/state.hpp"
#include "model/store.hpp"

namespace duet::sync {

class Quarantine {
public:
    /// The state store outlives it.
    Quarantine(std::string pair, StateStore& state) : pair_(std::move(pair)), state_(state) {}

    /// Reads the entries; call it first, and again after a person retried or dropped some.
    [[nodiscard]] Task<void> load();
    [[nodiscard]] bool holds(const Id& id) const { return entries_.contains(id); }
    /// It is in quarantine, and both sides are still what they were then. `row_digest` is digest()
    /// of the row's content.
    [[nodiscard]] bool unchanged(const Id& id, const State& row, std::uint64_t row_digest,
                                 const State& document) const;
    /// Each is tried once more, though nothing about it has changed: its columns have.
    void try_all();
    /// Adds or renews an entry. Throws Misconfigured where the limits say that the pair is wrong
    /// rather than the record.
    [[nodiscard]] Task<void> put(QuarantineEntry entry);
    /// The record is level again.
    [[nodiscard]] Task<void> release(Id id);
    /// A record was written: refusals do not stand in a row.
    void note_success() { in_a_row_ = 0; }
    [[nodiscard]] std::size_t size() const { return entries_.size(); }
    /// Some of its records, at most `limit`; others each time, until it was all of them.
    [[nodiscard]] std::vector<Id> some(std::size_t limit);

private:
    struct Known {
        std::optional<std::int64_t> row_newest_write;
        std::uint64_t row_digest = 0;
        Guard document_guard;
        std::int64_t first_seen = 0;
        std::int32_t tries = 0;
        bool to_be_tried = false;
    };

    std::string pair_;
    StateStore& state_;
    std::unordered_map<Id, Known> entries_;
    std::vector<Id> turn_;  // of some()
    std::string last_reason_;
    int in_a_row_ = 0;
};

constexpr int refusals_in_a_row = 100;  // for one reason: the pair is wrong, not a hundred records

}  // namespace duet::sync
