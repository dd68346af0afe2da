#pragma once
// Table `agreed` of keyspace `duet`: what both sides of each record agreed on last.

#include <span>
#include <string>
#include <vector>

#include "cql/session.hpp"
#include "model/agreed.hpp"
#include "model/store.hpp"

namespace duet::cassandra {

/// As StateStore's functions of the same purpose.
class Agreements {
public:
    /// The session outlives it.
    Agreements(cql::Session& session, std::string keyspace);

    [[nodiscard]] Task<void> load(std::string pair, std::int64_t era, std::span<AgreedNote> notes);
    [[nodiscard]] Task<AgreedPage> list(std::string pair, std::int64_t era, TokenRange range,
                                        std::size_t limit);
    [[nodiscard]] Task<void> put(std::string pair, std::int64_t era, std::vector<AgreedNote> notes);

private:
    cql::Session& session_;
    std::string keyspace_;
    std::string table_;

    [[nodiscard]] Task<void> load_one(const std::string& pair, std::int64_t era, AgreedNote& note);
    /// The notes of a range within one bucket.
    [[nodiscard]] Task<void> list_bucket(const std::string& pair, std::int64_t era,
                                         TokenRange range, std::size_t limit, AgreedPage& page);
    [[nodiscard]] Task<void> put_run(const std::string& pair, std::int64_t era,
                                     std::span<const AgreedNote> run);
};

/// The part of the ring that a token lies in, 0 to 255: a partition.
[[nodiscard]] std::int32_t bucket_of(std::int64_t token);

}  // namespace duet::cassandra
