#pragma once
// Asks a table for rows by id, rows by token range, and digests of ranges.

#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "cql/session.hpp"
#include "model/store.hpp"
#include "stores/cassandra/layout.hpp"
#include "stores/cassandra/pages.hpp"
#include "stores/cassandra/reader.hpp"

namespace duet::cassandra {

class RowFetcher {
public:
    /// All three must outlive it.
    RowFetcher(cql::Session& session, const Clock& clock, const Layout& layout);

    /// In the order of the ids; a row that is not there has a state that does not exist.
    [[nodiscard]] Task<std::vector<FoundRow>> by_ids(std::span<const Id> ids, bool with_times);
    /// Those that have no row, by the server's own clock. Everything else is read as of this one's
    /// (protocol 5), so that a row is there as long as its TTLs say.
    [[nodiscard]] Task<std::vector<Id>> absent(std::span<const Id> ids);
    [[nodiscard]] Task<RowPage> by_token(TokenRange range, std::size_t limit, std::string inside,
                                         Detail detail);
    [[nodiscard]] Task<RangeDigest> digest(TokenRange range);
    /// As RowStore's.
    [[nodiscard]] Task<std::optional<RangeDigest>> confirm(TokenRange range, RangeDigest written);
    /// What time the server is told: seconds since 1970.
    [[nodiscard]] std::int64_t now_in_seconds() const;

    /// Rows by their version; on to the next page by its paging state, empty where that was all.
    struct VersionPage {
        std::vector<Change> rows;
        Bytes next;
    };
    [[nodiscard]] Task<VersionPage> by_version(std::int64_t from, std::int64_t upto, Bytes page,
                                               std::size_t limit);

private:
    /// Rows of by_ids, put in their places as they arrive.
    struct Lookup;

    [[nodiscard]] Task<void> look_up(Lookup& lookup);
    [[nodiscard]] Task<void> look_chunk(Lookup& lookup, std::size_t first);
    [[nodiscard]] Task<void> look_partitions(Lookup& lookup);
    [[nodiscard]] Task<void> find(Lookup& lookup, std::vector<cql::Bound> values,
                                  std::size_t count);
    /// `reader` is that of the answers.
    [[nodiscard]] Task<cql::Rows> page(const std::string& cql, const RowReader& reader,
                                       std::vector<cql::Bound> values, Bytes paging_state,
                                       std::size_t limit, std::optional<std::int64_t> now);
    /// Before the server is asked to read rows that are not seen here.
    [[nodiscard]] Task<void> measure();
    [[nodiscard]] Task<cql::Rows> aggregate(const std::string& cql,
                                            std::optional<TokenRange> parameters);

    cql::Session& session_;
    const Clock& clock_;
    const Layout& layout_;
    RowReader reader_;
    RowReader versions_reader_;
    PageSize pages_;
    std::string by_keys_cql_;
    std::string versions_by_keys_cql_;
    std::string by_token_cql_;
    std::string versions_by_token_cql_;
    std::string by_version_cql_;
    std::vector<std::string> digest_cql_;
    std::size_t digest_rows_ = PageSize::most_rows;  // of one page; halved by tombstones
};

constexpr std::size_t keys_limit =
    100;  // keys of one `IN ?`: the node that is asked gathers them all
constexpr std::size_t partitions_in_flight = 64;

}  // namespace duet::cassandra
