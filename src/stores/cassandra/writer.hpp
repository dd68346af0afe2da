#pragma once
// Sends bound rows to a table: small unlogged batches, several in flight; a record that the server
// refuses does not stop the others.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cql/session.hpp"
#include "model/store.hpp"
#include "stores/cassandra/binder.hpp"
#include "stores/cassandra/layout.hpp"

namespace duet::cassandra {

class RowWriter {
public:
    /// Both must outlive it. `cql` is what is sent of each row: insert_row or delete_row.
    RowWriter(cql::Session& session, const Layout& layout, std::string cql);

    /// What the server refused, in the order of the rows. `now`: when TTLs are counted from, as in
    /// bind_row(); empty: there are none. Throws Unavailable and Misconfigured.
    [[nodiscard]] Task<std::vector<std::optional<Refusal>>> send(
        std::vector<BoundRow> rows, std::optional<std::int64_t> now = {});

private:
    struct Job;

    [[nodiscard]] Task<void> work(Job& job);
    [[nodiscard]] Task<bool> send_batch(Job& job, std::size_t first, std::size_t last);
    [[nodiscard]] Task<void> send_one(Job& job, std::size_t place);

    cql::Session& session_;
    const Layout& layout_;
    std::string cql_;
};

// Below what the server warns of by default, one log line for each batch (5 KiB, 10 partitions).
constexpr std::size_t batch_bytes_limit = 4'500;
constexpr std::size_t batch_rows_limit = 10;
constexpr std::size_t batches_in_flight = 64;

}  // namespace duet::cassandra
