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

std::uint64_t Deletions::made_before(std::int64_t now) const {
    return std::max(in_round_, recent(now));
}

bool Deletions::too_many(std::uint64_t records, double max_delete, std::int64_t now) const {
    const std::uint64_t all = size() + made_before(now);
    if (forced_ || size() == 0 || all <= few_deletions) return false;
    // What was made already was of the records, too.
    return static_cast<double>(all) > max_delete * static_cast<double>(records + made_before(now));
}

bool Deletions::few(std::uint64_t records, double max_delete, std::int64_t now) const {
    const std::uint64_t all = size() + made_before(now);
    const double allowed = max_delete * static_cast<double>(records + made_before(now));
    return size() > 0 && (all <= few_deletions || static_cast<double>(all) <= soon_share * allowed);
}

void Deletions::made(std::uint64_t count, std::int64_t now) {
    const std::uint64_t before = recent(now);
    if (before == 0) since_ = now;
    recent_ = forced_ ? 0 : before + count;
    in_round_ = forced_ ? 0 : in_round_ + count;
}

void Deletions::forget_more() {
    goes_on_ = goes_on_ || more();
    beyond_ = 0;
}

void Deletions::end_round() {
    in_round_ = 0;
    forced_ = forced_ && goes_on_;
    goes_on_ = false;
}

std::vector<Id> Deletions::take(std::size_t limit) {
    std::vector<Id> ids;
    while (!found_.empty() && ids.size() < limit) {
        ids.push_back(*found_.begin());
        found_.erase(found_.begin());
    }
    return ids;
}

}  // namespace duet::sync
