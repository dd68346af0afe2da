#pragma once
// The yardsticks: bare writers that do nothing else, written as well as we can.

#include <span>
#include <string>
#include <vector>

#include "base/task.hpp"
#include "cql/session.hpp"
#include "elastic/client.hpp"
#include "records.hpp"

namespace duet::bench {

constexpr std::size_t yardstick_in_flight = 256;  // single prepared inserts
constexpr std::size_t bulk_bytes = 1U << 20;      // a body; larger ones are no faster

/// Bulk bodies made beforehand: the writer has nothing to do but send them.
[[nodiscard]] std::vector<elastic::BulkBody> make_bodies(std::span<const BenchRecord> records);
/// Ends when all are acknowledged; `lanes` bodies in flight. Throws Error where one is refused.
[[nodiscard]] Task<void> write_documents(elastic::Client& client, std::string index,
                                         std::span<const elastic::BulkBody> bodies, int lanes);
/// Single prepared inserts, yardstick_in_flight at any moment; ends when all are acknowledged.
[[nodiscard]] Task<void> write_rows(cql::Session& session, std::string table,
                                    std::span<const BenchRecord> records, bool stamped);
[[nodiscard]] Task<void> insert_row(cql::Session& session, cql::PreparedPtr statement,
                                    std::vector<cql::Bound> values);

}  // namespace duet::bench
