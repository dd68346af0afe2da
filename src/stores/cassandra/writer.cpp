#include "stores/cassandra/writer.hpp"

#include <algorithm>
#include <utility>

#include "stores/cassandra/failure.hpp"
#include "stores/cassandra/statements.hpp"

namespace duet::cassandra {

/// Rows that are sent together.
struct RowWriter::Batch {
    std::vector<std::size_t> places;
    std::vector<cql::BatchItem> items;
    std::size_t bytes = 0;

    [[nodiscard]] bool fits(const BoundRow& row, const BatchLimits& limits) const {
        return items.empty() || (items.size() < limits.rows && bytes + row.bytes <= limits.bytes);
    }
};

/// Rows on their way; workers take batches off the front.
struct RowWriter::Job {
    const Bind& bind;
    BatchLimits limits;
    std::size_t rows = 0;
    std::optional<std::int64_t> now = {};  // seconds since 1970
    cql::PreparedPtr statement = {};
    std::vector<std::optional<Refusal>> refusals = {};
    std::size_t next = 0;
    std::optional<BoundRow> bound = {};  // the next one, which did not fit the batch before
    bool failed = false;                 // one worker has thrown: the others stop taking batches

    /// Empty: it cannot be bound.
    [[nodiscard]] std::optional<BoundRow> bind_row(std::size_t place) {
        std::variant<BoundRow, Refusal> row = bind(place);
        if (Refusal* refusal = std::get_if<Refusal>(&row)) {
            refusals[place] = std::move(*refusal);
            return std::nullopt;
        }
        return std::move(std::get<BoundRow>(row));
    }

    [[nodiscard]] Batch take() {
        Batch batch;
        for (; next < rows; ++next) {
            if (!bound) bound = bind_row(next);
            if (!bound) continue;
            if (!batch.fits(*bound, limits)) break;
            batch.places.push_back(next);
            batch.items.push_back(cql::BatchItem{statement, std::move(bound->values)});
            batch.bytes += bound->bytes;
            bound.reset();
        }
        return batch;
    }
};

RowWriter::RowWriter(cql::Session& session, const Layout& layout, std::string cql)
    : session_(session), layout_(layout), cql_(std::move(cql)) {}

Task<std::vector<std::optional<Refusal>>> RowWriter::send(std::size_t rows, const Bind& bind,
                                                          std::optional<std::int64_t> now) {
    if (rows > 1 && !limits_) limits_ = co_await batch_limits(session_);
    Job job{bind, limits_.value_or(BatchLimits{}), rows, now};
    job.refusals.resize(rows);
    if (rows == 0) {
        co_return std::move(job.refusals);
    }
    try {
        std::string cql = cql_;
        job.statement = co_await session_.prepare(std::move(cql));
    } catch (const cql::QueryError& error) {
        throw_read_failure(error, layout_.name());
    }
    std::vector<Task<void>> workers;
    for (std::size_t i = 0; i < std::min(workers_limit, rows); ++i) {
        workers.push_back(work(job));
    }
    co_await when_all(std::move(workers));
    co_return std::move(job.refusals);
}

Task<void> RowWriter::work(Job& job) {
    while (!job.failed) {
        try {
            Batch batch = job.take();
            if (batch.items.empty()) {
                co_return;
            }
            co_await send_rows(job, std::move(batch));
        } catch (...) {
            job.failed = true;
            throw;
        }
    }
}

Task<void> RowWriter::send_rows(Job& job, Batch batch) {
    if (batch.items.size() == 1) {
        co_await send_one(job, batch.places.front(), std::move(batch.items.front().values));
        co_return;
    }
    const bool taken = co_await send_batch(job, batch);
    if (taken) {
        co_return;
    }
    // The server refused the batch: which of the rows does it mean?
    for (const std::size_t place : batch.places) {
        std::optional<BoundRow> row = job.bind_row(place);
        if (row) {
            co_await send_one(job, place, std::move(row->values));
        }
    }
}

Task<bool> RowWriter::send_batch(Job& job, Batch& batch) {
    try {
        cql::RequestOptions options;
        options.now_in_seconds = job.now;
        options.paced = true;
        co_await session_.batch(std::move(batch.items), std::move(options));
    } catch (const cql::QueryError&) {
        co_return false;
    } catch (const Unavailable& error) {
        rethrow_unavailable(error, layout_.name());
    }
    co_return true;
}

Task<void> RowWriter::send_one(Job& job, std::size_t place, std::vector<cql::Bound> values) {
    try {
        cql::RequestOptions options;
        options.now_in_seconds = job.now;
        options.paced = true;
        cql::PreparedPtr statement = job.statement;
        (void)co_await session_.execute(std::move(statement), std::move(values),
                                        std::move(options));
    } catch (const cql::QueryError& error) {
        job.refusals[place] = refusal_of(error, layout_.name());
    } catch (const Unavailable& error) {
        if (!is_too_large(error)) {
            rethrow_unavailable(error, layout_.name());
        }
        job.refusals[place] = Refusal{"", "",
                                      std::string("the record is too large for Cassandra's commit "
                                                  "log: make it smaller, or raise "
                                                  "commitlog_segment_size: ") +
                                          error.what()};
    }
}

}  // namespace duet::cassandra
