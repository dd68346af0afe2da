#pragma once
// A plan as a person reads it.

#include <string>
#include <vector>

#include "app/discovery.hpp"

namespace duet::app {

/// "shop.orders: table and index shop.orders", and what would be made of them.
[[nodiscard]] std::string line_of(const PairPlan& plan);
/// Those that are left out, with their reasons; empty: none is.
[[nodiscard]] std::string left_out_text(const std::vector<PairPlan>& plans);
/// "  left out: documents, ..." of what the index says of them (DocumentStore::left_out); empty:
/// none.
[[nodiscard]] std::string left_out_documents_text(const std::string& which);
/// What `run` and `once` say where "every keyspace" was not asked for.
[[nodiscard]] std::string needs_all(const std::vector<PairPlan>& plans);

}  // namespace duet::app
