#pragma once
// Tables `beaten` and `beaten_days` of keyspace `duet`: contents that lost.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cql/session.hpp"
#include "model/state.hpp"

namespace duet::cassandra {

/// As StateStore's functions of the same purpose.
class BeatenContents {
public:
    /// The session outlives it.
    BeatenContents(cql::Session& session, std::string keyspace);

    [[nodiscard]] Task<void> put(std::string pair, std::vector<Beaten> beaten,
                                 std::chrono::seconds keep);
    /// Newest first, at most `limit`, without the contents; of one record where `only` names it.
    [[nodiscard]] Task<std::vector<Beaten>> list(std::string pair, std::optional<Id> only,
                                                 std::size_t limit);
    /// The content of one that was listed; empty: its time was up meanwhile.
    [[nodiscard]] Task<std::optional<std::string>> json(std::string pair, Beaten beaten);

private:
    cql::Session& session_;
    std::string keyspace_;
    std::string table_;
    std::string days_table_;

    [[nodiscard]] Task<cql::Rows> run(std::string cql, std::vector<cql::Bound> values,
                                      cql::RequestOptions request);
    [[nodiscard]] Task<void> put_day(const std::string& pair, std::int64_t day, std::int64_t ttl);
    [[nodiscard]] Task<void> put_one(const std::string& pair, Beaten beaten, std::int64_t ttl);
    /// Newest first.
    [[nodiscard]] Task<std::vector<std::int64_t>> days(const std::string& pair);
    [[nodiscard]] Task<void> list_day(const std::string& pair, std::int64_t day,
                                      const std::optional<Id>& only, std::size_t limit,
                                      std::vector<Beaten>& found);
};

}  // namespace duet::cassandra
