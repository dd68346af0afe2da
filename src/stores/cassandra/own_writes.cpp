#include "stores/cassandra/own_writes.hpp"

#include <utility>

namespace duet::cassandra {

namespace {

std::string name_of(ByteView key, std::int64_t timestamp) {
    Bytes name;
    name.reserve(sizeof timestamp + key.size());
    append_big(name, timestamp);
    append(name, key);
    return std::string(as_text(name));
}

}  // namespace

void OwnWrites::remember(ByteView key, std::int64_t timestamp) {
    std::string name = name_of(key, timestamp);
    if (!writes_.insert(name).second) return;
    order_.push_back(std::move(name));
    if (order_.size() <= limit) return;
    writes_.erase(order_.front());
    order_.pop_front();
}

bool OwnWrites::take(ByteView key, std::int64_t timestamp) {
    const auto found = writes_.find(name_of(key, timestamp));
    if (found == writes_.end()) return false;
    writes_.erase(found);
    return true;
}

}  // namespace duet::cassandra
