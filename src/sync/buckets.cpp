#include "sync/buckets.hpp"

#include <algorithm>
#include <bit>
#include <functional>

#include "base/hash.hpp"

namespace duet::sync {

namespace {

std::uint64_t key_of(const Id& id) { return mix64(std::hash<Id>{}(id)); }

/// Of a version cut to the precision, as difference() compares it.
std::uint64_t version_of(std::uint64_t key, Version version, Precision precision) {
    return mix64(key + static_cast<std::uint64_t>(cut(version.micros, precision)));
}

}  // namespace

Buckets::Buckets(std::uint64_t records, bool deep, const Schema& schema, const Rules& rules)
    : schema_(schema), rules_(rules), deep_(deep) {
    const std::uint64_t wanted = records / bucket_records;
    const std::size_t count = std::bit_ceil(std::clamp<std::size_t>(wanted, 2, buckets_limit));
    buckets_.resize(count);
    shift_ = 64 - std::countr_zero(count);
}

std::size_t Buckets::place_of(std::int64_t token) const {
    const std::uint64_t offset =
        static_cast<std::uint64_t>(token) - static_cast<std::uint64_t>(INT64_MIN);
    return static_cast<std::size_t>(offset >> shift_);
}

std::uint64_t Buckets::content_of(std::uint64_t key, const State& state) const {
    if (!deep_) return mix64(key);
    // Ends that are only nearly the same make a part doubtful, and its records are compared.
    const auto end = static_cast<std::uint64_t>(state.expires_at.value_or(0));
    return mix64(key ^ mix64(digest(state.content, schema_) ^ mix64(end)));
}

void Buckets::add_row(const Id& id, std::int64_t token, const State& row) {
    Bucket& bucket = bucket_of(token);
    ++bucket.rows;
    if (row.problem) bucket.doubtful = true;
    const std::uint64_t key = key_of(id);
    bucket.content += content_of(key, row);
    if (!row.version) {
        ++bucket.unversioned_rows;
        return;
    }
    bucket.stamped_rows += row.stamped ? 1 : 0;
    const Precision coarse = rules_.coarsest();
    bucket.version += version_of(key, *row.version, rules_.document_precision);
    bucket.coarse_version += version_of(key, *row.version, coarse);
}

void Buckets::take_document(const Id& id, std::int64_t token, const State& document) {
    Bucket& bucket = bucket_of(token);
    ++bucket.documents;
    if (document.problem) bucket.doubtful = true;
    const std::uint64_t key = key_of(id);
    bucket.content -= content_of(key, document);
    if (!document.version) {
        ++bucket.unversioned_documents;
        return;
    }
    const Precision coarse = rules_.coarsest();
    bucket.version -= version_of(key, *document.version, rules_.document_precision);
    bucket.coarse_version -= version_of(key, *document.version, coarse);
}

bool Buckets::Bucket::versions_level() const {
    // A side without versions has none to compare (V2, V6); where only some have one, nobody knows
    // here whose they are.
    if (unversioned_rows == rows || unversioned_documents == documents) return true;
    if (unversioned_rows + unversioned_documents > 0) return false;
    return version == 0 || (coarse_version == 0 && stamped_rows == rows);
}

void Buckets::judge() {
    for (Bucket& bucket : buckets_) {
        const bool level = bucket.rows == bucket.documents && bucket.content == 0;
        bucket.doubtful = bucket.doubtful || !level || !bucket.versions_level();
    }
    // Each range costs a request: a few level records between two are cheaper.
    std::size_t last = buckets_.size();
    std::uint64_t between = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
        if (!buckets_[i].doubtful) {
            between += buckets_[i].rows;
            continue;
        }
        const bool bridge = last < i && between <= bridge_records;
        for (std::size_t gap = last + 1; bridge && gap < i; ++gap) buckets_[gap].doubtful = true;
        last = i;
        between = 0;
    }
}

std::vector<TokenRange> Buckets::doubtful() const {
    std::vector<TokenRange> ranges;
    const auto edge = [this](std::size_t place) {  // the last token before a bucket
        if (place == 0) return INT64_MIN;
        if (place == buckets_.size()) return INT64_MAX;
        const std::uint64_t offset = static_cast<std::uint64_t>(place) << shift_;
        return static_cast<std::int64_t>(offset + static_cast<std::uint64_t>(INT64_MIN) - 1);
    };
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
        if (!buckets_[i].doubtful) continue;
        if (!ranges.empty() && ranges.back().upto == edge(i)) {
            ranges.back().upto = edge(i + 1);
        } else {
            ranges.push_back(TokenRange{edge(i), edge(i + 1)});
        }
    }
    return ranges;
}

std::uint64_t Buckets::level_records() const {
    std::uint64_t records = 0;
    for (const Bucket& bucket : buckets_) records += bucket.doubtful ? 0 : bucket.rows;
    return records;
}

std::uint64_t Buckets::level_unstamped() const {
    std::uint64_t records = 0;
    for (const Bucket& bucket : buckets_)
        records += bucket.doubtful ? 0 : bucket.unversioned_documents;
    return records;
}

}  // namespace duet::sync
