#include <fmt/format.h>

#include "cql/response.hpp"

namespace duet::cql {

std::optional<ByteView> Rows::cell(std::size_t row, std::size_t column) const {
    const Cell& found = cells.at(row * columns.size() + column);
    if (found.length < 0) {
        return std::nullopt;
    }
    return ByteView(body).subspan(static_cast<std::size_t>(found.offset),
                                  static_cast<std::size_t>(found.length));
}

void read_cells(BodyReader& body, std::size_t column_count, Rows& rows) {
    const std::int32_t row_count = body.read_int();
    constexpr std::size_t smallest_cell = 4;
    // Before anything is allocated: a false count must not cost more memory than the answer itself.
    if (row_count < 0 ||
        static_cast<std::uint64_t>(row_count) * column_count > body.left() / smallest_cell) {
        throw ProtocolError(
            fmt::format("Cassandra announced {} rows of {} columns in an answer of {} bytes",
                        row_count, column_count, body.left()));
    }
    // This loop sees every cell of a scan: one allocation, no copies, one bound check for the
    // length and one for the value.
    rows.cells.resize(static_cast<std::size_t>(row_count) * column_count);
    for (Rows::Cell& cell : rows.cells) {
        cell.length = body.read_int();
        cell.offset = static_cast<std::int32_t>(body.position());
        if (cell.length >= 0) {
            body.skip(static_cast<std::size_t>(cell.length));
        }
    }
}

}  // namespace duet::cql
