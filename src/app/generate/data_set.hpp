#pragma once
// The tables that `duet generate` can fill: their columns, and believable values for them.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "app/generate/random.hpp"
#include "model/schema.hpp"
#include "model/value.hpp"

namespace duet::app {

/// A table and how its records are made. There is one of each, for ever: pointers to columns stay.
struct DataSet {
    std::string_view name;
    std::vector<Column> columns;
    /// Columns that an update may change, by name; the others stay as they were inserted.
    std::vector<std::string_view> changing;
    /// One value per column, as an application might write it at `now` (microseconds since 1970).
    std::vector<Value> (*make)(Random& random, std::int64_t now);

    [[nodiscard]] bool changes(std::string_view column) const;
};

/// products, customers, logs.
[[nodiscard]] std::span<const DataSet> data_sets();
/// nullptr: there is none of that name.
[[nodiscard]] const DataSet* find_data_set(std::string_view name);

[[nodiscard]] DataSet products_data_set();
[[nodiscard]] DataSet customers_data_set();
[[nodiscard]] DataSet logs_data_set();

/// Types by the few words that the data sets need.
[[nodiscard]] Type simple_type(Kind kind);
[[nodiscard]] Type list_type(Kind element);
[[nodiscard]] Type set_type(Kind element);
[[nodiscard]] Type text_map_type();

}  // namespace duet::app
