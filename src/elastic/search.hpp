#pragma once
// Reading documents: by position of a shard, by id, and a whole index at one moment. Answers are
// raw JSON, which the caller parses once, straight into its own types.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.hpp"
#include "elastic/client.hpp"

namespace duet::elastic {

/// Documents of one shard with `after` < _seq_no <= `upto`, ascending; `size` at most 10,000.
/// {"hits":{"hits":[{"_id","_routing"?,"_seq_no","_primary_term","_source"?}]}}; no hits: {}.
[[nodiscard]] Task<std::string> seq_no_page(Client& client, std::string index, int shard,
                                            std::int64_t after, std::int64_t upto, std::size_t size,
                                            bool source);

/// In the order of the ids, up to date without a refresh:
/// {"docs":[{"_id","found","_routing"?,"_seq_no","_primary_term","_source"?}]}.
/// An item may hold "error" instead: its shard was not available, or the index is missing.
[[nodiscard]] Task<std::string> mget(Client& client, std::string index,
                                     const std::vector<std::string>& ids);
/// As mget, without the sources: whether they are there, and their guards.
[[nodiscard]] Task<std::string> mget_guards(Client& client, std::string index,
                                            const std::vector<std::string>& ids);

/// A point in time: the index as it is now, kept for `keep_alive_seconds` after each use. Returns
/// its id.
[[nodiscard]] Task<std::string> open_point_in_time(Client& client, std::string index,
                                                   int keep_alive_seconds);
/// Nothing happens where it is gone already.
[[nodiscard]] Task<void> close_point_in_time(Client& client, std::string pit);

struct PointInTimePage {
    std::string pit;  // of the answer before, or open_point_in_time()
    int keep_alive_seconds = 60;
    std::size_t size = 1'000;
    std::string
        search_after;  // the JSON array "sort" of the last hit before; empty: from the start
    int slice = 0;     // this one of `slices`, read side by side
    int slices = 1;
    std::int64_t seq_no_after = -1;  // only documents whose _seq_no is larger
    std::int64_t seq_no_upto = INT64_MAX;
    bool source = true;
    /// Instead of the source: the field of this name, of type date_nanos, as ISO 8601.
    std::string date_field;
};
/// {"pit_id":"...","hits":{"hits":[HIT, ...]}}, where HIT is
/// {"_id","_routing"?,"_seq_no","_primary_term","sort":[n],"_source"?,
/// "fields"?:{NAME:["..."]},"_ignored"?:[NAME]}; of a date_field no position.
[[nodiscard]] Task<std::string> point_in_time_page(Client& client, PointInTimePage page);

}  // namespace duet::elastic
