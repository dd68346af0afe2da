#pragma once
// What an index is and where its shards stand. Thin functions over Client; its errors are theirs,
// too.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.hpp"
#include "elastic/client.hpp"

namespace duet::elastic {

struct ShardPosition {
    int shard = 0;
    std::int64_t max_seq_no = -1;
    /// Everything up to it is on every active copy: a fail-over keeps it.
    std::int64_t global_checkpoint = -1;
};

/// Where the primaries stand, in the order of the shards. Another index or history uuid voids a
/// cursor.
struct IndexPosition {
    std::string index_uuid;
    std::string history_uuid;  // of shard 0
    std::vector<ShardPosition> shards;
};

/// Throws Unavailable while a shard has no active primary.
[[nodiscard]] Task<IndexPosition> index_position(Client& client, std::string index);
/// The same of several by one request; those that are not there, are closed or have a shard without
/// an active primary are missing in the answer, and so is what goes by an alias.
[[nodiscard]] Task<std::map<std::string, IndexPosition>> index_positions(
    Client& client, std::vector<std::string> indices);
/// Makes what was written so far visible to searches.
[[nodiscard]] Task<void> refresh(Client& client, std::string index);
/// The documents that a search sees; call refresh() first to count all.
[[nodiscard]] Task<std::uint64_t> count(Client& client, std::string index);
/// Deletions of documents that the primaries have counted; begins anew where a shard moves.
[[nodiscard]] Task<std::uint64_t> deletes(Client& client, std::string index);
/// Another one once any mapping, setting or alias of the cluster has changed, or a shard has moved.
[[nodiscard]] Task<std::string> state_version(Client& client);
/// What the clock of each node shows, milliseconds since 1970.
[[nodiscard]] Task<std::vector<std::int64_t>> node_times(Client& client);
[[nodiscard]] Task<bool> exists(Client& client, std::string index);
/// Raw answers: {"<index>":{"mappings":{...}}} and {"<index>":{"settings":{"index":{...}}}}.
[[nodiscard]] Task<std::string> mapping(Client& client, std::string index);
[[nodiscard]] Task<std::string> settings(Client& client, std::string index);
/// `body` is {"settings":...,"mappings":...}; false: it was there already.
[[nodiscard]] Task<bool> create_index(Client& client, std::string index, std::string body);
/// `body` is {"properties":...}; throws RequestError where the mapping cannot become that.
[[nodiscard]] Task<void> put_mapping(Client& client, std::string index, std::string body);
/// `body` is {"index.refresh_interval":...}; null takes a setting back.
[[nodiscard]] Task<void> put_settings(Client& client, std::string index, std::string body);
/// Nothing happens where it is missing.
[[nodiscard]] Task<void> delete_index(Client& client, std::string index);

/// The position in an answer of `_stats?level=shards`; throws ProtocolError, and Unavailable as
/// index_position().
[[nodiscard]] IndexPosition parse_position(std::string_view stats);
/// The positions in such an answer about several indices, as index_positions().
[[nodiscard]] std::map<std::string, IndexPosition> parse_positions(std::string_view stats);

}  // namespace duet::elastic
