#include "sync/sweep.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/error.hpp"

namespace duet::sync {

namespace {

std::int64_t middle(const TokenRange& range) {
    const auto width =
        static_cast<std::uint64_t>(range.upto) - static_cast<std::uint64_t>(range.after);
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(range.after) + width / 2);
}

}  // namespace

std::vector<TokenRange> cut_range(TokenRange range, std::size_t parts) {
    std::vector<TokenRange> ranges;
    const auto first = static_cast<std::uint64_t>(range.after);
    const std::uint64_t width = (static_cast<std::uint64_t>(range.upto) - first) / parts;
    std::int64_t after = range.after;
    for (std::size_t part = 1; part <= parts; ++part) {
        const std::uint64_t offset = first + width * part;
        const std::int64_t upto = part == parts ? range.upto : static_cast<std::int64_t>(offset);
        ranges.push_back(TokenRange{after, upto});
        after = upto;
    }
    return ranges;
}

std::vector<Segment> settled_of(const std::vector<Segment>& segments) {
    std::vector<Segment> settled;
    std::ranges::copy_if(segments, std::back_inserter(settled),
                         [](const Segment& segment) { return segment.settled.has_value(); });
    return settled;
}

std::vector<Segment> with_gaps(std::vector<Segment> settled) {
    std::vector<Segment> ring;
    constexpr std::uint64_t widest = UINT64_MAX / first_segments + 1;
    const auto fill = [&ring](std::int64_t after, std::int64_t upto) {
        if (after >= upto) return;
        const std::uint64_t width =
            static_cast<std::uint64_t>(upto) - static_cast<std::uint64_t>(after);
        const auto parts = static_cast<std::size_t>((width - 1) / widest + 1);
        for (const TokenRange& range : cut_range(TokenRange{after, upto}, parts))
            ring.push_back(Segment{range, std::nullopt, 0});
    };
    std::int64_t after = INT64_MIN;
    for (Segment& segment : settled) {
        fill(after, segment.range.after);
        after = segment.range.upto;
        ring.push_back(std::move(segment));
    }
    fill(after, INT64_MAX);
    return ring;
}

Sweep::Sweep(Context& context, Reconciler& reconciler)
    : context_(context), reconciler_(reconciler) {
    for (const TokenRange& range : cut_ring(first_segments))
        segments_.push_back(Segment{range, std::nullopt, 0});
}

void Sweep::forget() {
    for (Segment& segment : segments_) segment.settled.reset();
    next_ = 0;
    counted_ = 0;
}

void Sweep::take_up(std::vector<Segment> settled) {
    segments_ = with_gaps(std::move(settled));
    restart();
}

bool Sweep::has_unread() const {
    return std::ranges::any_of(segments_, [](const Segment& segment) { return !segment.settled; });
}

double Sweep::progress() const {
    return static_cast<double>(next_) / static_cast<double>(segments_.size());
}

std::size_t Sweep::segment_of(std::int64_t token) const {
    const auto found = std::lower_bound(
        segments_.begin(), segments_.end(), token,
        [](const Segment& segment, std::int64_t value) { return segment.range.upto < value; });
    return static_cast<std::size_t>(found - segments_.begin());
}

Task<RangeDigest> Sweep::digest(std::size_t index) {
    const TokenRange range = segments_[index].range;
    try {
        co_return co_await context_.rows.digest(range);
    } catch (const Unavailable&) {
        // Perhaps it was too much for one answer: the next pass asks for halves.
        cut(index, middle(range));
        throw;
    }
}

Task<Report> Sweep::step() {
    context_.rewrites.next_pass();
    Report report = co_await compare();
    if (!report.caught_up) co_return report;
    counted_ += segments_[next_].count;
    ++next_;
    report.caught_up = next_ >= segments_.size();
    if (report.caught_up) {
        Report last = co_await finish_round();
        report += last;
        report.caught_up = true;
    }
    co_return report;
}

