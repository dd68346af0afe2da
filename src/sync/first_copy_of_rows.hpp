#pragma once
// The first copy of a table into an index that holds nothing. Several lanes, each reading a page
// of rows and writing it, so that both servers always have work; no digest is asked for: the rows
// that were read tell it.

#include <functional>
#include <vector>

#include "sync/reconciler.hpp"
#include "sync/sweep.hpp"

namespace duet::sync {

class FirstCopyOfRows {
public:
    /// All outlive it. `stopping` is asked between pages.
    FirstCopyOfRows(Context& context, Reconciler& reconciler, Sweep& sweep, const bool& stopping)
        : context_(context), reconciler_(reconciler), sweep_(sweep), stopping_(stopping) {}

    /// From the first row on, but for what an earlier process copied: as settled() told it.
    void start(std::vector<Segment> settled = {});
    /// One was cut short, by this process or by an earlier one: run() goes on there.
    [[nodiscard]] bool resumes() const;
    /// What is copied so far, as the sweep takes it up.
    [[nodiscard]] std::vector<Segment> settled() const;
    /// Asked before each page that does not begin inside of a partition, with what the call has
    /// done so far.
    using GoOn = std::function<bool(const Report&)>;
    /// Copies until the last row, or until `go_on` says no; another call goes on from there.
    /// caught_up: that was the last row, and the sweep knows what was copied.
    [[nodiscard]] Task<Report> run(const GoOn& go_on);
    /// Rows are compared in other columns now: what was copied need not be level.
    void forget();
    /// Part of the table that is done, 0 to 1.
    [[nodiscard]] double progress() const;
    /// Rows that are done.
    [[nodiscard]] std::uint64_t copied() const;

private:
    Context& context_;
    Reconciler& reconciler_;
    Sweep& sweep_;
    const bool& stopping_;
    std::vector<TokenRange> left_;  // the next one at the back
    std::vector<Segment> copied_;
    Cursor meeting_;              // they are about
    double tokens_per_row_ = 0;   // of the last page; 0: not known
    std::size_t page_bytes_ = 0;  // of a large page of late
    bool failed_ = false;         // a lane has thrown: the others end, too

    /// The next range. Where few are left, a part of it that is soon copied: else one lane would go
    /// on alone while the others have nothing to do.
    [[nodiscard]] TokenRange take();
    /// A lane ends where pages have become too large for so many.
    [[nodiscard]] bool fits(std::size_t lane) const;
    [[nodiscard]] Task<void> lane(std::size_t number, const GoOn& go_on, Report& total);
    /// The range up to segment_rows_limit rows; what is left of it goes back to left_.
    [[nodiscard]] Task<void> copy(TokenRange range, std::size_t lane, const GoOn& go_on,
                                  Report& total);
};

constexpr std::size_t copy_lanes = 8;       // enough that both servers always have the next request
constexpr std::size_t copied_page = 1'000;  // rows

}  // namespace duet::sync
