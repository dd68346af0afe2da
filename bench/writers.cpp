#include "writers.hpp"

#include <utility>

#include "base/error.hpp"

namespace duet::bench {
namespace {

constexpr int insert_tries = 20;
constexpr std::chrono::milliseconds insert_pause{1'000};

/// What the lanes of one writer take their work from.
struct Bodies {
    std::span<const elastic::BulkBody> left;
};

Task<void> send_bodies(elastic::Client& client, std::string index, Bodies& bodies) {
    while (!bodies.left.empty()) {
        const elastic::BulkBody& body = bodies.left.front();
        bodies.left = bodies.left.subspan(1);
        const std::vector<elastic::BulkItem> items = co_await client.bulk(index, body);
        for (const elastic::BulkItem& item : items) {
            if (item.status >= 300) {
                throw Error("index " + index + " refuses a document: " + item.error_reason);
            }
        }
    }
}

struct Inserts {
    cql::PreparedPtr statement;
    std::span<const BenchRecord> left;
    bool stamped = false;
};

Task<void> send_inserts(cql::Session& session, Inserts& inserts) {
    while (!inserts.left.empty()) {
        const BenchRecord& record = inserts.left.front();
        inserts.left = inserts.left.subspan(1);
        // Of a million rows some may meet a server that stands still for a while.
        for (int tries = 1;; ++tries) {
            try {
                std::vector<cql::Bound> values = bind(record, inserts.stamped);
                co_await insert_row(session, inserts.statement, std::move(values));
                break;
            } catch (const Unavailable&) {
                if (tries == insert_tries) throw;
            }
            co_await sleep_for(insert_pause);
        }
    }
}

}  // namespace

std::vector<elastic::BulkBody> make_bodies(std::span<const BenchRecord> records) {
    std::vector<elastic::BulkBody> bodies;
    std::string source;
    for (const BenchRecord& record : records) {
        if (bodies.empty() || bodies.back().bytes() >= bulk_bytes) bodies.emplace_back();
        source.clear();
        append_document(source, record);
        bodies.back().index(record.id.to_string(), source);
    }
    return bodies;
}

Task<void> write_documents(elastic::Client& client, std::string index,
                           std::span<const elastic::BulkBody> bodies, int lanes) {
    Bodies left{bodies};
    std::vector<Task<void>> senders;
    senders.reserve(static_cast<std::size_t>(lanes));
    for (int lane = 0; lane < lanes; ++lane) senders.push_back(send_bodies(client, index, left));
    co_await when_all(std::move(senders));
}

Task<void> insert_row(cql::Session& session, cql::PreparedPtr statement,
                      std::vector<cql::Bound> values) {
    co_await session.execute(std::move(statement), std::move(values));
}

Task<void> write_rows(cql::Session& session, std::string table,
                      std::span<const BenchRecord> records, bool stamped) {
    std::string cql = insert_cql(table, stamped);
    Inserts inserts;
    inserts.statement = co_await session.prepare(std::move(cql));
    inserts.left = records;
    inserts.stamped = stamped;
    std::vector<Task<void>> senders;
    for (std::size_t i = 0; i < yardstick_in_flight; ++i)
        senders.push_back(send_inserts(session, inserts));
    co_await when_all(std::move(senders));
}

}  // namespace duet::bench
