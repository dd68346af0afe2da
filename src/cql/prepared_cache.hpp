#pragma once
// The statements that were prepared, by their CQL; the one not used for longest goes first.

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "cql/session.hpp"

namespace duet::cql {

constexpr std::size_t prepared_limit = 1'000;  // a pair needs about twenty

class PreparedCache {
public:
    explicit PreparedCache(std::size_t limit = prepared_limit) : limit_(limit) {}

    /// Null: not known.
    [[nodiscard]] PreparedPtr find(std::string_view cql);
    /// Replaces the one with the same CQL. One that is dropped stays usable for those who hold it.
    void put(PreparedPtr statement);
    void forget(std::string_view cql);
    [[nodiscard]] std::size_t size() const { return by_cql_.size(); }

private:
    using List = std::list<PreparedPtr>;  // the one used last is first

    std::size_t limit_;
    List list_;
    // The views point into the statements.
    std::unordered_map<std::string_view, List::iterator> by_cql_;
};

}  // namespace duet::cql
