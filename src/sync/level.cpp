// Pair::level: from two sides of which nothing is known to two that are level.

#include <algorithm>
#include <exception>

#include "base/error.hpp"
#include "sync/pair.hpp"

namespace duet::sync {

namespace {

constexpr int level_rounds = 4;  // feed and sweep in turn, while writers go on writing

}  // namespace

Task<bool> Pair::table_is_empty() {
    const TokenRange ring;
    const RowPage page = co_await context_.rows.rows(ring, 1, std::string(), Detail::versions);
    co_return page.rows.empty() && page.complete;
}

Task<Report> Pair::copy_rows() {
    Report total;
    const FirstCopyOfRows::GoOn go_on = [this, &total](const Report& so_far) {
        tell("first copy to Elasticsearch", total.looked + so_far.looked, rows_copy_.progress());
        return !stopping_ && !so_far.schema_moved && !context_.settled.full() &&
               !sweep_memory_.due();
    };
    if (!rows_copy_.resumes()) rows_copy_.start();
    for (bool done = false; !done && !stopping_;) {
        Report report = co_await rows_copy_.run(go_on);
        done = report.caught_up;
        if (report.schema_moved) co_await agree();
        total += report;
        Report followed = co_await make_room();
        total += followed;
        if (!done && sweep_memory_.due()) co_await sweep_memory_.save(rows_copy_.settled());
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
    sweep_.restart();
    for (bool done = false; !done && !stopping_;) {
        Report report = co_await sweep_.step();
        done = report.caught_up;
        if (report.schema_moved) co_await agree();
        total += report;
        tell(what, total.looked, done ? 1 : sweep_.progress());
        co_await keep(false);
        Report followed = co_await make_room();
        total += followed;
    }
    co_return total;
}

Task<Report> Pair::level() {
    Report total;
    const std::int64_t began = context_.clock.now();
    bool copied = false;
    co_await context_.documents.refresh();
    const std::uint64_t documents = co_await context_.documents.count();
    const bool untouched =
        std::ranges::all_of(context_.checkpoint.cursor().shards, [](auto at) { return at < 0; });
    const Direction direction = context_.rules.direction;
    if ((documents == 0 || rows_copy_.resumes()) && direction != Direction::to_cassandra) {
        total = co_await fill_index();
        copied = true;
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
    round_began_ = context_.clock.now();
    co_await keep(true);
    total.caught_up = true;
    co_return total;
}

}  // namespace duet::sync
