#include "sync/pair.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "model/row_feed.hpp"

namespace duet::sync {

namespace {

constexpr int passes_at_once = 200;  // of the feed, before the sweep and the clock get their turn
/// Looks at the schema in a row for one page of documents; each makes its fields known.
constexpr int looks_for_a_page = 5;

}  // namespace

Pair::Pair(std::string name, RowStore& rows, DocumentStore& documents, StateStore& state,
           const Clock& clock, PairSettings settings, Agree agree, Edition edition)
    : context_(std::move(name), rows, documents, state, clock, settings.rules),
      settings_(settings),
      agree_(std::move(agree)),
      edition_(std::move(edition)),
      reconciler_(context_),
      follower_(context_, reconciler_),
      sweep_(context_, reconciler_),
      sweep_memory_(context_, settings.notes_every),
      documents_copy_(context_, reconciler_, sweep_, sweep_memory_, stopping_),
      rows_copy_(context_, reconciler_, sweep_, stopping_) {}

void Pair::configure(const PairSettings& settings) {
    settings_ = settings;
    context_.rules.max_clock_ahead = settings.rules.max_clock_ahead;
    context_.rules.keep_beaten = settings.rules.keep_beaten;
    context_.rules.first_meeting = settings.rules.first_meeting;
}

void Pair::tell(const char* what, std::uint64_t records, double part) {
    if (listener_) listener_(Progress{what, records, part});
}

Task<std::string> Pair::edition() {
    if (edition_) co_return co_await edition_();
    co_return std::string();
}

Task<void> Pair::look_at_schema() {
    const std::int64_t now = context_.clock.now();
    const std::string current = co_await edition();
    const bool same = !current.empty() && current == agreed_edition_;
    const bool recent =
        now - agreed_at_ < std::chrono::microseconds(settings_.schema_again).count();
    if (!same || (looked_ > 0 && !recent)) {
        co_await agree();
    } else {
        schema_due_ = now + std::chrono::microseconds(settings_.schema_every).count();
    }
}

Task<void> Pair::agree() {
    // Read before: what changes meanwhile is another edition at the next look.
    std::string current = co_await edition();
    agreed_edition_.clear();
    Schema schema = co_await agree_();
    // What waits for the pair to be level (an index) is looked at once more.
    if (level_) agreed_edition_ = std::move(current);
    agreed_at_ = context_.clock.now();
    looked_ = 0;
    const bool moved = schema.columns != context_.schema.columns ||
                       schema.expiry_field != context_.schema.expiry_field;
    context_.schema = std::move(schema);
    context_.rules.version_column = context_.schema.version_precision.has_value();
    if (context_.schema.version_precision)
        context_.rules.column_precision = *context_.schema.version_precision;
    context_.rules.document_precision = context_.schema.document_precision;
    // Rows are compared in other columns now: what was level need not be, and what was refused may
    // be taken.
    if (moved) {
        forget();
        context_.quarantine.try_all();
    }
    schema_due_ = context_.clock.now() + std::chrono::microseconds(settings_.schema_every).count();
}

Task<void> Pair::open() {
    co_await agree();
    co_await context_.documents.resume_refresh();  // of a process that was killed while it copied
    co_await context_.quarantine.load();
    const Cursor position = co_await context_.position();
    co_await context_.checkpoint.open(position);
    note_meeting();
    const bool moved = co_await context_.table_moved();
    if (moved && context_.propagates()) forget();
    if (moved && remembered_) sweep_anew();
    co_await remember();
}

void Pair::forget() {
    sweep_.forget();
    rows_copy_.forget();
}

void Pair::note_meeting() {
    const Cursor& cursor = context_.checkpoint.cursor();
    if (met_ && met_->same_meeting(cursor) && met_->table_id == cursor.table_id) return;
    const bool first = !met_;
    met_ = cursor;
    if (first) return;
    forget();
    level_ = false;
    resumed_ = nullptr;
}

Task<void> Pair::remember() {
    if (remembered_) co_return;
    SweepNotes notes = co_await sweep_memory_.load();
    remembered_ = true;
    if (notes.ends) context_.expiries.note_any();
    if (!notes.position.empty()) sweep_.note_deletes(notes.deletes);
    position_ = std::move(notes.position);
    round_due_ = notes.round_due;
    if (notes.copying) rows_copy_.start(notes.segments);
    if (!notes.segments.empty()) sweep_.take_up(std::move(notes.segments));
    if (!notes.copied.empty()) documents_copy_.resume(std::move(notes.copied));
}

Task<void> Pair::keep() {
    SweepNotes notes;
    notes.copied = documents_copy_.copied();
    notes.copying = rows_copy_.resumes();
    notes.ends = context_.expiries.any();
    notes.position = position();
    if (!notes.position.empty()) notes.round_due = round_due_;
    notes.segments = notes.copying ? rows_copy_.settled() : sweep_.settled();
    const std::optional<std::uint64_t> expected = sweep_.expected_deletes();
    co_await sweep_memory_.save(std::move(notes), expected);
}

Task<void> Pair::keep_if_due() {
    if (sweep_memory_.due()) co_await keep();
}

std::vector<std::int64_t> Pair::position() const {
    // No feed tells of a record that ends by itself: the next process finds those by comparing.
    const bool all =
        level_ && !feed_incomplete_ && !sweep_.has_unread() && !context_.expiries.any();
    const RowFeed* feed = all ? context_.rows.feed() : nullptr;
    return feed == nullptr ? std::vector<std::int64_t>() : feed->position();
}

Task<void> Pair::close() {
    if (level_) co_await keep();
}

Task<Report> Pair::follow() {
    Report total;
    int looks = 0;
    for (int passes = 0; passes < passes_at_once || !level_; ++passes) {
        // On the way to level the last pass must see what the one before has written.
        Report report = co_await follower_.pass(level_);
        note_meeting();
        const bool moved = report.schema_moved;
        const bool done = report.caught_up || !report.unsettled.empty() || stopping_;
        if (moved) report.unsettled.clear();
        total += report;
        total.caught_up = report.caught_up;
        if (!rows_copy_.resumes()) tell("following Elasticsearch", total.looked, 0);
        looks = moved ? looks + 1 : 0;
        if (looks > looks_for_a_page) {
            throw Unavailable(context_.pair +
                              ": documents hold fields that stay unknown, however often the "
                              "mapping is looked at");
        }
        if (moved) {
            co_await agree();
            continue;
        }
        if (done) break;
    }
    co_return total;
}

Task<Report> Pair::make_room() {
    Report report;
    if (!context_.settled.full()) co_return report;
    report = co_await follow();
    if (context_.settled.full()) {
        throw Unavailable(context_.pair +
                          ": more writes than settled_limit wait for a copy of the index that is "
                          "behind");
    }
    co_return report;
}

Task<Report> Pair::look_at_quarantine() {
    Report total;
    if (context_.quarantine.size() == 0) co_return total;
    // No feed says that a document is gone whose row was never there.
    total = co_await reconcile(context_.quarantine.some(batch_limit));
    co_return total;
}

Task<Report> Pair::pass() {
    if (resumes()) co_return co_await go_on();
    if (!level_) co_return co_await level();
    Report total;
    if (context_.clock.now() >= schema_due_) {
        co_await look_at_schema();
        co_await context_.documents.resume_refresh();
        // A person may have retried or dropped some.
        if (context_.quarantine.size() > 0) co_await context_.quarantine.load();
        Report again = co_await look_at_quarantine();
        total += again;
    }
    Report followed = co_await follow();
    total += followed;
    Report rows = co_await follow_rows();
    total += rows;
    Report ended = co_await follow_ends();
    total += ended;
    Report swept = co_await sweep_within_share();
    total += swept;
    looked_ += followed.looked + ended.looked + swept.looked;
    co_await keep_if_due();
    co_return total;
}

std::string Pair::feeds() const {
    const RowFeed* feed = context_.rows.feed();
    return feed == nullptr ? "seq_no, sweep" : "seq_no, " + feed->name();
}

std::optional<std::chrono::milliseconds> Pair::pace() const {
    const RowFeed* feed = level_ ? context_.rows.feed() : nullptr;
    return feed == nullptr ? std::nullopt : feed->pace();
}

Task<Report> Pair::glance() { return follow_rows(); }

Task<Report> Pair::follow_rows() {
    Report total;
    const std::int64_t began = context_.clock.now();
    bool caught_up = false;
    for (int pages = 0; !stopping_ && pages < passes_at_once; ++pages) {
        Report room = co_await make_room();
        total += room;
        RowFeed* feed = context_.rows.feed();  // another one after each look at the schema
        if (feed == nullptr) break;
        RowChanges batch = co_await feed->next(batch_limit);
        if (batch.incomplete) sweep_anew();
        Report report = co_await reconciler_.reconcile(std::move(batch.changes));
        const bool settled = report.unsettled.empty();
        const bool moved = report.schema_moved;
        total += report;
        if (moved) co_await agree();  // the feed may be another one now
        if (!settled || moved) break;
        co_await feed->acknowledge();
        caught_up = batch.caught_up;
        if (caught_up && !feed_incomplete_) swept_at_ = std::max(swept_at_, began);
        if (caught_up || batch.waits) break;
    }
    if (context_.propagates()) {
        Report deleted = co_await sweep_.make_few_deletions();
        total += deleted;
    }
    looked_ += total.looked;
    total.caught_up = caught_up;
    co_return total;
}

Task<Report> Pair::follow_ends() {
    Report total;
    for (int pages = 0; !stopping_ && pages < passes_at_once; ++pages) {
        std::vector<Id> ids = context_.expiries.due(context_.clock.now(), batch_limit);
        if (ids.empty()) break;
        Report report = co_await look_at_ended(std::move(ids));
        total += report;
    }
    co_return total;
}

Task<Report> Pair::look_at_ended(std::vector<Id> ids) {
    const std::int64_t now = context_.clock.now();
    try {
        Report total = co_await make_room();
        Report report = co_await reconciler_.reconcile(ids);
        for (const Id& id : report.unsettled) {
            context_.expiries.remember(id,
                                       now + std::chrono::microseconds(settings_.period).count());
        }
        if (report.schema_moved) co_await agree();
        total += report;
        co_return total;
    } catch (...) {
        for (const Id& id : ids) context_.expiries.remember(id, now);
        throw;
    }
}

void Pair::sweep_anew() {
    if (std::exchange(feed_incomplete_, true)) {
        missed_again_ = true;  // what this round has passed by already: another one follows
        return;
    }
    sweep_.restart();
    sweep_due_ = round_due_ = 0;
    round_began_ = context_.clock.now();
}

std::int64_t Pair::next_round(std::int64_t now) const {
    const std::int64_t soonest = round_began_ + std::chrono::microseconds(settings_.period).count();
    if (context_.rows.feed() == nullptr || feed_incomplete_) return std::max(sweep_due_, soonest);
    if (settings_.sweep_every) {
        return round_began_ + std::chrono::microseconds(*settings_.sweep_every).count();
    }
    const double pause =
        static_cast<double>(sweep_work_) * static_cast<double>(sharing_) / idle_sweep_share;
    return std::max(now + static_cast<std::int64_t>(pause), soonest);
}

void Pair::round_has_ended() {
    const std::int64_t now = context_.clock.now();
    sweep_due_ = round_due_ = next_round(now);
    sweep_work_ = 0;
    round_began_ = std::max(now, sweep_due_);
}

Task<Report> Pair::sweep_within_share() {
    Report total;
    const auto period = std::chrono::microseconds(settings_.period).count();
    const std::int64_t began = context_.clock.now();
    // While it is full the sweep waits: only the feed, by saving the cursor, makes room.
    while (context_.clock.now() >= sweep_due_ && context_.clock.now() - began < period &&
           !stopping_ && !context_.settled.full()) {
        const std::int64_t step_began = context_.clock.now();
        Report report = co_await sweep_.step();
        const std::int64_t now = context_.clock.now();
        if (report.schema_moved) co_await agree();
        const double rest = 1.0 / std::clamp(settings_.sweep_share, 0.01, 1.0) - 1.0;
        sweep_due_ = now + static_cast<std::int64_t>(static_cast<double>(now - step_began) * rest);
        total += report;
        sweep_work_ += now - step_began;
        if (!report.caught_up) continue;
        sweep_time_ = std::chrono::microseconds(now - round_began_);
        swept_at_ = std::max(swept_at_, round_began_);
        feed_incomplete_ = std::exchange(missed_again_, false);
        round_has_ended();
    }
    total.caught_up = true;
    co_return total;
}

Task<Report> Pair::make_deletions(std::uint64_t records) {
    Report report;
    if (context_.propagates()) report = co_await sweep_.make_deletions(records);
    co_return report;
}

Task<Report> Pair::reconcile(std::vector<Id> ids) {
    Report total = co_await make_room();
    Report report = co_await reconciler_.reconcile(ids);
    total += report;
    co_return total;
}

}  // namespace duet::sync
