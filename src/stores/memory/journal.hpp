#pragma once
// The journal of a table in memory: a RowFeed as unreliable as the real one may be.

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "model/row_feed.hpp"

namespace duet {

/// Keys come late, doubled and out of turn; now and then some are lost, and then it says that it is
/// incomplete, at once or at the next look.
class MemoryJournal final : public RowFeed {
public:
    /// Every write of a row, in turn; it grows.
    using Log = std::vector<std::pair<Id, std::int64_t>>;
    /// A number of chance below the one given, which is above 0.
    using Chance = std::function<std::int64_t(std::int64_t below)>;

    /// What is in the log already is no matter of it. The log outlives it.
    MemoryJournal(const Log& log, Chance chance);

    /// It is nothing but what it says from now on: in time, once, in turn.
    void be_reliable() { reliable_ = true; }

    [[nodiscard]] std::string name() const override { return "journal"; }
    [[nodiscard]] Task<RowChanges> next(std::size_t limit) override;
    [[nodiscard]] Task<void> acknowledge() override;
    [[nodiscard]] std::vector<std::int64_t> position() const override;
    /// Now and then it cannot.
    [[nodiscard]] bool resume(const std::vector<std::int64_t>& position) override;
    /// It went on from an earlier position, and there was news.
    [[nodiscard]] bool resumed_with_news() const { return resumed_with_news_; }

private:
    const Log& log_;
    Chance chance_;
    std::size_t settled_;  // of the log
    std::size_t given_;    // by the last next()
    bool reliable_ = false;
    bool lost_ = false;  // and not said yet
    bool resumed_with_news_ = false;

    [[nodiscard]] bool one_in(std::int64_t times) { return !reliable_ && chance_(times) == 0; }
    void perhaps_lose();
};

}  // namespace duet
