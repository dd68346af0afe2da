#pragma once
// What a range must answer to show that it holds what was written into it and nothing else: pure.

#include <cstdint>
#include <string>
#include <vector>

#include "model/store.hpp"
#include "stores/cassandra/layout.hpp"

namespace duet::cassandra {

/// A query with one row of numbers, and these.
struct ProofQuery {
    std::string cql;
    std::vector<std::uint64_t> answer;
};

/// `written` has the columns of digest_queries. Columns that every row was written with share one
/// sum, `sum((writetime(a) + writetime(b)) * token)`: the server adds nothing for a row that lacks
/// one of them, and no cell can be older than the one that was written.
[[nodiscard]] std::vector<ProofQuery> proof_of(const Layout& layout, TokenRange range,
                                               const RangeDigest& written);

}  // namespace duet::cassandra
