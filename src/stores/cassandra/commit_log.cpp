#include "stores/cassandra/commit_log.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <string_view>
#include <utility>

#include "stores/cassandra/cells.hpp"

namespace duet::cassandra {

namespace {

using Settings = std::map<std::string, std::string>;

/// The value under its name; before 4.1 it had another, and no unit.
std::string value_of(const Settings& settings, const std::string& name, const std::string& before,
                     const char* unit) {
    const auto found = settings.find(name);
    if (found != settings.end()) return found->second;
    const auto old = settings.find(before);
    return old == settings.end() ? std::string() : old->second + unit;
}

/// Of "4096MiB", as the server writes it; 0: another unit.
std::uint64_t bytes_of(std::string_view text) {
    std::uint64_t mebibytes = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mebibytes);
    const bool known =
        error == std::errc() && text.substr(static_cast<std::size_t>(end - text.data())) == "MiB";
    return known ? mebibytes << 20 : 0;
}

}  // namespace

CommitLogSettings read_commit_log_settings(const Settings& settings) {
    CommitLogSettings read;
    const auto is = [&settings](const char* name, std::string_view value) {
        const auto found = settings.find(name);
        return found != settings.end() && found->second == value;
    };
    read.blocks_writes = !is("cdc_block_writes", "false");
    read.total_space =
        bytes_of(value_of(settings, "cdc_total_space", "cdc_total_space_in_mb", "MiB"));
    // "auto" is direct I/O wherever the system and the file system know it.
    read.direct =
        is("commitlog_disk_access_mode", "direct") || is("commitlog_disk_access_mode", "auto");
    if (is("commitlog_sync", "periodic")) {
        read.sync_every =
            value_of(settings, "commitlog_sync_period", "commitlog_sync_period_in_ms", "ms");
    } else if (is("commitlog_sync", "group")) {
        read.sync_every = value_of(settings, "commitlog_sync_group_window",
                                   "commitlog_sync_group_window_in_ms", "ms");
    }
    return read;
}

Task<CommitLogSettings> commit_log_settings(cql::Session& session) {
    std::string cql = "SELECT name, value FROM system_views.settings";
    const std::vector<cql::Rows> pages = co_await query_all(session, std::move(cql));
    Settings settings;
    for (const cql::Rows& rows : pages) {
        for (std::size_t row = 0; row < rows.size(); ++row) {
            settings[text_cell(rows, row, "name")] = text_cell(rows, row, "value");
        }
    }
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
