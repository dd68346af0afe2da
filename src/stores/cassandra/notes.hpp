#pragma once
// What Duet remembers, as bound values and from rows: pure.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cql/session.hpp"
#include "model/state.hpp"

namespace duet::cassandra {

constexpr const char* quarantine_columns =
    "pair, id, side, field, value, reason, row_version, document_version, row_newest_write, "
    "row_digest, document_shard, document_seq_no, document_primary_term, row_json, document_json, "
    "first_seen, last_seen, tries";
constexpr const char* beaten_columns =
    "pair, day, beaten_at, id, side, version, winner, json, reason";
// Without the contents, for lists: a page of contents has no limit that suits an answer.
constexpr const char* listed_quarantine_columns =
    "id, side, field, value, reason, row_version, document_version, row_newest_write, row_digest, "
    "document_shard, document_seq_no, document_primary_term, first_seen, last_seen, tries";
constexpr const char* listed_beaten_columns = "beaten_at, id, side, version, winner, reason";
constexpr std::int32_t listed_page = 1'000;  // rows, of a few hundred bytes each

// A mutation has 16 MiB at most: two contents in quarantine, one that was beaten.
constexpr std::size_t quarantined_json_limit = 7U << 20;
constexpr std::size_t beaten_json_limit = 15U << 20;
constexpr std::size_t sweep_numbers_limit = 500'000;  // 6 MB; of more segments the first ones

/// Bound values, one after the other in the order of the statement's places.
class Notes {
public:
    Notes& text(const std::string& value);
    Notes& bigint(std::int64_t value);
    Notes& optional_bigint(std::optional<std::int64_t> value);
    Notes& integer(std::int64_t value);  // a 32-bit int
    Notes& unset();                      // leaves the column alone
    Notes& id(const Id& value);
    Notes& bigints(const std::vector<std::int64_t>& values);
    Notes& texts(const std::vector<std::string>& values);
    Notes& cursor(const Cursor& cursor);
    /// era, deletes, copied, segments.
    Notes& sweep(const SweepNotes& notes);
    /// In the order of quarantine_columns.
    Notes& quarantine(const std::string& pair, const QuarantineEntry& entry);
    /// In the order of beaten_columns.
    Notes& beaten(const std::string& pair, std::int64_t day, const Beaten& beaten);
    [[nodiscard]] std::vector<cql::Bound> take() { return std::move(values_); }

private:
    Notes& json(const std::string& value, std::size_t limit);

    std::vector<cql::Bound> values_;
};

/// What to type where the tables of the state keyspace are not as ensure() makes them.
[[nodiscard]] std::string notes_remedy(const std::string& keyspace);

/// Prepares and runs a statement about Duet's own tables; one that is refused means that the
/// keyspace is not as ensure() left it: Misconfigured.
[[nodiscard]] Task<cql::Rows> run_note(cql::Session& session, std::string keyspace, std::string cql,
                                       std::vector<cql::Bound> values, cql::RequestOptions request);

/// Of the first row. Of entries: what was not asked for stays empty.
[[nodiscard]] Cursor read_cursor(const cql::Rows& rows);
[[nodiscard]] SweepNotes read_sweep(const cql::Rows& rows);
/// Empty: this is no entry, but what a retry has left of a record that was released meanwhile.
[[nodiscard]] std::optional<QuarantineEntry> read_quarantine(const cql::Rows& rows,
                                                             std::size_t row);
[[nodiscard]] Beaten read_beaten(const cql::Rows& rows, std::size_t row);

}  // namespace duet::cassandra
