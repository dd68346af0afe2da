#include "journal/key_queue.hpp"

#include <algorithm>
#include <utility>

namespace duet::journal {

namespace {

constexpr std::size_t overhead = 96;  // bytes: what the containers need for each key

}  // namespace

bool KeyQueue::push(ByteView key, std::int64_t segment) {
    const auto [place, fresh] = keys_.emplace(as_text(key));
    if (!fresh) return true;
    bytes_ += key.size() + overhead;
    order_.push_back({&*place, segment});
    ++waiting_[segment];
    if (bytes_ <= queue_limit) return true;
    abandon();
    return false;
}

std::vector<std::string> KeyQueue::take(std::size_t limit) {
    std::vector<std::string> taken;
    while (!order_.empty() && taken.size() < limit) {
        const Waiting first = order_.front();
        order_.pop_front();
        bytes_ -= first.key->size() + overhead;
        taken.push_back(std::move(keys_.extract(*first.key).value()));
        taken_.insert(first.segment);
        ++count_;
        const auto left = waiting_.find(first.segment);
        if (--left->second == 0) waiting_.erase(left);
    }
    return taken;
}

void KeyQueue::abandon() {
    keys_.clear();
    order_.clear();
    waiting_.clear();
    taken_.clear();
    bytes_ = 0;
    incomplete_ = true;
}

bool KeyQueue::take_incomplete() { return std::exchange(incomplete_, false); }

bool KeyQueue::holds(std::int64_t segment) const {
    return waiting_.contains(segment) || taken_.contains(segment);
}

}  // namespace duet::journal
