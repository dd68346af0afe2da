#include "changes.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "base/error.hpp"
#include "statistics.hpp"
#include "writers.hpp"

namespace duet::bench {
namespace {

constexpr std::chrono::milliseconds tick{10};
constexpr std::size_t open_limit = 64;  // ticks in flight: a slower server slows the writer down
constexpr int bulk_lanes = 2;

std::int64_t now_micros() {
    return std::chrono::duration_cast<std::chrono::microseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

/// Every how manieth change is watched.
std::uint64_t stride(const ChangeOptions& options) {
    if (options.watched_rate == 0) return 1;
    return static_cast<std::uint64_t>(std::max(1, options.rate / options.watched_rate));
}

}  // namespace

Task<void> Changes::run(ChangeOptions options, Watch* watch) {
    std::string insert = insert_cql(table_, true);
    insert_ = co_await clients_.session.prepare(std::move(insert));
    const Moment began = std::chrono::steady_clock::now();
    std::uint64_t made = 0;
    for (;;) {
        const auto elapsed = std::chrono::steady_clock::now() - began;
        if (elapsed >= options.duration) break;
        const std::uint64_t wanted = due(elapsed, options.rate);
        if (wanted > made && open_ < open_limit) {
            ++open_;
            std::string name = "changes";
            co_await net::spawn_here(make(options, wanted - made, watch), std::move(name));
            made = wanted;
        }
        if (failure_) break;
        co_await sleep_for(tick);
    }
    while (open_ > 0) co_await closed_.wait();
    if (failure_) std::rethrow_exception(failure_);
}

Task<void> Changes::make(ChangeOptions options, std::uint64_t count, Watch* watch) {
    try {
        std::vector<BenchRecord> batch = choose(count);
        const std::uint64_t first = made_;
        made_ += count;
        co_await write(options.side, batch);
        const Moment acknowledged = std::chrono::steady_clock::now();
        for (std::uint64_t i = 0; i < batch.size(); ++i) {
            const Expected expected{batch[i].id, batch[i].quantity, acknowledged};
            done_.push_back(expected);
            if (watch != nullptr && (first + i) % stride(options) == 0) watch->expect(expected);
        }
        if (options.both_sides) co_await write(other(options.side), std::move(batch));
    } catch (...) {
        failure_ = std::current_exception();
    }
    --open_;
    closed_.notify_all();
}

std::vector<BenchRecord> Changes::choose(std::uint64_t count) {
    std::vector<BenchRecord> batch;
    batch.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) {
        BenchRecord record = records_[random_() % records_.size()];
        record.quantity = ++serial_;
        record.stamp = now_micros();
        batch.push_back(std::move(record));
    }
    return batch;
}

Task<void> Changes::write(Side side, std::vector<BenchRecord> batch) {
    if (side == Side::elasticsearch) {
        const std::vector<elastic::BulkBody> bodies = make_bodies(batch);
        co_await write_documents(clients_.client, index_, bodies, 1);
        co_return;
    }
    std::vector<Task<void>> inserts;
    for (const BenchRecord& record : batch)
        inserts.push_back(insert_row(clients_.session, insert_, bind(record, true)));
    co_await when_all(std::move(inserts));
}

Task<void> Changes::write_again(Side side) {
    std::vector<BenchRecord> again;
    again.reserve(done_.size());
    for (std::size_t i = 0; i < done_.size(); ++i) {
        BenchRecord record = records_[i % records_.size()];
        record.id = done_[i].id;
        record.quantity = done_[i].serial;
        record.stamp = now_micros();
        again.push_back(std::move(record));
    }
    if (side == Side::cassandra) {
        std::string table = table_;
        co_await write_rows(clients_.session, std::move(table), again, true);
        co_return;
    }
    const std::vector<elastic::BulkBody> bodies = make_bodies(again);
    co_await write_documents(clients_.client, index_, bodies, bulk_lanes);
}

}  // namespace duet::bench
