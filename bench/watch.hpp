#pragma once
// Looks for changes on one side, by id, and tells when each was there.

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/task.hpp"
#include "base/uuid.hpp"
#include "setting.hpp"

namespace duet::bench {

using Moment = std::chrono::steady_clock::time_point;

/// A side that is read by id.
class Reader {
public:
    virtual ~Reader() = default;
    /// What `quantity` says of each of these records; empty: there is no such record.
    [[nodiscard]] virtual Task<std::vector<std::optional<std::int64_t>>> quantities(
        const std::vector<Uuid>& ids) = 0;
};

/// By `_mget`, which needs no refresh.
[[nodiscard]] std::unique_ptr<Reader> index_reader(elastic::Client& client, std::string index);
/// By single prepared SELECTs, side by side.
[[nodiscard]] std::unique_ptr<Reader> table_reader(cql::Session& session, std::string table);

/// A record whose `quantity` will be no less than `serial` once the change has arrived.
struct Expected {
    Uuid id;
    std::int64_t serial = 0;
    Moment acknowledged;
};

struct WatchOptions {
    std::size_t look_limit = 100;        // records in one look
    std::chrono::milliseconds pause{5};  // between two looks, at least
    /// And for each record of the last one: looking must not be what the servers are busy with.
    std::chrono::microseconds pause_a_record{500};
    std::chrono::seconds patience{60};  // after close()
};

class Watch {
public:
    Watch(Reader& reader, WatchOptions options) : reader_(reader), options_(options) {}

    void expect(Expected expected) { waiting_.push_back(expected); }
    /// Nothing more will be expected.
    void close();
    /// Looks until it is closed and all have come, or its patience is over.
    [[nodiscard]] Task<void> run();

    /// From each acknowledgement to the end of the look that found it.
    [[nodiscard]] const std::vector<double>& milliseconds() const { return milliseconds_; }
    [[nodiscard]] std::size_t missing() const { return waiting_.size(); }

private:
    [[nodiscard]] std::chrono::milliseconds pause_after(std::size_t looked) const;
    [[nodiscard]] Task<bool> look();  // whether it has found all that it looked for

    Reader& reader_;
    WatchOptions options_;
    std::deque<Expected> waiting_;  // the oldest first
    std::vector<double> milliseconds_;
    bool closed_ = false;
    Moment closed_at_;
};

}  // namespace duet::bench
