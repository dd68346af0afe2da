#pragma once
// Changes of records that are there already, at a rate.

#include <chrono>
#include <cstdint>
#include <exception>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "base/task.hpp"
#include "net/runtime.hpp"
#include "records.hpp"
#include "setting.hpp"
#include "watch.hpp"

namespace duet::bench {

enum class Side : std::uint8_t { cassandra, elasticsearch };

[[nodiscard]] constexpr Side other(Side side) {
    return side == Side::cassandra ? Side::elasticsearch : Side::cassandra;
}

struct ChangeOptions {
    Side side = Side::cassandra;
    int rate = 100;  // a second
    std::chrono::seconds duration{30};
    int watched_rate = 50;  // a second, of these; 0: all are watched
    /// The yardstick: each change is written to the other side too, as soon as this one has
    /// acknowledged it.
    bool both_sides = false;
};

/// Writes whole records, stamped now; `quantity` is a number that only grows. Each tick of
/// 10 ms is one bulk body, or single inserts side by side.
class Changes {
public:
    /// Records, table and index are the caller's, and level.
    Changes(Clients& clients, std::span<const BenchRecord> records, std::string table,
            std::string index, std::int64_t& serial)
        : clients_(clients),
          records_(records),
          table_(std::move(table)),
          index_(std::move(index)),
          serial_(serial) {}

    /// Ends when all are acknowledged. The watch, if there is one, is told of them.
    [[nodiscard]] Task<void> run(ChangeOptions options, Watch* watch);
    [[nodiscard]] std::uint64_t made() const { return made_; }
    /// The ids that were changed and their newest serials, in their order.
    [[nodiscard]] const std::vector<Expected>& done() const { return done_; }
    /// The same records with the same contents once more, to one side, by the bare writers.
    [[nodiscard]] Task<void> write_again(Side side);

private:
    [[nodiscard]] Task<void> write(Side side, std::vector<BenchRecord> batch);
    [[nodiscard]] Task<void> make(ChangeOptions options, std::uint64_t count, Watch* watch);
    [[nodiscard]] std::vector<BenchRecord> choose(std::uint64_t count);

    Clients& clients_;
    std::span<const BenchRecord> records_;
    std::string table_;
    std::string index_;
    std::int64_t& serial_;
    std::mt19937_64 random_{4'711};
    std::uint64_t made_ = 0;
    std::size_t open_ = 0;  // batches in flight
    net::Event closed_;
    std::exception_ptr failure_;
    std::vector<Expected> done_;
    cql::PreparedPtr insert_;
};

}  // namespace duet::bench
