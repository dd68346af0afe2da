#pragma once
// From a result's row to a State: pure.

#include <cstdint>
#include <optional>
#include <vector>

#include "cql/session.hpp"
#include "model/store.hpp"
#include "stores/cassandra/layout.hpp"

namespace duet::cassandra {

/// A row as it was read.
struct FoundRow {
    Id id;
    State state;
    /// Newest WRITETIME of each of the layout's columns; filled only where it was asked for.
    std::vector<std::optional<std::int64_t>> write_times;
};

/// Reads rows that select_by_keys or select_by_token of the same layout has asked for, in the same
/// detail.
class RowReader {
public:
    /// The layout must outlive it.
    explicit RowReader(const Layout& layout, Detail detail = Detail::contents);

    /// Throws Unavailable when the columns are no longer those of the layout: the table has
    /// changed.
    void check(const cql::Rows& rows) const;
    /// A value that cannot be read becomes the state's problem. `now`: when the server counted the
    /// TTLs, seconds since 1970.
    [[nodiscard]] FoundRow read(const cql::Rows& rows, std::size_t row, bool with_times,
                                std::int64_t now) const;
    /// False: the static columns of a partition without rows, which are no record.
    [[nodiscard]] bool is_row(const cql::Rows& rows, std::size_t row) const;
    [[nodiscard]] std::int64_t token(const cql::Rows& rows, std::size_t row) const;
    /// Of no rows; in the order of digest_queries.
    [[nodiscard]] RangeDigest empty_digest() const;
    /// What the server's digest would count of this row, which was read with its contents.
    void add_to_digest(RangeDigest& digest, const cql::Rows& rows, std::size_t row,
                       std::int64_t token) const;

private:
    [[nodiscard]] std::vector<ByteView> key_cells(const cql::Rows& rows, std::size_t row) const;
    void read_key(const cql::Rows& rows, std::size_t row, FoundRow& found) const;
    void read_version(const cql::Rows& rows, std::size_t row, State& state) const;
    void read_contents(const cql::Rows& rows, std::size_t row, std::int64_t now, FoundRow& found,
                       bool with_times) const;
    void read_write_times(const cql::Rows& rows, std::size_t row, State& state) const;

    const Layout& layout_;
    Detail detail_;
    std::size_t first_;  // columns of the key, which come first
    std::size_t width_;  // columns of the result
};

}  // namespace duet::cassandra
