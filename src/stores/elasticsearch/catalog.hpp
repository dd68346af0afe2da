#pragma once
// Which indices there are, and which of them can be paired.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.hpp"
#include "elastic/client.hpp"
#include "stores/elasticsearch/json.hpp"

namespace duet::elasticsearch {

/// An index, or an alias, or a data stream.
struct IndexInfo {
    std::string name;
    std::vector<std::string> aliases;
    std::string stands_for;  // an alias that can be paired: the one index behind it
    /// Why it is never paired and what to do about it, as a sentence; empty: it can be.
    std::optional<std::string> problem;
};

/// In the order of their names.
[[nodiscard]] Task<std::vector<IndexInfo>> list_indices(elastic::Client& client);

/// Why the index described by an answer to GET /<index> is never paired: what, and what to do about
/// it.
struct PairingProblem {
    std::string what;
    std::string remedy;
};
[[nodiscard]] std::optional<PairingProblem> pairing_problem(const Json& index);

/// Why Elasticsearch refuses an index of this name; empty: it does not.
[[nodiscard]] std::optional<std::string> index_name_problem(std::string_view name);

}  // namespace duet::elasticsearch
