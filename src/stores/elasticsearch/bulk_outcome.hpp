#pragma once
// What the answer to one item of a bulk request means for its record, or for the whole pair
// (ARCHITECTURE.md#errors).

#include <string>
#include <string_view>

#include "elastic/client.hpp"
#include "model/store.hpp"

namespace duet::elasticsearch {

/// applied, superseded or refused; the guard's shard is left as it is. Throws Unavailable (a write
/// block, no disk space, a node's own failure) and Misconfigured (closed, strict mapping, the limit
/// of fields, rights), naming the index.
[[nodiscard]] Outcome outcome_of(const elastic::BulkItem& item, std::string_view index);

/// A request that was refused as a whole, as Unavailable or Misconfigured.
[[noreturn]] void rethrow(const elastic::RequestError& error, std::string_view index);

/// The field that a parsing error names; empty: none.
[[nodiscard]] std::string field_in(std::string_view reason);

/// What an item of a bulk body (the line of its action, the line of its source) holds in a field,
/// for people; empty: nothing.
[[nodiscard]] std::string value_in(std::string_view item, std::string_view field);

}  // namespace duet::elasticsearch
