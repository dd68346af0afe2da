#include "model/store.hpp"

#include <algorithm>

namespace duet {

RangeDigest& RangeDigest::operator+=(const RangeDigest& other) {
    count += other.count;
    token_sum += other.token_sum;
    lowest = std::min(lowest, other.lowest);
    highest = std::max(highest, other.highest);
    // A digest that nothing was added to yet has no columns.
    columns.resize(std::max(columns.size(), other.columns.size()));
    for (std::size_t i = 0; i < other.columns.size(); ++i) {
        columns[i] += other.columns[i];
    }
    return *this;
}

}  // namespace duet
