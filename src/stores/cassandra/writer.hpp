#pragma once
// Sends rows to a table: small unlogged batches, several in flight; a record that the server
// refuses does not stop the others.

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cql/session.hpp"
#include "model/store.hpp"
#include "stores/cassandra/batch_limits.hpp"
#include "stores/cassandra/binder.hpp"
#include "stores/cassandra/layout.hpp"

namespace duet::cassandra {

class RowWriter {
public:
    /// The values of the row at a place. It is asked when the row's turn comes, so that few are
    /// bound at a time while the server has something to do; and again where a batch was refused.
    using Bind = std::function<std::variant<BoundRow, Refusal>(std::size_t place)>;

    /// Both must outlive it. `cql` is what is sent of each row: insert_row or delete_row.
    RowWriter(cql::Session& session, const Layout& layout, std::string cql);

    /// What could not be bound and what the server refused, in the order of the rows. `now`: when
    /// TTLs are counted from, as in bind_row(); empty: there are none. Throws Unavailable and
    /// Misconfigured.
    [[nodiscard]] Task<std::vector<std::optional<Refusal>>> send(std::size_t rows, const Bind& bind,
                                                                 std::optional<std::int64_t> now);

private:
    struct Job;
    struct Batch;

    [[nodiscard]] Task<void> work(Job& job);
    [[nodiscard]] Task<void> send_rows(Job& job, Batch batch);
    [[nodiscard]] Task<bool> send_batch(Job& job, Batch& batch);
    [[nodiscard]] Task<void> send_one(Job& job, std::size_t place, std::vector<cql::Bound> values);

    cql::Session& session_;
    const Layout& layout_;
    std::string cql_;
    std::optional<BatchLimits> limits_;  // empty: nothing was sent yet
};

constexpr std::size_t workers_limit = 128;  // of one job; the session says how many send

}  // namespace duet::cassandra
