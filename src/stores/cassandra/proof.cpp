#include "stores/cassandra/proof.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "stores/cassandra/statements.hpp"

namespace duet::cassandra {
namespace {

/// Of a non-frozen collection the digest counts elements, which tell nothing of rows.
bool in_every_row(const LayoutColumn& column, std::uint64_t count, std::uint64_t rows) {
    return column.timed && !column.type.multi_cell() && !column.is_static && count == rows;
}

std::ptrdiff_t width_of(const LayoutColumn& column) { return column.timed ? 2 : 1; }

}  // namespace

std::vector<ProofQuery> proof_of(const Layout& layout, TokenRange range,
                                 const RangeDigest& written) {
    const std::vector<const LayoutColumn*> columns = digested_columns(layout);
    std::vector<bool> together;
    auto numbers = written.columns.begin();
    for (const LayoutColumn* column : columns) {
        together.push_back(in_every_row(*column, *numbers, written.count));
        numbers += width_of(*column);
    }
    std::vector<ProofQuery> proof;
    numbers = written.columns.begin();
    std::size_t at = 0;
    for (std::string& cql : proof_queries(layout, range, together)) {
        ProofQuery query{std::move(cql), {written.count}};
        if (proof.empty()) query.answer.push_back(written.token_sum);
        std::optional<std::uint64_t> times;
        for (const std::size_t end = std::min(columns.size(), at + digest_columns); at < end;
             ++at) {
            const auto next = numbers + width_of(*columns[at]);
            if (together[at]) {
                times = times.value_or(0) + numbers[1];
            } else {
                std::copy(numbers, next, std::back_inserter(query.answer));
            }
            numbers = next;
        }
        if (times) query.answer.push_back(*times);
        proof.push_back(std::move(query));
    }
    return proof;
}

}  // namespace duet::cassandra
