#pragma once
// A feed of a table's rows that says what a test told it to say.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/row_feed.hpp"
#include "sync/pair.hpp"

namespace duet::sync {

struct ToldFeed final : RowFeed {
    std::deque<Id> ids;
    bool incomplete = false;
    std::size_t given = 0;
    int acknowledged = 0;
    bool is_reading = false;              // it will have more to tell
    std::vector<std::int64_t> at;         // its position
    bool can_resume = false;              // from any
    std::vector<std::int64_t> resumed{};  // from there
    std::function<void()> on_next;

    [[nodiscard]] std::string name() const override { return "told"; }
    Task<RowChanges> next(std::size_t limit) override {
        if (on_next) on_next();
        RowChanges batch;
        given = std::min(limit, ids.size());
        for (std::size_t i = 0; i < given; ++i) {
            batch.changes.push_back(Change{ids[i], std::nullopt, std::nullopt});
        }
        batch.caught_up = given == ids.size() && !is_reading;
        batch.waits = is_reading && given == 0;
        batch.incomplete = std::exchange(incomplete, false);
        co_return batch;
    }
    Task<void> acknowledge() override {
        ids.erase(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(given));
        ++acknowledged;
        co_return;
    }
    [[nodiscard]] std::vector<std::int64_t> position() const override { return at; }
    bool resume(const std::vector<std::int64_t>& position) override {
        resumed = position;
        return can_resume;
    }
};

/// The sweep is out of the way.
inline PairSettings swept_hourly() {
    PairSettings settings;
    settings.sweep_every = std::chrono::hours(1);
    return settings;
}

}  // namespace duet::sync
