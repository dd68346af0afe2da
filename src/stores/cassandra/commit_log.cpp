#include "stores/cassandra/commit_log.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>
#include <vector>

#include "stores/cassandra/cells.hpp"

namespace duet::cassandra {

CommitLogSettings read_commit_log_settings(const ServerSettings& settings) {
    CommitLogSettings read;
    const auto is = [&settings](const char* name, std::string_view value) {
        return is_set(settings, name, value);
    };
    read.blocks_writes = !is("cdc_block_writes", "false");
    const std::string space = setting(settings, "cdc_total_space", "cdc_total_space_in_mb", "MiB");
    read.total_space = bytes_of(space).value_or(0);
    // "auto" is direct I/O wherever the system and the file system know it.
    read.direct =
        is("commitlog_disk_access_mode", "direct") || is("commitlog_disk_access_mode", "auto");
    if (is("commitlog_sync", "periodic")) {
        read.sync_every =
            setting(settings, "commitlog_sync_period", "commitlog_sync_period_in_ms", "ms");
    } else if (is("commitlog_sync", "group")) {
        read.sync_every = setting(settings, "commitlog_sync_group_window",
                                  "commitlog_sync_group_window_in_ms", "ms");
    }
    return read;
}

Task<CommitLogSettings> commit_log_settings(cql::Session& session) {
    const ServerSettings settings = co_await server_settings(session);
    co_return read_commit_log_settings(settings);
}

Task<std::string> reason_against_journal(cql::Session& session) {
    std::string peers = "SELECT peer FROM system.peers";
    const std::vector<cql::Rows> others = co_await query_all(session, std::move(peers));
    std::size_t nodes = 1;
    for (const cql::Rows& rows : others) nodes += rows.size();
    if (nodes > 1) {
        co_return fmt::format("the cluster has {} nodes and a journal holds the writes of one",
                              nodes);
    }
    const CommitLogSettings settings = co_await commit_log_settings(session);
    if (!settings.blocks_writes) co_return std::string();
    co_return std::string(
        "Cassandra would refuse writes while Duet is away: set cdc_block_writes: false in "
        "cassandra.yaml");
}

}  // namespace duet::cassandra
