#include "elastic/index.hpp"

#include <utility>

#include "elastic/answers.hpp"

namespace duet::elastic {
namespace {

// Positions come with whatever statistics are asked for; flushes cost nothing to count.
constexpr std::string_view position_stats =
    "/_stats/flush?level=shards&filter_path=indices.*.uuid,indices.*.shards.*.seq_no,"
    "indices.*.shards.*.routing.primary,indices.*.shards.*.commit.user_data.history_uuid";

/// One index's name in a path. A pattern or a list is refused: nothing here is meant for many,
/// least of all delete.
std::string segment_of(const std::string& index) {
    const bool pattern = index.find_first_of("*?,<>") != std::string::npos;
    if (index.empty() || pattern || index.front() == '_' || index.front() == '-') {
        throw UsageError("\"" + index + "\" is not the name of one index");
    }
    return escape_segment(index);
}

std::string path_of(const std::string& index, std::string_view rest) {
    return "/" + segment_of(index) + std::string(rest);
}

Task<std::string> get(Client& client, std::string path) {
    Client::Reply reply = co_await client.request("GET", std::move(path));
    co_return std::move(reply.body);
}

}  // namespace

Task<IndexPosition> index_position(Client& client, std::string index) {
    std::string path = path_of(index, position_stats);
    const std::string stats = co_await get(client, std::move(path));
    IndexPosition position = parse_position(stats);
    const int shards = co_await client.shard_count(index, position.index_uuid);
    if (static_cast<std::size_t>(shards) != position.shards.size()) {
        throw Unavailable("index " + index + ": a shard has no active primary");
    }
    co_return position;
}

Task<std::map<std::string, IndexPosition>> index_positions(Client& client,
                                                           std::vector<std::string> indices) {
    std::string path = "/";
    for (const std::string& index : indices) {
        path += (path.size() > 1 ? "," : "") + segment_of(index);
    }
    path.append(position_stats).append("&ignore_unavailable=true");
    const std::string stats = co_await get(client, std::move(path));
    std::map<std::string, IndexPosition> whole;
    for (auto& [index, position] : parse_positions(stats)) {
        const int shards = co_await client.shard_count(index, position.index_uuid);
        if (static_cast<std::size_t>(shards) == position.shards.size()) {
            whole.emplace(index, std::move(position));
        }
    }
    co_return whole;
}

Task<void> refresh(Client& client, std::string index) {
    std::string path = path_of(index, "/_refresh?filter_path=_shards.failed");
    const Client::Reply reply = co_await client.request("POST", std::move(path));
    parse_refresh(reply.body);
}

Task<std::uint64_t> count(Client& client, std::string index) {
    std::string path = path_of(index, "/_count?filter_path=count,_shards.failed");
    const std::string body = co_await get(client, std::move(path));
    co_return parse_count(body);
}

Task<std::uint64_t> deletes(Client& client, std::string index) {
    std::string path =
        path_of(index, "/_stats/indexing?filter_path=_all.primaries.indexing.delete_total");
    const std::string body = co_await get(client, std::move(path));
    co_return parse_deletes(body);
}

Task<std::string> state_version(Client& client) {
    std::string path = "/_cluster/state/version?filter_path=state_uuid";
    const std::string body = co_await get(client, std::move(path));
    co_return parse_member(body, "state_uuid");
}

Task<std::vector<std::int64_t>> node_times(Client& client) {
    std::string path = "/_nodes/stats/process?filter_path=nodes.*.timestamp";
    const std::string body = co_await get(client, std::move(path));
    co_return parse_node_times(body);
}

Task<bool> exists(Client& client, std::string index) {
    std::string path = path_of(index, "");
    const Client::Reply reply =
        co_await client.request("HEAD", std::move(path), std::string(), true, true);
    co_return reply.status != 404;
}

Task<std::string> mapping(Client& client, std::string index) {
    return get(client, path_of(index, "/_mapping"));
}

Task<std::string> settings(Client& client, std::string index) {
    return get(client, path_of(index, "/_settings"));
}

Task<bool> create_index(Client& client, std::string index, std::string body) {
    std::string path = path_of(index, "");
    try {
        // Sent once: after a lost answer a second try would call our own index somebody else's.
        static_cast<void>(co_await client.request("PUT", std::move(path), std::move(body), false));
    } catch (const RequestError& error) {
        if (error.type() != "resource_already_exists_exception") throw;
        co_return false;
    }
    co_return true;
}

Task<void> put_mapping(Client& client, std::string index, std::string body) {
    std::string path = path_of(index, "/_mapping");
    static_cast<void>(co_await client.request("PUT", std::move(path), std::move(body)));
}

Task<void> put_settings(Client& client, std::string index, std::string body) {
    std::string path = path_of(index, "/_settings");
    static_cast<void>(co_await client.request("PUT", std::move(path), std::move(body)));
}

Task<void> delete_index(Client& client, std::string index) {
    std::string path = path_of(index, "");
    static_cast<void>(
        co_await client.request("DELETE", std::move(path), std::string(), true, true));
}

}  // namespace duet::elastic
