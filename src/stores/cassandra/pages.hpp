#pragma once
// How many rows to ask for in one page: as many as fit answer_limit by what was seen so far, fewer
// where the server stumbles over tombstones.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "model/store.hpp"

namespace duet::cassandra {

class PageSize {
public:
    /// Rows of the next page, at most `limit`.
    [[nodiscard]] std::int32_t rows(std::size_t limit) const {
        const std::size_t fitting = answer_limit / std::max<std::size_t>(1, row_bytes_);
        const std::size_t rows = std::min({limit, allowed_, fitting});
        return static_cast<std::int32_t>(std::max<std::size_t>(1, rows));
    }
    /// A page has arrived.
    void answered(std::size_t rows, std::size_t bytes) {
        if (rows == 0) {
            return;
        }
        // Large rows are believed at once, small ones slowly: rows differ.
        row_bytes_ = std::max(bytes / rows, row_bytes_ - row_bytes_ / 8);
        allowed_ = std::min(allowed_ * growth, ceiling_);
    }
    /// No answer: perhaps it was too large.
    void failed() { allowed_ = std::max<std::size_t>(1, allowed_ / growth); }
    /// Too many tombstones in one page. False: a single row has too many.
    [[nodiscard]] bool halve() {
        const std::size_t now = std::min(allowed_, ceiling_);
        ceiling_ = std::max<std::size_t>(1, now / 2);
        allowed_ = ceiling_;
        return now > 1;
    }

    static constexpr std::size_t first_rows = 20;  // nothing is known of the rows' size yet
    static constexpr std::size_t most_rows = 5'000;
    static constexpr std::size_t growth = 4;

private:
    std::size_t allowed_ = first_rows;
    std::size_t ceiling_ = most_rows;
    std::size_t row_bytes_ = 1;
};

}  // namespace duet::cassandra
