#pragma once
// The `index` feed (docs/how-it-works.md#how-changes-are-noticed): rows stamped lately, by an index
// on the version column.
//
// The table is asked again and again for everything stamped within overlap of the last look, never
// with a bare `>` on a clock; what is settled already is remembered and left out. Rows stamped
// longer ago than that, or not stamped at all, are the sweep's.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/time.hpp"
#include "model/row_feed.hpp"
#include "stores/cassandra/fetcher.hpp"

namespace duet::cassandra {

class IndexFeed final : public RowFeed {
public:
    /// The clock outlives it. The first look is at what was stamped within overlap of now.
    explicit IndexFeed(const Clock& clock) : clock_(clock), since_(clock.now()) {}

    /// How to read from now on; nullptr: the table has no index.
    void read_with(std::shared_ptr<RowFetcher> fetcher);
    [[nodiscard]] bool usable() const { return fetcher_ != nullptr; }

    [[nodiscard]] std::string name() const override { return "index"; }
    /// Incomplete where the index does not answer (it is being built, or was dropped).
    [[nodiscard]] Task<RowChanges> next(std::size_t limit) override;
    [[nodiscard]] Task<void> acknowledge() override;
    [[nodiscard]] std::vector<std::int64_t> position() const override { return {settled_since_}; }
    [[nodiscard]] bool resume(const std::vector<std::int64_t>& position) override;

    static constexpr std::chrono::seconds overlap{10};
    static constexpr std::chrono::seconds ahead{60};         // stamps later than this wait
    static constexpr std::size_t remembered_limit = 50'000;  // rows known as settled

private:
    /// A look at the window, in pages.
    struct Look {
        std::int64_t began = 0;
        Bytes page;
        bool last = false;
        bool pending = false;  // a page was given and not acknowledged
    };

    const Clock& clock_;
    std::shared_ptr<RowFetcher> fetcher_;
    std::int64_t since_;  // when the last whole look began, microseconds since 1970
    std::int64_t settled_since_ = since_;  // and the last that found rows
    Look look_;
    /// Settled within the window: the newest WRITETIME of each row. What no longer fits is
    /// nominated again, which does no harm.
    std::unordered_map<Id, std::int64_t> settled_;
    std::unordered_map<Id, std::int64_t> seen_;       // the same of the look that is going on
    std::vector<std::pair<Id, std::int64_t>> given_;  // by the last next()

    [[nodiscard]] bool is_settled(const Change& change) const;
};

}  // namespace duet::cassandra
