// The sweep's part in V10: notes of what was agreed on laid beside the rows, and the deletions that
// a round has found.

#include <fmt/format.h>

#include <unordered_map>

#include "base/error.hpp"
#include "sync/sweep.hpp"

namespace duet::sync {

Task<void> Sweep::lay_notes_beside(TokenRange range, RowPage& page_of_rows, Report& total) {
    if (!context_.propagates()) co_return;
    std::unordered_map<Id, Change*> by_id;
    // Of a page that ends inside of a token the rows lie beyond the range: they are looked up.
    for (Change& row : page_of_rows.rows) {
        if (!page_of_rows.inside.empty()) break;
        row.agreed = Agreed{};
        by_id.emplace(row.id, &row);
    }
    for (bool complete = false; !complete;) {
        const AgreedPage page =
            co_await context_.state.list_agreed(context_.pair, context_.era(), range, note_page);
        complete = page.complete;
        range.after = page.read_upto;
        std::vector<Id> vanished;
        for (const AgreedNote& note : page.notes) {
            const auto row = by_id.find(note.id);
            if (row != by_id.end()) {
                row->second->agreed = note.agreed;
            } else if (note.agreed.kind == Agreed::Kind::record) {
                vanished.push_back(note.id);
            }
        }
        Report report = co_await reconciler_.reconcile(vanished);
        total += report;
    }
}

void Sweep::note_deletes(std::uint64_t deletes) {
    static_cast<void>(context_.deletions.take_own());
    deletes_seen_ = deletes;
}

std::optional<std::uint64_t> Sweep::expected_deletes() const {
    if (!deletes_seen_) return std::nullopt;
    return *deletes_seen_ + context_.deletions.own();
}

Task<Report> Sweep::look_for_deleted_documents() {
    Report total;
    const std::uint64_t deletes = co_await context_.documents.deletes();
    const bool moved = deletes != expected_deletes();
    note_deletes(deletes);
    if (!moved) co_return total;
    TokenRange rest;
    try {
        for (bool complete = false; !complete;) {
            const AgreedPage page =
                co_await context_.state.list_agreed(context_.pair, context_.era(), rest, note_page);
            complete = page.complete;
            rest.after = page.read_upto;
            std::vector<Id> noted;
            for (const AgreedNote& note : page.notes) {
                if (note.agreed.kind == Agreed::Kind::record) noted.push_back(note.id);
            }
            const std::vector<Id> absent = co_await context_.documents.absent(noted);
            Report report = co_await reconciler_.reconcile(absent);
            total += report;
        }
    } catch (...) {
        deletes_seen_.reset();  // this look did not end
        throw;
    }
    co_return total;
}

/// What was taken and not looked at to its end is still to be.
Task<Report> Sweep::reconcile_taken(std::vector<Id> ids) {
    try {
        co_return co_await reconciler_.reconcile(ids);
    } catch (...) {
        for (const Id& id : ids) context_.deletions.postpone(id);
        throw;
    }
}

Task<Report> Sweep::make_deletions(std::uint64_t records) {
    Report total;
    Deletions& deletions = context_.deletions;
    const bool moved = co_await context_.table_moved();
    if (moved) forget();  // other notes hold from now on: every row needs its own
    const std::int64_t now = context_.clock.now();
    if (deletions.too_many(records, context_.rules.max_delete, now)) {
        co_await context_.require_same_index();  // what is missing in another one was not deleted
        // Some may have come back since they were found. (Those beyond the limit still count:
        // nobody can look at them now.)
        std::vector<Id> found_before = deletions.take();
        Report again = co_await reconcile_taken(std::move(found_before));
        total += again;
    }
    const std::size_t found = deletions.size();
    if (deletions.too_many(records, context_.rules.max_delete, now)) {
        throw Misconfigured(
            fmt::format("{}: {} of {} records vanished from one side at one go; deletes = "
                        "\"propagate\" would delete them from the other, and max_delete is {}",
                        context_.pair, found, records, context_.rules.max_delete),
            "if they were deleted on purpose: duet run --force-deletes " + context_.pair +
                "; if not, put them back, or set deletes = \"restore\" to have them restored");
    }
    if (found == 0) co_return total;
    if (deletions.more()) forget();
    const Deletions::Armed armed(deletions);
    while (deletions.remembered() > 0) {
        std::vector<Id> ids = deletions.take(batch_limit);
        Report report = co_await reconcile_taken(std::move(ids));
        total += report;
    }
    deletions.made(total.rows_deleted + total.documents_deleted, now);
    deletions.forget_more();
    co_return total;
}

Task<Report> Sweep::make_few_deletions() {
    Report report;
    if (context_.deletions.few(records_, context_.rules.max_delete, context_.clock.now()))
        report = co_await make_deletions(records_);
    co_return report;
}

}  // namespace duet::sync
