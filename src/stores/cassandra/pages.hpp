#pragma once
// How many rows to ask for in one page: as many as fit answer_limit by what was seen so far, fewer
// where the server stumbles over tombstones. The server reads a page into its memory, also where
// little of it comes back (an aggregate, write times alone): such rows are unseen.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "model/store.hpp"

namespace duet::cassandra {

constexpr std::size_t unseen_limit = 32U << 20;  // bytes of a page that stays on the server

class PageSize {
public:
    /// Rows of the next page, at most `limit`.
    [[nodiscard]] std::int32_t rows(std::size_t limit) const {
        return fitting(answer_limit, std::min(limit, allowed_));
    }
    /// Rows of the next page of an aggregate, at most `limit`.
    [[nodiscard]] std::int32_t unseen_rows(std::size_t limit) const {
        return fitting(unseen_limit, limit);
    }
    /// A page of whole rows has arrived.
    void answered(std::size_t rows, std::size_t bytes) {
        if (rows == 0) {
            return;
        }
        unseen_pages_ = 0;
        // Large rows are believed at once, small ones slowly: rows differ.
        row_bytes_ = std::max({bytes / rows, row_bytes_ - row_bytes_ / 8, std::size_t{1}});
        allowed_ = std::min(allowed_ * growth, ceiling_);
    }
    /// A page has arrived of which the rows' size cannot be told.
    void answered_unseen() { ++unseen_pages_; }
    /// Some rows were seen whole.
    [[nodiscard]] bool measured() const { return row_bytes_ > 0; }
    /// The next page may be one of unseen rows: so many are followed by one of whole rows, since
    /// rows differ.
    [[nodiscard]] bool fits_unseen() const {
        return allowed_ == ceiling_ && unseen_pages_ < most_unseen_pages;
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
    static constexpr std::size_t most_unseen_pages = 15;

private:
    std::size_t allowed_ = first_rows;
    std::size_t ceiling_ = most_rows;
    std::size_t row_bytes_ = 0;  // not known yet
    std::size_t unseen_pages_ = 0;

    [[nodiscard]] std::int32_t fitting(std::size_t bytes, std::size_t limit) const {
        const std::size_t fit = bytes / std::max<std::size_t>(1, row_bytes_);
        return static_cast<std::int32_t>(std::max<std::size_t>(1, std::min(limit, fit)));
    }
};

}  // namespace duet::cassandra
