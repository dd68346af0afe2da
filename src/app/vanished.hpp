#pragma once
// What becomes of a pair whose table or index was there and is gone.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "model/schema.hpp"
#include "sync/rules.hpp"

namespace duet::app {

/// What Cassandra says of a table beside its Schema, as long as it is there.
struct TableTraits {
    std::vector<std::string> dropped;  // columns that somebody dropped
    std::vector<std::string> statics;
};

/// Rule: look() at every description of both sides, from a pair's first on.
class Vanished {
public:
    Vanished(std::string pair, sync::Direction direction)
        : pair_(std::move(pair)), direction_(direction) {}

    /// A table that is gone is described as it was: so it is made again with its key and its
    /// types, and without the columns that were dropped. Throws Unavailable while its owner may be
    /// about to make it again, and where nothing is left to make it from; Misconfigured for a table
    /// that Duet cannot make.
    void look(Schema& table, const Schema& index, TableTraits& traits, std::int64_t now);

private:
    std::string pair_;
    sync::Direction direction_;
    std::optional<Schema> table_;  // as it was last
    TableTraits traits_;
    bool index_was_there_ = false;
    std::int64_t gone_since_ = 0;  // microseconds since 1970; 0: nothing is

    void remember(const Schema& table, const Schema& index, const TableTraits& traits);
    void check_source(const Schema& table, const Schema& index) const;
    void wait_for_owner(const std::string& what, std::int64_t now);
};

/// Somebody who drops and makes anew gets the time for it.
constexpr std::chrono::seconds made_again_after{5};

}  // namespace duet::app
