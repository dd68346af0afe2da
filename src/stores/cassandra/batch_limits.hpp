#pragma once
// How large a batch may be before the server logs a warning about it.

#include <cstddef>

#include "stores/cassandra/server_settings.hpp"

namespace duet::cassandra {

/// As of a cassandra.yaml that says nothing of it.
struct BatchLimits {
    /// Of batch_size_warn_threshold (or batch_size_fail_threshold, if that is less), less an
    /// eighth: what a mutation counts is not known exactly.
    std::size_t bytes = 4'480;
    std::size_t rows = 10;  // unlogged_batch_across_partitions_warn_threshold
    bool operator==(const BatchLimits&) const = default;
};

/// Pure. What a node does not tell is as by default.
[[nodiscard]] BatchLimits read_batch_limits(const ServerSettings& settings);
/// Throws Unavailable. Where the settings may not be read: as by default.
[[nodiscard]] Task<BatchLimits> batch_limits(cql::Session& session);

// However much the server takes: one batch is one coordinator's work and one client's memory.
constexpr std::size_t batch_bytes_most = 64U << 10;
constexpr std::size_t batch_rows_most = 100;

}  // namespace duet::cassandra
