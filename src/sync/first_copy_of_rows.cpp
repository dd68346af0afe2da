#include "sync/first_copy_of_rows.hpp"

#include <algorithm>
#include <utility>

namespace duet::sync {

namespace {

double width(const TokenRange& range) {
    return static_cast<double>(range.upto) - static_cast<double>(range.after);
}

}  // namespace

void FirstCopyOfRows::start(std::vector<Segment> settled) {
    copied_.clear();
    left_.clear();
    meeting_ = context_.checkpoint.cursor();
    for (Segment& segment : with_gaps(std::move(settled))) {
        if (segment.settled) {
            copied_.push_back(std::move(segment));
        } else {
            left_.push_back(segment.range);
        }
    }
    std::ranges::reverse(left_);
    if (const auto rows = static_cast<double>(copied()); rows > 0)
        tokens_per_row_ = progress() * width(TokenRange{}) / rows;
}

bool FirstCopyOfRows::resumes() const {
    return !left_.empty() && meeting_.same_meeting(context_.checkpoint.cursor());
}

std::vector<Segment> FirstCopyOfRows::settled() const {
    std::vector<Segment> settled = settled_of(copied_);
    std::ranges::sort(settled, {}, [](const Segment& segment) { return segment.range.after; });
    return settled;
}

double FirstCopyOfRows::progress() const {
    double left = 0;
    for (const TokenRange& range : left_) left += width(range);
    return 1 - left / width(TokenRange{});
}

std::uint64_t FirstCopyOfRows::copied() const {
    std::uint64_t rows = 0;
    for (const Segment& segment : copied_) rows += segment.count;
    return rows;
}

void FirstCopyOfRows::forget() {
    for (Segment& segment : copied_) segment.settled.reset();
}

Task<Report> FirstCopyOfRows::run(const GoOn& go_on) {
    context_.rewrites.next_pass();
    failed_ = false;
    Report total;
    std::vector<Task<void>> lanes;
    for (std::size_t i = 0; i < copy_lanes; ++i) lanes.push_back(lane(i, go_on, total));
    co_await when_all(std::move(lanes));
    total.caught_up = left_.empty();
    if (!total.caught_up) co_return total;
    std::vector<Segment> copied = std::exchange(copied_, {});
    Report last = co_await sweep_.adopt(std::move(copied));
    total += last;
    total.caught_up = true;
    co_return total;
}

TokenRange FirstCopyOfRows::take() {
    TokenRange range = left_.back();
    left_.pop_back();
    const double part = 2.0 * static_cast<double>(copied_page) * tokens_per_row_;
    if (left_.size() < copy_lanes && tokens_per_row_ > 0 && width(range) > 2 * part) {
        const TokenRange rest{range.after + static_cast<std::int64_t>(part), range.upto};
        range.upto = rest.after;
        left_.push_back(rest);
    }
    return range;
}

/// As many as together hold no more than flight_limit.
bool FirstCopyOfRows::fits(std::size_t lane) const {
    return lane == 0 || (lane < copy_lanes && (lane + 1) * page_bytes_ <= flight_limit);
}

Task<void> FirstCopyOfRows::lane(std::size_t number, const GoOn& go_on, Report& total) {
    while (!failed_ && !left_.empty() && fits(number) && go_on(total)) {
        const TokenRange range = take();
        try {
            co_await copy(range, number, go_on, total);
        } catch (...) {
            failed_ = true;
            left_.push_back(range);  // rows that were copied are found level
            throw;
        }
    }
}

Task<void> FirstCopyOfRows::copy(TokenRange range, std::size_t lane, const GoOn& go_on,
                                 Report& total) {
    Segment segment{TokenRange{range.after, range.after}, RangeDigest{}, 0};
    bool settled = true;
    RangeDigest open;  // of rows whose token may have more of them: not the segment's yet
    std::string inside;
    do {
        RowPage page =
            co_await context_.rows.rows(range, copied_page, std::move(inside), Detail::contents);
        inside = page.inside;
        const TokenRange read{range.after, page.complete ? range.upto : page.read_upto};
        range.after = read.upto;
        open += page.digest;
        if (inside.empty()) {
            segment.count += open.count;
            *segment.settled += std::exchange(open, {});
        }
        std::size_t bytes = 0;
        for (const Change& change : page.rows) {
            if (change.row) bytes += size_of(change.row->content);
        }
        page_bytes_ = std::max(bytes, page_bytes_ - page_bytes_ / 8);
        if (!page.rows.empty())
            tokens_per_row_ = width(read) / static_cast<double>(page.rows.size());
        co_await sweep_.lay_notes_beside(read, page, total);
        for (Change& change : page.rows) {
            // There is no document until a write says otherwise. Of a record that was agreed on
            // (by a process that was killed before it could save this) that would be a deletion.
            const bool known = change.agreed || !context_.propagates();
            const bool agreed = change.agreed && change.agreed->kind == Agreed::Kind::record;
            if (known && !agreed) change.document.emplace();
        }
        Report report = co_await reconciler_.reconcile(std::move(page.rows));
        settled = settled && report.unsettled.empty();
        total += report;
        // A pause inside of a partition would mean to read it from its first row again.
    } while (!failed_ && !stopping_ &&
             (!inside.empty() || (range.after < range.upto && segment.count < segment_rows_limit &&
                                  fits(lane) && go_on(total))));
    // What was read is what was settled: a row that has changed since moves the server's digest.
    if (!settled) segment.settled.reset();
    segment.range.upto = range.after;
    if (segment.range.after < segment.range.upto) copied_.push_back(std::move(segment));
    if (range.after < range.upto) left_.push_back(range);
}

}  // namespace duet::sync
