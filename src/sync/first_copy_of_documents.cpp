#include "sync/first_copy_of_documents.hpp"

#include <utility>

namespace duet::sync {

namespace {

constexpr std::size_t page_limit = 5'000;  // documents; pages adapt to answer_limit bytes

}  // namespace

Task<void> FirstCopyOfDocuments::fetch(const Cursor& from, const Cursor& upto, ChangeBatch& batch) {
    batch = co_await context_.documents.changes(from, upto, page_limit, true);
}

Task<Report> FirstCopyOfDocuments::run() {
    sweep_.expect(co_await context_.documents.count());
    expected_.assign(sweep_.segments(), RangeDigest{});
    const Cursor upto = co_await context_.documents.position();
    Cursor from = context_.checkpoint.cursor();
    Report total;
    ChangeBatch batch;
    co_await fetch(from, upto, batch);
    for (bool last = false; !last;) {
        if (stopping_) co_return total;
        last = batch.caught_up;
        std::vector<Change> changes = std::exchange(batch.changes, {});
        from = batch.next;
        std::vector<Task<void>> both;  // the next page is read while this one is written
        both.push_back(insert(std::move(changes), total));
        if (!last) both.push_back(fetch(from, upto, batch));
        co_await when_all(std::move(both));
    }
    const bool proved = co_await sweep_.accept(std::move(expected_));
    if (!proved) {
        // Segments that are not what was written are read row by row, before the cursor says that
        // all is settled.
        Report rest = co_await sweep_.round(stopping_);
        const bool whole = rest.caught_up;
        total += rest;
        if (!whole) co_return total;
    }
    if (total.unsettled.empty()) co_await context_.checkpoint.advance(std::move(from));
    co_return total;
}

Task<void> FirstCopyOfDocuments::insert(std::vector<Change> changes, Report& total) {
    const State no_row;
    const std::int64_t now = context_.clock.now();
    std::vector<Write> writes;
    std::vector<Id> rest;
    for (const Change& change : changes) {
        if (!change.document) {  // too large to come with its page
            rest.push_back(change.id);
            continue;
        }
        const State& document = *change.document;
        const bool plain = !document.unfamiliar && !context_.quarantine.holds(change.id);
        const bool old = context_.checkpoint.is_old(document.guard);
        const Sight sight{
            no_row, document, false, old, false, now, context_.checkpoint.cursor().first_met};
        const Decision decision = decide(sight, context_.rules);
        const auto* row = std::get_if<WriteRow>(&decision);
        if (!plain || row == nullptr) {  // to be stamped first, or unreadable: the ordinary way
            rest.push_back(change.id);
            continue;
        }
        Write write;
        write.id = change.id;
        write.content = &document.content;
        write.version = row->version;
        write.timestamp = row->timestamp;
        total.future += row->future ? 1 : 0;
        writes.push_back(write);
    }
    const std::vector<Outcome> outcomes = co_await context_.rows.insert(writes);
    std::vector<AgreedNote> notes;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        if (outcomes[i].kind != Outcome::Kind::applied) {
            rest.push_back(writes[i].id);
            continue;
        }
        const std::int64_t token = context_.rows.token(writes[i].id);
        expected_[sweep_.segment_of(token)] += context_.rows.digest_of(writes[i]);
        ++total.rows_written;
        if (!context_.propagates()) continue;
        Agreed agreed;
        agreed.kind = Agreed::Kind::record;
        agreed.version = writes[i].version;
        notes.push_back(AgreedNote{writes[i].id, token, agreed});
    }
    co_await context_.agree_on(std::move(notes));
    total.looked += changes.size();
    Report report = co_await reconciler_.reconcile(rest);
    total += report;
}

}  // namespace duet::sync
