#include "sync/first_copy_of_documents.hpp"

#include <algorithm>
#include <utility>

namespace duet::sync {

namespace {

constexpr std::size_t page_limit = 5'000;  // documents; pages adapt to answer_limit bytes

}  // namespace

Task<void> FirstCopyOfDocuments::fetch(const Cursor& from, const Cursor& upto, ChangeBatch& batch) {
    batch = co_await context_.documents.changes(from, upto, page_limit, true);
}

void FirstCopyOfDocuments::resume(std::vector<std::int64_t> copied) {
    copied_ = context_.checkpoint.cursor();
    copied_->shards = std::move(copied);
}

bool FirstCopyOfDocuments::resumes() const {
    return copied_ && copied_->same_meeting(context_.checkpoint.cursor());
}

bool FirstCopyOfDocuments::was_copied(const Guard& guard) const {
    return guard.seq_no <= copied_->shards.at(static_cast<std::size_t>(guard.shard));
}

Task<void> FirstCopyOfDocuments::note_copied(const Cursor& upto) {
    for (std::size_t shard = 0; shard < upto.shards.size(); ++shard) {
        copied_->shards[shard] = std::max(copied_->shards[shard], upto.shards[shard]);
    }
    const std::vector<Segment> nothing_yet;
    if (memory_.due()) co_await memory_.save(nothing_yet, copied_->shards);
}

Task<Report> FirstCopyOfDocuments::run() {
    if (!resumes()) copied_ = context_.checkpoint.cursor();  // nothing yet
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
        const Cursor written = from;
        std::vector<Task<void>> both;  // the next page is read while this one is written
        both.push_back(insert(std::move(changes), total));
        if (!last) both.push_back(fetch(from, upto, batch));
        co_await when_all(std::move(both));
        co_await note_copied(written);
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
    copied_.reset();
    if (total.unsettled.empty()) co_await context_.checkpoint.advance(std::move(from));
    co_return total;
}

std::optional<Write> FirstCopyOfDocuments::insertion(const Change& change, std::int64_t now) const {
    if (!change.document) return std::nullopt;  // too large to come with its page
    const State no_row;
    const State& document = *change.document;
    const bool plain = !document.unfamiliar && !context_.quarantine.holds(change.id);
    const bool old = context_.checkpoint.is_old(document.guard);
    const Sight sight{no_row, document, false, old,
                      false,  false,    now,   context_.checkpoint.cursor().first_met};
    const Decision decision = decide(sight, context_.rules);
    const auto* row = std::get_if<WriteRow>(&decision);
    // Else it is to be stamped first, or unreadable.
    if (!plain || row == nullptr) return std::nullopt;
    Write write;
    write.id = change.id;
    write.content = &document.content;
    write.version = row->version;
    write.timestamp = row->timestamp;
    write.expires_at = document.expires_at;
    return write;
}

void FirstCopyOfDocuments::expect(const Write& write, std::int64_t token) {
    expected_[sweep_.segment_of(token)] += context_.rows.digest_of(write);
}

Task<void> FirstCopyOfDocuments::insert(std::vector<Change> changes, Report& total) {
    const std::int64_t now = context_.clock.now();
    std::vector<Write> writes;
    std::vector<Id> rest;  // the ordinary way
    for (const Change& change : changes) {
        std::optional<Write> write = insertion(change, now);
        if (!write) {
            rest.push_back(change.id);
        } else if (was_copied(change.document->guard)) {
            expect(*write, context_.rows.token(write->id));
        } else {
            const bool ahead = write->version.micros - now > context_.rules.max_clock_ahead.count();
            total.future += ahead ? 1 : 0;
            writes.push_back(*write);
        }
    }
    const std::vector<Outcome> outcomes = co_await context_.rows.insert(writes);
    std::vector<AgreedNote> notes;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        if (outcomes[i].kind != Outcome::Kind::applied) {
            rest.push_back(writes[i].id);
            continue;
        }
        const std::int64_t token = context_.rows.token(writes[i].id);
        expect(writes[i], token);
        ++total.rows_written;
        if (writes[i].expires_at) {
            context_.expiries.remember(
                writes[i].id, *writes[i].expires_at + context_.rules.expiry_tolerance.count());
        }
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
