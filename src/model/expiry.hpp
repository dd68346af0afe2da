#pragma once
// When a record ends by itself: of a row, cell by cell (TTL); of a document, by its expiry field.
// Moments are microseconds since 1970.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <optional>

namespace duet {

/// Moments so close to each other are the same end of a record: Cassandra counts whole seconds, and
/// clocks differ.
constexpr std::chrono::microseconds expiry_tolerance = std::chrono::seconds(2);

/// A record that never ends, and one that does, are not the same, however late it does.
[[nodiscard]] inline bool same_end(std::optional<std::int64_t> left,
                                   std::optional<std::int64_t> right,
                                   std::chrono::microseconds tolerance = expiry_tolerance) {
    if (!left || !right) return left == right;
    return std::abs(*left - *right) <= tolerance.count();
}

/// Gathers the ends of a row's readable cells.
class RowEnd {
public:
    /// Empty: a cell that stays for ever.
    void add(std::optional<std::int64_t> end) {
        if (!end) {
            for_ever_ = true;
            return;
        }
        first_ = std::min(first_.value_or(*end), *end);
        last_ = std::max(last_.value_or(*end), *end);
    }
    /// When the first cell ends; empty: none does.
    [[nodiscard]] std::optional<std::int64_t> first() const { return first_; }
    /// When the last cell does, and with it the row; empty: one stays for ever, or nothing is known
    /// since there is none.
    [[nodiscard]] std::optional<std::int64_t> last() const {
        return for_ever_ ? std::nullopt : last_;
    }

private:
    bool for_ever_ = false;
    std::optional<std::int64_t> first_;
    std::optional<std::int64_t> last_;
};

}  // namespace duet
