#include "sync/deletions.hpp"

#include <algorithm>

namespace duet::sync {

void Deletions::postpone(const Id& id) {
    if (found_.contains(id)) return;
    if (found_.size() >= postponed_limit) {
        ++beyond_;
        return;
    }
    found_.insert(id);
}

std::uint64_t Deletions::recent(std::int64_t now) const {
    return now - since_ < fuse_window ? recent_ : 0;
}

bool Deletions::too_many(std::uint64_t records, double max_delete, std::int64_t now) const {
    const std::uint64_t all = size() + recent(now);
    if (forced_ || size() == 0 || all <= few_deletions) return false;
    // What was made already was of the records, too.
    return static_cast<double>(all) > max_delete * static_cast<double>(records + recent(now));
}

void Deletions::made(std::uint64_t count, std::int64_t now) {
    const std::uint64_t before = recent(now);
    if (before == 0) since_ = now;
    recent_ = forced_ ? 0 : before + count;
    forced_ = false;
}

std::vector<Id> Deletions::take(std::size_t limit) {
    std::vector<Id> ids;
    while (!found_.empty() && ids.size() < limit) {
        ids.push_back(*found_.begin());
        found_.erase(found_.begin());
    }
    if (found_.empty()) beyond_ = 0;
    return ids;
}

}  // namespace duet::sync
