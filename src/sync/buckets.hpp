#pragma once
// What both sides hold, as a few sums for each part of the ring, in memory that does not grow with
// the data: rows are added, documents taken away, in any order. A part whose sums are level holds
// the same records on both sides; of one that is not, nothing is known but that.

#include <cstdint>
#include <vector>

#include "model/store.hpp"
#include "sync/rules.hpp"

namespace duet::sync {

class Buckets {
public:
    /// For about so many records. `deep`: contents are told apart, else ids and versions alone.
    /// Schema and rules outlive it.
    Buckets(std::uint64_t records, bool deep, const Schema& schema, const Rules& rules);

    void add_row(const Id& id, std::int64_t token, const State& row);
    void take_document(const Id& id, std::int64_t token, const State& document);
    /// The record must be looked at by itself.
    void doubt(std::int64_t token) { bucket_of(token).doubtful = true; }

    /// After the last record: which parts are level and which must be looked at.
    void judge();
    [[nodiscard]] bool is_doubtful(std::int64_t token) const {
        return buckets_[place_of(token)].doubtful;
    }
    /// The parts that are not level, in the order of the ring; neighbours are one range.
    [[nodiscard]] std::vector<TokenRange> doubtful() const;
    /// Of the parts that are level: records, and those whose document has no stamp.
    [[nodiscard]] std::uint64_t level_records() const;
    [[nodiscard]] std::uint64_t level_unstamped() const;

private:
    struct Bucket {
        std::uint64_t content = 0;         // all sums: rows minus documents, modulo 2^64
        std::uint64_t version = 0;         // as exactly as documents hold it
        std::uint64_t coarse_version = 0;  // as exactly as a stamped row holds it, too
        std::uint32_t rows = 0;
        std::uint32_t documents = 0;
        std::uint32_t stamped_rows = 0;
        std::uint32_t unversioned_rows = 0;
        std::uint32_t unversioned_documents = 0;
        bool doubtful = false;

        [[nodiscard]] bool versions_level() const;
    };

    const Schema& schema_;
    const Rules& rules_;
    bool deep_;
    int shift_ = 0;  // of a token, to its bucket
    std::vector<Bucket> buckets_;

    [[nodiscard]] std::size_t place_of(std::int64_t token) const;
    [[nodiscard]] Bucket& bucket_of(std::int64_t token) { return buckets_[place_of(token)]; }
    [[nodiscard]] std::uint64_t content_of(std::uint64_t key, const State& state) const;
};

constexpr std::uint64_t bucket_records = 8;      // so many share one, if there are not too many ...
constexpr std::size_t buckets_limit = 1U << 17;  // ... for 6 MiB
/// Between two doubtful parts so few level records are looked at again rather than cut out.
constexpr std::uint64_t bridge_records = 100;

}  // namespace duet::sync
