#pragma once
// The order of Cassandra's types, in which it keeps the elements of sets and the keys of maps.

#include <compare>

#include "model/type.hpp"
#include "model/value.hpp"

namespace duet {

/// Equal are those that cannot both stand in one set: a decimal 1.0 and 1.00, for example.
[[nodiscard]] std::weak_ordering cassandra_order(const Value& left, const Value& right,
                                                 const Type& type);

}  // namespace duet
