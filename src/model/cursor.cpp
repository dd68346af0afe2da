#include "model/cursor.hpp"

#include <algorithm>
#include <iterator>

namespace duet {

namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
}

}  // namespace

std::vector<std::string> Cursor::joining(const Cursor& now) const {
    std::vector<std::string> names;
    std::ranges::copy_if(now.columns, std::back_inserter(names), [this](const std::string& name) {
        return !contains(columns, name) && (contains(carried, any_name) || contains(carried, name));
    });
    return names;
}

std::int64_t position_in(const std::vector<std::int64_t>& positions, std::int32_t shard) {
    const auto place = static_cast<std::size_t>(shard);
    return shard >= 0 && place < positions.size() ? positions[place] : -1;
}

}  // namespace duet
