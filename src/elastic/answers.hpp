#pragma once
// What Elasticsearch's answers say. All throw ProtocolError where the text is not what was asked
// for, and Misconfigured where it is about no index, or about several.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "elastic/client.hpp"

namespace duet::elastic {

struct ErrorAnswer {
    std::string type;    // empty: the body was no error of Elasticsearch
    std::string reason;  // then: the start of the body
};

/// Never throws: what failed is said elsewhere, this only tells why.
[[nodiscard]] ErrorAnswer parse_error(std::string_view body);
/// One outcome for each item, in their order.
[[nodiscard]] std::vector<BulkItem> parse_bulk(std::string_view body);
/// The lowest version in an answer of `_nodes`.
[[nodiscard]] std::string parse_lowest_version(std::string_view body);
[[nodiscard]] bool is_at_least(std::string_view version, int major, int minor);
[[nodiscard]] std::vector<std::int64_t> parse_node_times(std::string_view body);
/// Throws Unavailable where a copy of a shard was not refreshed: searches may go to that one.
void parse_refresh(std::string_view body);
/// Throws Unavailable where a shard did not count.
[[nodiscard]] std::uint64_t parse_count(std::string_view body);
/// _all.primaries.indexing.delete_total.
[[nodiscard]] std::uint64_t parse_deletes(std::string_view body);
/// A text member of the outermost object.
[[nodiscard]] std::string parse_member(std::string_view body, std::string_view name);
/// settings.index.number_of_shards of the only index.
[[nodiscard]] int parse_shard_count(std::string_view body);

}  // namespace duet::elastic
