#pragma once
// V9: notices records that Duet writes again and again without anybody else having changed them.

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "model/record.hpp"
#include "model/store.hpp"

namespace duet::sync {

class Rewrites {
public:
    /// A pass begins; the rule counts in passes.
    void next_pass() { ++pass_; }
    /// Called before Duet writes the record, with what it saw: false, the record has had its writes
    /// and must not be written again (quarantine). Digests are of the contents together with their
    /// versions.
    [[nodiscard]] bool may_write(const Id& id, const State& row, std::uint64_t row_digest,
                                 const State& document, std::uint64_t document_digest);
    /// The write that may_write() counted last did not happen, as far as anybody knows.
    void take_back(const Id& id);
    /// What Duet left behind, so that its own write is not taken for somebody else's.
    void wrote_document(const Id& id, const Guard& guard);
    void wrote_row(const Id& id, std::int64_t timestamp);
    /// A person has looked at it: count anew.
    void forget(const Id& id) { entries_.erase(id); }

private:
    struct Entry {
        std::uint64_t since = 0;  // the pass of the first write that counts
        int writes = 0;
        Guard document;  // left by Duet
        std::int64_t timestamp = -1;
        std::vector<std::uint64_t> seen;  // contents of either side since then
    };

    std::uint64_t pass_ = 0;
    std::unordered_map<Id, Entry> entries_;

    void forget_old();
};

constexpr int rewrite_limit = 5;                       // writes of one record ...
constexpr std::uint64_t rewrite_passes = 10;           // ... within so many passes
constexpr std::size_t rewrite_entries_limit = 50'000;  // records watched at one time

}  // namespace duet::sync
