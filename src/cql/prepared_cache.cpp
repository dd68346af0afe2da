#include "cql/prepared_cache.hpp"

#include <utility>

namespace duet::cql {

PreparedPtr PreparedCache::find(std::string_view cql) {
    const auto found = by_cql_.find(cql);
    if (found == by_cql_.end()) {
        return nullptr;
    }
    list_.splice(list_.begin(), list_, found->second);
    return list_.front();
}

void PreparedCache::put(PreparedPtr statement) {
    forget(statement->cql);
    if (by_cql_.size() >= limit_) {
        forget(list_.back()->cql);
    }
    list_.push_front(std::move(statement));
    by_cql_.emplace(list_.front()->cql, list_.begin());
}

void PreparedCache::forget(std::string_view cql) {
    const auto found = by_cql_.find(cql);
    if (found == by_cql_.end()) {
        return;
    }
    const auto position = found->second;
    by_cql_.erase(found);  // before the statement: the key points into it
    list_.erase(position);
}

}  // namespace duet::cql
