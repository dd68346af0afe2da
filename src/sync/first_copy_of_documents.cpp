#include "sync/first_copy_of_documents.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"

namespace duet::sync {

namespace {

constexpr std::size_t page_limit = 2'500;  // documents; pages adapt to answer_limit bytes
/// Of each shard. What was copied of a part that was cut short is inserted again.
constexpr std::int64_t part_documents = 10'000;

/// Positions that hold about so many documents: of an index whose documents were written often,
/// most hold none any more.
std::int64_t part_size(const Cursor& upto, std::uint64_t documents) {
    std::int64_t positions = 0;
    for (const std::int64_t last : upto.shards) positions += last + 1;
    const auto held = static_cast<std::int64_t>(std::max<std::uint64_t>(documents, 1));
    return part_documents * std::max<std::int64_t>(positions / held, 1);
}

}  // namespace

Task<void> FirstCopyOfDocuments::fetch(Reading& reading, Page& page) {
    DocumentScan& scan = reading.scan;
    if (scan.complete) {
        const std::int64_t after = scan.positions.upto;
        scan.restart(PositionRange{after, after + reading.part});
    }
    page.documents = co_await context_.documents.read(scan, page_limit, Detail::contents);
    page.whole_upto = scan.complete ? scan.positions.upto : scan.positions.after;
    page.last = scan.complete && scan.positions.upto >= reading.last;
    // What was written later is the feed's.
    std::erase_if(page.documents, [&](const Change& change) {
        if (!change.document) return false;
        const Guard& guard = change.document->guard;
        return guard.seq_no > reading.upto.shards.at(static_cast<std::size_t>(guard.shard));
    });
}

Task<void> FirstCopyOfDocuments::copy(Reading& reading, Report& total) {
    if (reading.last < 0) co_return;
    Page next;
    co_await fetch(reading, next);
    for (bool last = false; !last && !stopping_;) {
        Page page = std::exchange(next, {});
        last = page.last;
        std::vector<Task<void>> both;  // the next page is read while this one is written
        both.push_back(insert(std::move(page.documents), total));
        if (!last) both.push_back(fetch(reading, next));
        co_await when_all(std::move(both));
        co_await note_copied(page.whole_upto, reading.upto);
        const double part =
            static_cast<double>(total.looked) / static_cast<double>(reading.documents + 1);
        reading.listener(total, std::min(part, 1.0));
    }
}

void FirstCopyOfDocuments::resume(std::vector<std::int64_t> copied) {
    copied_ = context_.checkpoint.cursor();
    copied_->shards = std::move(copied);
}

bool FirstCopyOfDocuments::resumes() const {
    return copied_ && copied_->same_meeting(context_.checkpoint.cursor());
}

std::vector<std::int64_t> FirstCopyOfDocuments::copied() const {
    return resumes() ? copied_->shards : std::vector<std::int64_t>();
}

bool FirstCopyOfDocuments::was_copied(const Guard& guard) const {
    return guard.seq_no <= copied_->shards.at(static_cast<std::size_t>(guard.shard));
}

Task<void> FirstCopyOfDocuments::note_copied(std::int64_t position, const Cursor& upto) {
    for (std::size_t shard = 0; shard < upto.shards.size(); ++shard) {
        const std::int64_t here = std::min(position, upto.shards[shard]);
        copied_->shards[shard] = std::max(copied_->shards[shard], here);
    }
    if (!memory_.due()) co_return;
    SweepNotes notes;
    notes.copied = copied_->shards;
    notes.ends = context_.expiries.any();
    co_await memory_.save(std::move(notes), std::nullopt);
}

Task<Report> FirstCopyOfDocuments::run(const Listener& listener) {
    resumed_ = resumes();
    if (!resumed_) copied_ = context_.checkpoint.cursor();  // nothing yet
    const std::uint64_t documents = co_await context_.documents.count();
    sweep_.expect(documents);
    expected_.assign(sweep_.segments(), RangeDigest{});
    const Cursor upto = co_await context_.documents.position();
    context_.checkpoint.require_same_index(upto);
    co_await context_.documents.refresh();  // of everything up to there
    Report total;
    std::vector<DocumentScan> scan = co_await context_.documents.scan(1);
    Reading reading{scan.front(), upto, documents, listener};
    reading.part = part_size(upto, documents);
    if (!upto.shards.empty()) reading.last = *std::ranges::max_element(upto.shards);
    scan.front().restart(PositionRange{-1, reading.part - 1});
    co_await copy(reading, total);
    co_await context_.documents.end(std::move(scan));
    if (stopping_) co_return total;
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
    if (total.unsettled.empty()) co_await context_.checkpoint.advance(upto);
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
    // It may have been inserted before it changed. Without a new stamp that would be a second write
    // of the same moment, and Cassandra keeps the larger value.
    if (resumed_ && !old && !was_copied(document.guard)) return std::nullopt;
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

void FirstCopyOfDocuments::remember_end(const Write& write) {
    if (!write.expires_at) return;
    context_.expiries.remember(write.id,
                               *write.expires_at + context_.rules.expiry_tolerance.count());
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
            remember_end(*write);
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
        remember_end(writes[i]);
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
