// Pair::level: from two sides of which nothing is known to two that are level. Pair::go_on: the
// same from two sides of which an earlier process knew.

#include <algorithm>
#include <exception>
#include <utility>

#include "base/error.hpp"
#include "base/log.hpp"
#include "model/row_feed.hpp"
#include "sync/pair.hpp"

namespace duet::sync {

namespace {

constexpr int moving_passes_limit = 100;  // of go_on(), in which records kept moving
constexpr int level_rounds = 4;           // feed and sweep in turn, while writers go on writing

}  // namespace

Task<bool> Pair::table_is_empty() {
    const TokenRange ring;
    const RowPage page = co_await context_.rows.rows(ring, 1, std::string(), Detail::versions);
    co_return page.rows.empty() && page.complete;
}

Task<Report> Pair::copy_rows() {
    Report total;
    if (rows_copy_.resumes()) {
        log::info("first copy resumes",
                  {{"pair", context_.pair},
                   {"records", rows_copy_.copied()},
                   {"percent", static_cast<int>(rows_copy_.progress() * 100)}});
    } else {
        rows_copy_.start();
    }
    co_await keep();  // killed from now on, the next process goes on copying
    const std::uint64_t before = rows_copy_.copied();
    const FirstCopyOfRows::GoOn go_on = [this, &total, before](const Report& so_far) {
        tell("first copy to Elasticsearch", before + total.looked + so_far.looked,
             rows_copy_.progress());
        return !stopping_ && !so_far.schema_moved && !context_.settled.full() &&
               !sweep_memory_.due();
    };
    for (bool done = false; !done && !stopping_;) {
        Report report = co_await rows_copy_.run(go_on);
        done = report.caught_up;
        if (report.schema_moved) co_await agree();
        total += report;
        if (!done) {
            // The cursor steps over what was copied: else the next process would look at all of it.
            Report followed = co_await follow();
            total += followed;
        }
        Report room = co_await make_room();
        total += room;
        if (!done) co_await keep_if_due();
    }
    co_return total;
}

Task<Report> Pair::fill_index() {
    co_await context_.documents.pause_refresh();
    Report total;
    std::exception_ptr failure;
    try {
        total = co_await copy_rows();
    } catch (const Error&) {
        failure = std::current_exception();
    }
    co_await context_.documents.resume_refresh();
    if (failure) std::rethrow_exception(failure);
    co_return total;
}

Task<Report> Pair::sweep_round(const char* what) {
    Report total;
    const std::int64_t began = context_.clock.now();
    sweep_.restart();
    for (bool done = false; !done && !stopping_;) {
        Report report = co_await sweep_.step();
        done = report.caught_up;
        if (report.schema_moved) co_await agree();
        total += report;
        tell(what, total.looked, done ? 1 : sweep_.progress());
        co_await keep_if_due();
        Report followed = co_await make_room();
        total += followed;
    }
    sweep_work_ = context_.clock.now() - began;
    co_return total;
}

Task<Report> Pair::level() {
    Report total;
    const std::int64_t began = context_.clock.now();
    round_began_ = began;
    feed_incomplete_ = missed_again_ = false;  // whatever was missed is found here
    // Whatever was deleted before comes back, or goes with what the round finds (V10).
    if (!context_.propagates()) {
        const std::uint64_t deletes = co_await context_.documents.deletes();
        sweep_.note_deletes(deletes);
    }
    bool copied = false;
    co_await context_.documents.refresh();
    const std::uint64_t documents = co_await context_.documents.count();
    const bool untouched =
        std::ranges::all_of(context_.checkpoint.cursor().shards, [](auto at) { return at < 0; });
    const Direction direction = context_.rules.direction;
    const bool resumes = rows_copy_.resumes();
    if ((documents == 0 || resumes) && direction != Direction::to_cassandra) {
        total = co_await fill_index();
        copied = !resumes;  // what was copied before may have changed before this began
    } else if (untouched && direction != Direction::to_elasticsearch &&
               (documents_copy_.resumes() || co_await table_is_empty())) {
        const FirstCopyOfDocuments::Listener listener = [this](const Report& so_far, double part) {
            tell("first copy to Cassandra", so_far.looked, part);
        };
        total = co_await documents_copy_.run(listener);
        copied = true;
    }
    copied = copied && total.unsettled.empty() && !sweep_.has_unread();
    Report again = co_await look_at_quarantine();
    total += again;
    for (int round = 0; round < level_rounds && !stopping_; ++round) {
        Report followed = co_await follow();
        // A first copy has looked at every record: what has changed since is for the next pass.
        if (copied && round == 0 && followed.idle() && followed.unsettled.empty()) {
            total += followed;
            break;
        }
        Report swept = co_await sweep_round("comparing");
        const bool still = followed.idle() && swept.idle() && !sweep_.has_unread();
        total += followed;
        total += swept;
        if (still) break;
    }
    level_ = !stopping_;
    if (level_) swept_at_ = began;
    // The feeds have noted all that was written since, so the next round is due like any other.
    if (copied) sweep_work_ = context_.clock.now() - began;
    round_has_ended();
    co_await keep();
    total.caught_up = true;
    co_return total;
}

bool Pair::resumes() {
    if (level_ || position_.empty()) return resumed_ != nullptr;
    RowFeed* feed = context_.rows.feed();
    const std::vector<std::int64_t> position = std::exchange(position_, {});
    if (feed == nullptr || !feed->resume(position)) return false;
    log::info("goes on where it stopped", {{"pair", context_.pair}});
    resumed_ = feed;
    moving_passes_ = 0;
    return true;
}

Task<Report> Pair::go_on() {
    Report total = co_await follow();
    Report again = co_await look_at_quarantine();
    if (again.schema_moved) co_await agree();
    total += again;
    bool caught_up = false;
    bool well = context_.rows.feed() == resumed_;
    while (well && !stopping_) {
        Report rows = co_await follow_rows();
        caught_up = rows.caught_up;
        const bool moving = !rows.unsettled.empty();
        const bool rests = caught_up || moving || rows.looked == 0;  // until the next pass
        total += rows;
        tell("catching up with Cassandra", total.looked, 0);
        if (moving) ++moving_passes_;
        well = !feed_incomplete_ && context_.rows.feed() == resumed_ &&
               moving_passes_ < moving_passes_limit;
        if (rests) break;
    }
    total.caught_up = true;
    if (!well) resumed_ = nullptr;  // then there is no way around a comparison
    if (!well || !caught_up || stopping_) co_return total;
    if (context_.propagates()) {
        const std::uint64_t documents = co_await context_.documents.count();
        sweep_.note_records(documents);
    }
    resumed_ = nullptr;
    level_ = true;
    const std::int64_t now = context_.clock.now();
    if (settings_.sweep_every) {
        const auto every = std::chrono::microseconds(*settings_.sweep_every).count();
        round_due_ = std::min(round_due_, now + every);
    }
    sweep_due_ = round_due_;
    round_began_ = std::max(now, sweep_due_);
    co_await keep();
    co_return total;
}

}  // namespace duet::sync
