#include "elastic/position_board.hpp"

#include <utility>

namespace duet::elastic {

std::vector<std::string> PositionBoard::due(const std::string& index, std::int64_t now) {
    std::erase_if(entries_, [&](const auto& entry) {
        return entry.first != index && now - entry.second.asked_at > Micros(polled_within).count();
    });
    std::vector<std::string> names{index};
    std::size_t bytes = escape_segment(index).size();
    // In a circle from the index on: where not all fit one request, the next one takes others.
    const auto first = entries_.find(index);
    for (auto each = std::next(first);; ++each) {
        if (each == entries_.end()) each = entries_.begin();
        if (each == first) break;
        if (now - each->second.taken_at < Micros(position_lasts).count()) continue;
        bytes += escape_segment(each->first).size() + 1;
        if (bytes > position_names_limit) break;
        names.push_back(each->first);
    }
    return names;
}

Task<IndexPosition> PositionBoard::position(std::string index) {
    const std::int64_t now = clock_.now();
    Entry& entry = entries_[index];
    entry.asked_at = now;
    const bool fresh =
        now >= entry.taken_at && now - entry.taken_at < Micros(position_lasts).count();
    if (fresh && entry.position) co_return *entry.position;
    std::vector<std::string> names = due(index, now);
    // Whoever asks while the request is on its way takes what was known before, or asks alone.
    for (const std::string& name : names) entries_[name].taken_at = now;
    const auto positions = co_await index_positions(client_, names);
    for (const std::string& name : names) {
        const auto answered = positions.find(name);
        const auto known = entries_.find(name);
        if (known == entries_.end()) continue;
        // Nothing is known any more of what is not in the answer: the next call asks for it alone.
        known->second.position =
            answered == positions.end() ? std::nullopt : std::optional(answered->second);
    }
    const auto found = positions.find(index);
    if (found != positions.end()) co_return found->second;
    co_return co_await index_position(client_, std::move(index));  // says what is wrong with it
}

}  // namespace duet::elastic
