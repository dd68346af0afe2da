#pragma once
// `duet generate`: writes random data into either or both stores, as an application would.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/task.hpp"
#include "base/time.hpp"
#include "cql/session.hpp"
#include "elastic/client.hpp"

namespace duet::app {

struct GenerateOptions {
    std::string side = "both";  // cassandra, elasticsearch or both
    std::string keyspace = "shop";
    std::vector<std::string> tables;  // none: all that the generator knows
    double rate = 100;                // writes a second; 0: as fast as the servers take them
    std::uint64_t count = 0;          // writes in all; 0: until stopped
    std::uint64_t seed = 0;           // 0: another one each time
    double update_share = 0.3;        // of the writes; the others insert
    double conflict_share = 0;        // of the updates: one id on both sides at nearly one time
    std::string version_field = "updated_at";
    std::string index = "{keyspace}.{table}";  // as in a [[pair]]
    std::string replication;                   // CQL map for a keyspace to be made; empty: chosen
};

/// Makes the keyspace, tables and indices that are missing, then writes until `count` is reached or
/// `stopping` says so. While a server is away it waits and writes the same batch again. `report`
/// gets a line at most once a second, and one at the end. `session` is needed (connected) unless
/// the side is "elasticsearch", `client` unless it is "cassandra"; both, and the clock, outlive the
/// task.
///
/// Throws UsageError (unknown side or table), Misconfigured, and Error when a write is refused.
[[nodiscard]] Task<void> run_generate(GenerateOptions options, cql::Session* session,
                                      elastic::Client* client, const Clock& clock,
                                      std::function<bool()> stopping,
                                      std::function<void(const std::string&)> report);

constexpr std::size_t generate_batch = 500;  // writes made before they are sent

}  // namespace duet::app