Task<Report> Sweep::compare() {
    Report report;
    const std::int64_t began = context_.clock.now();
    RangeDigest fresh = co_await digest(next_);
    size_.took(fresh.count, Micros(context_.clock.now() - began));
    const bool level = segments_[next_].settled == fresh;
    if (fresh.count > size_.most() && split(next_, fresh)) {
        if (level) co_await inherit(next_, fresh);
        report.caught_up = false;
        co_return report;
    }
    if (!level) {
        // The digest was taken before the rows are read: what changes meanwhile moves it again.
        report = co_await read(segments_[next_].range);
        if (report.unsettled.empty()) segments_[next_].settled = fresh;
    }
    segments_[next_].count = fresh.count;
    report.caught_up = true;
    co_return report;
}

Task<void> Sweep::inherit(std::size_t index, RangeDigest whole) {
    RangeDigest left = co_await digest(index);
    RangeDigest right = co_await digest(index + 1);
    RangeDigest sum = left;
    sum += right;
    if (sum != whole) co_return;  // somebody wrote meanwhile: both are read
    segments_[index].settled = std::move(left);
    segments_[index + 1].settled = std::move(right);
}

void Sweep::restart() {
    next_ = 0;
    counted_ = 0;
    rounds_since_look_ = rounds_between_looks;
}

Task<Report> Sweep::round(const bool& stopping) {
    restart();
    Report total;
    bool done = false;
    while (!done && !stopping) {
        Report report = co_await step();
        done = report.caught_up;
        total += report;
    }
    total.caught_up = done;
    co_return total;
}

Task<void> Sweep::fetch(Pages& pages, Report& total) {
    pages.page = co_await context_.rows.rows(pages.range, pages.limit, std::move(pages.inside),
                                             Detail::contents);
    const TokenRange read{pages.range.after, pages.page.read_upto};
    co_await lay_notes_beside(read, pages.page, total);
}

Task<void> Sweep::settle(std::vector<Change> rows, Report& total) {
    Report report = co_await reconciler_.reconcile(std::move(rows));
    total += report;
}

Task<Report> Sweep::read(TokenRange range) {
    Report total;
    Pages pages;
    pages.range = range;
    pages.limit = first_page;
    RowPage& page = pages.page;
    co_await fetch(pages, total);
    while (!page.rows.empty() || !page.complete) {
        std::vector<Task<void>> both;  // the next page is read while this one is settled
        both.push_back(settle(std::exchange(page.rows, {}), total));
        pages.range.after = page.read_upto;
        pages.inside = std::move(page.inside);
        if (!page.complete) both.push_back(fetch(pages, total));
        co_await when_all(std::move(both));
    }
    co_return total;
}

Task<Report> Sweep::finish_round() {
    const std::uint64_t rows = std::exchange(counted_, 0);
    next_ = 0;
    merge_small();
    // Every row has its document by now; more documents than rows means that rows have vanished.
    co_await context_.documents.refresh();
    const std::uint64_t documents = co_await context_.documents.count();
    if (!context_.propagates()) co_return co_await compare_totals(rows, documents);
    records_ = std::max(rows, documents);
    try {
        co_return co_await delete_and_compare(rows, documents);
    } catch (...) {
        if (context_.deletions.more()) forget();  // the next round finds and counts them again
        context_.deletions.forget_more();
        throw;
    }
}

Task<Report> Sweep::delete_and_compare(std::uint64_t rows, std::uint64_t documents) {
    Report total = co_await look_for_deleted_documents();
    Report deleted = co_await make_deletions(records_);
    Report compared =
        co_await compare_totals(rows - deleted.rows_deleted, documents - deleted.documents_deleted);
    Report rest = co_await make_deletions(records_);
    context_.deletions.end_round();
    total += deleted;
    total += compared;
    total += rest;
    co_return total;
}

Task<Report> Sweep::compare_totals(std::uint64_t rows, std::uint64_t documents) {
    const std::int64_t difference =
        static_cast<std::int64_t>(documents) - static_cast<std::int64_t>(rows);
    Report report;
    // While writers write the difference is never still; every id is looked at when it is, or after
    // some rounds.
    const bool still = difference == std::exchange(last_difference_, difference);
    const bool due = ++rounds_since_look_ > rounds_between_looks;
    if (difference == explained_ || !(still || due)) co_return report;
    report = co_await look_for_vanished_rows();
    rounds_since_look_ = 0;
    // Fewer: documents have vanished, or rows are left out. No digest tells which; reading all
    // does.
    if (difference < explained_) forget();
    if (report.unsettled.empty())
        // The numbers are of different moments; never more than the look itself has left missing.
        explained_ = std::min(
            difference - static_cast<std::int64_t>(report.rows_written + report.expired),
            static_cast<std::int64_t>(report.quarantined + report.stayed + report.left_out));
    co_return report;
}

