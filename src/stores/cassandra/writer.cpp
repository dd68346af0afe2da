#include "stores/cassandra/writer.hpp"

#include <algorithm>

#include "stores/cassandra/failure.hpp"
#include "stores/cassandra/statements.hpp"

namespace duet::cassandra {

/// Rows on their way; workers take batches off the front.
struct RowWriter::Job {
    cql::PreparedPtr statement;
    std::vector<BoundRow> rows;
    std::vector<std::optional<Refusal>> refusals;
    std::optional<std::int64_t> now;  // seconds since 1970
    std::size_t next = 0;
    bool failed = false;  // one worker has thrown: the others stop taking batches

    /// The end of the batch that starts at `first`.
    [[nodiscard]] std::size_t batch_end(std::size_t first) const {
        std::size_t bytes = rows[first].bytes;
        std::size_t end = first + 1;
        while (end < rows.size() && end - first < batch_rows_limit &&
               bytes + rows[end].bytes <= batch_bytes_limit) {
            bytes += rows[end++].bytes;
        }
        return end;
    }
};

RowWriter::RowWriter(cql::Session& session, const Layout& layout, std::string cql)
    : session_(session), layout_(layout), cql_(std::move(cql)) {}

Task<std::vector<std::optional<Refusal>>> RowWriter::send(std::vector<BoundRow> rows,
                                                          std::optional<std::int64_t> now) {
    Job job;
    job.now = now;
    job.rows = std::move(rows);
    job.refusals.resize(job.rows.size());
    if (job.rows.empty()) {
        co_return std::move(job.refusals);
    }
    try {
        std::string cql = cql_;
        job.statement = co_await session_.prepare(std::move(cql));
    } catch (const cql::QueryError& error) {
        throw_read_failure(error, layout_.name());
    }
    std::vector<Task<void>> workers;
    for (std::size_t i = 0; i < std::min(batches_in_flight, job.rows.size()); ++i) {
        workers.push_back(work(job));
    }
    co_await when_all(std::move(workers));
    co_return std::move(job.refusals);
}

Task<void> RowWriter::work(Job& job) {
    while (job.next < job.rows.size() && !job.failed) {
        const std::size_t first = job.next;
        const std::size_t last = job.batch_end(first);
        job.next = last;
        try {
            if (last - first > 1 && co_await send_batch(job, first, last)) {
                continue;
            }
            // A row alone; or the server refused the batch: which of the rows does it mean?
            for (std::size_t place = first; place < last; ++place) {
                co_await send_one(job, place);
            }
        } catch (...) {
            job.failed = true;
            throw;
        }
    }
}

Task<bool> RowWriter::send_batch(Job& job, std::size_t first, std::size_t last) {
    std::vector<cql::BatchItem> items;
    items.reserve(last - first);
    for (std::size_t place = first; place < last; ++place) {
        cql::BatchItem item;
        item.statement = job.statement;
        item.values = job.rows[place].values;  // kept: a refused batch is sent again row by row
        items.push_back(std::move(item));
    }
    try {
        cql::RequestOptions options;
        options.now_in_seconds = job.now;
        co_await session_.batch(std::move(items), std::move(options));
    } catch (const cql::QueryError&) {
        co_return false;
    } catch (const Unavailable& error) {
        rethrow_unavailable(error, layout_.name());
    }
    co_return true;
}

Task<void> RowWriter::send_one(Job& job, std::size_t place) {
    try {
        cql::RequestOptions options;
        options.now_in_seconds = job.now;
        cql::PreparedPtr statement = job.statement;
        std::vector<cql::Bound> values = std::move(job.rows[place].values);
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
