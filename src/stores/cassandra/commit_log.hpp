#pragma once
// What a node says of its commit log, and whether the journal may be relied on.

#include <cstdint>
#include <string>

#include "base/task.hpp"
#include "cql/session.hpp"
#include "stores/cassandra/server_settings.hpp"

namespace duet::cassandra {

struct CommitLogSettings {
    bool blocks_writes = true;      // cdc_block_writes: nodes before 4.1 always do
    std::uint64_t total_space = 0;  // bytes, cdc_total_space; 0: not known
    /// Direct I/O: nothing is in the files before a sync.
    bool direct = false;
    /// How often the log is synced ("10000ms"); empty: with every write.
    std::string sync_every;
};

/// Pure.
[[nodiscard]] CommitLogSettings read_commit_log_settings(const ServerSettings& settings);
[[nodiscard]] Task<CommitLogSettings> commit_log_settings(cql::Session& session);

/// Why the journal of the node that Duet runs beside is not to be relied on for this cluster,
/// naming the remedy; empty: it is.
[[nodiscard]] Task<std::string> reason_against_journal(cql::Session& session);

}  // namespace duet::cassandra
