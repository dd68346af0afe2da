#include "sync/expiries.hpp"

#include <iterator>

namespace duet::sync {

void Expiries::remember(const Id& id, std::int64_t at) {
    any_ = true;
    if (ends_.size() >= expiries_limit && ends_.rbegin()->first <= at) return;
    ends_.emplace(at, id);
    if (ends_.size() > expiries_limit) ends_.erase(std::prev(ends_.end()));
}

std::vector<Id> Expiries::due(std::int64_t now, std::size_t limit) {
    std::vector<Id> ids;
    while (!ends_.empty() && ids.size() < limit && ends_.begin()->first <= now) {
        ids.push_back(ends_.begin()->second);
        ends_.erase(ends_.begin());
    }
    return ids;
}

}  // namespace duet::sync