Task<Report> Sweep::look_for_vanished_rows() {
    Report total;
    std::vector<DocumentScan> scan = co_await context_.documents.scan(1);
    while (!scan.front().complete) {
        const std::vector<Change> page =
            co_await context_.documents.read(scan.front(), id_page, Detail::ids);
        for (std::size_t first = 0; first < page.size(); first += batch_limit) {
            const std::size_t count = std::min(batch_limit, page.size() - first);
            std::vector<Id> ids;
            for (std::size_t i = first; i < first + count; ++i) ids.push_back(page[i].id);
            const std::vector<Id> missing = co_await context_.rows.absent(ids);
            Report report = co_await reconciler_.reconcile(missing);
            total += report;
        }
    }
    total.left_out += scan.front().left_out;
    co_await context_.documents.end(std::move(scan));
    co_return total;
}

void Sweep::expect(std::uint64_t rows) {
    const std::uint64_t parts =
        std::clamp<std::uint64_t>(rows / (segment_rows_limit / 2), first_segments, segments_limit);
    segments_.clear();
    for (const TokenRange& range : cut_ring(parts))
        segments_.push_back(Segment{range, std::nullopt, 0});
    next_ = 0;
    counted_ = 0;
}

Task<Report> Sweep::adopt(std::vector<Segment> segments) {
    std::ranges::sort(segments, {}, [](const Segment& segment) { return segment.range.after; });
    segments_ = std::move(segments);
    for (const Segment& segment : segments_) counted_ += segment.count;
    co_return co_await finish_round();
}

Task<void> Sweep::prove(std::vector<RangeDigest>& expected, std::size_t& next) {
    while (next < segments_.size()) {
        Segment& segment = segments_[next];
        RangeDigest& written = expected[next++];
        segment.settled = co_await context_.rows.confirm(segment.range, std::move(written));
        segment.count = segment.settled ? segment.settled->count : 0;
    }
}

Task<bool> Sweep::accept(std::vector<RangeDigest> expected) {
    std::size_t next = 0;
    std::vector<Task<void>> two;  // a digest is one thread's work on the server
    two.push_back(prove(expected, next));
    two.push_back(prove(expected, next));
    co_await when_all(std::move(two));
    co_return !has_unread();
}

bool Sweep::split(std::size_t index, const RangeDigest& digest) {
    const bool told = digest.lowest <= digest.highest;
    if (told && digest.lowest == digest.highest) return false;  // all rows share one token
    // Between the rows, where the store tells of them: else a large partition would be cut off by
    // sixty empty halves, and its digest asked for each time.
    const TokenRange rows{digest.lowest, digest.highest};
    return cut(index, middle(told ? rows : segments_[index].range));
}

bool Sweep::cut(std::size_t index, std::int64_t token) {
    const TokenRange range = segments_[index].range;
    const bool inside = token > range.after && token < range.upto;
    if (!inside || segments_.size() >= segments_limit) return false;
    const auto place = segments_.begin() + static_cast<std::ptrdiff_t>(index);
    place->range = TokenRange{token, range.upto};
    place->settled.reset();
    segments_.insert(place, Segment{TokenRange{range.after, token}, std::nullopt, 0});
    return true;
}

void Sweep::merge_small() {
    std::vector<Segment> merged;
    for (Segment& segment : segments_) {
        const bool fits = !merged.empty() && merged.back().settled && segment.settled &&
                          merged.back().count + segment.count < size_.least();
        if (!fits) {
            merged.push_back(std::move(segment));
            continue;
        }
        merged.back().range.upto = segment.range.upto;
        merged.back().count += segment.count;
        *merged.back().settled += *segment.settled;
    }
    segments_ = std::move(merged);
}

}  // namespace duet::sync
