#include "sync/reconciler.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/error.hpp"

namespace duet::sync {

namespace {

std::uint64_t digest_of(const State& state, const Schema& schema) {
    return state.exists ? digest(state.content, schema) : 0;
}

/// For V9: the same content with another version is another write.
std::uint64_t with_version(std::uint64_t digest, const State& state) {
    const auto version = static_cast<std::uint64_t>(state.version.value_or(no_version).micros);
    return digest ^ (version * 0x9E3779B97F4A7C15ULL);
}

}  // namespace

Reconciler::Items Reconciler::items_of(std::vector<Change> changes) {
    Items items;
    items.reserve(changes.size());
    std::unordered_map<Id, std::size_t> seen;
    seen.reserve(changes.size());
    for (Change& change : changes) {
        const auto [place, fresh] = seen.emplace(change.id, items.size());
        if (!fresh) {  // named twice: the states may be of different moments
            items[place->second].row.reset();
            items[place->second].document.reset();
            items[place->second].agreed.reset();
            continue;
        }
        Item item;
        item.id = change.id;
        item.watched = !(change.row && change.document);
        item.row = std::move(change.row);
        item.document = std::move(change.document);
        item.agreed = change.agreed;
        items.push_back(std::move(item));
    }
    return items;
}

Task<Report> Reconciler::reconcile(std::vector<Change> changes) {
    Report report;
    Items items = items_of(std::move(changes));
    for (std::size_t from = 0; from < items.size();) {
        const std::size_t whole = items[from].row && items[from].document ? items.size() : chunk_;
        const std::size_t count = std::min(whole, items.size() - from);
        Items chunk;
        if (count == items.size()) {
            chunk.swap(items);
        } else {
            const auto first = items.begin() + static_cast<std::ptrdiff_t>(from);
            chunk.assign(std::make_move_iterator(first),
                         std::make_move_iterator(first + static_cast<std::ptrdiff_t>(count)));
        }
        co_await resolve(std::move(chunk), report);
        from += count;
    }
    co_return report;
}

Task<Report> Reconciler::reconcile(std::span<const Id> ids) {
    std::vector<Change> changes;
    changes.reserve(ids.size());
    for (const Id& id : ids) changes.push_back(Change{id, std::nullopt, std::nullopt});
    co_return co_await reconcile(std::move(changes));
}

Task<void> Reconciler::resolve(Items items, Report& report) {
    std::vector<Item*> pending;
    pending.reserve(items.size());
    for (Item& item : items) pending.push_back(&item);
    for (int round = 0; round < rounds_limit && !pending.empty(); ++round) {
        co_await look(pending);
        if (round == 0) adapt_chunk(items);
        Plan steps = plan(pending, report);
        try {
            pending = co_await perform(std::move(steps), report);
        } catch (...) {
            take_back(pending);
            throw;
        }
    }
    for (const Item* item : pending) report.unsettled.push_back(item->id);
}

/// A server that takes no writes at all is no reason for quarantine (V9).
void Reconciler::take_back(const std::vector<Item*>& pending) {
    for (const Item* item : pending) {
        if (item->counted) context_.rewrites.take_back(item->id);
    }
}

void Reconciler::adapt_chunk(const Items& items) {
    std::size_t bytes = 0;
    for (const Item& item : items) {
        bytes += sizeof(Item) + size_of(item.row->content) + size_of(item.document->content);
    }
    const std::size_t average = bytes / items.size() + 1;
    chunk_ = std::clamp<std::size_t>(flight_limit / 2 / average, 1, batch_limit);
}

Task<void> Reconciler::look(const std::vector<Item*>& pending) {
    std::vector<Task<void>> both;
    both.push_back(look_at_index(pending));
    both.push_back(look_at_rows(pending));
    co_await when_all(std::move(both));
    if (context_.propagates()) co_await look_at_notes(pending);
}

/// Where a side is missing the note decides. Where both are there it would only save a write.
Task<void> Reconciler::look_at_notes(const std::vector<Item*>& pending) {
    std::vector<AgreedNote> notes;
    std::vector<Item*> items;
    for (Item* item : pending) {
        if (item->agreed || (item->row->exists && item->document->exists)) continue;
        notes.push_back(note_of(*item, Agreed{}));
        items.push_back(item);
    }
    if (notes.empty()) co_return;
    co_await context_.state.load_agreed(context_.pair, context_.era(), notes);
    for (std::size_t i = 0; i < items.size(); ++i) items[i]->agreed = notes[i].agreed;
}

AgreedNote Reconciler::note_of(const Item& item, const Agreed& agreed) const {
    return {item.id, context_.rows.token(item.id), agreed};
}

/// What a note says of who deleted: nothing of a record in quarantine, nor from before a TRUNCATE.
Agreed Reconciler::evidence(const Item& item) const {
    const bool counts = item.agreed && !context_.quarantine.holds(item.id) &&
                        item.agreed->noted_at > context_.table.truncated_at + truncation_margin;
    return counts ? *item.agreed : Agreed{};
}

Task<void> Reconciler::look_at_rows(const std::vector<Item*>& pending) {
    std::vector<Id> ids;
    for (const Item* item : pending) {
        if (!item->row) ids.push_back(item->id);
    }
    if (ids.empty()) co_return;
    std::vector<State> states = co_await context_.rows.look(ids);
    auto next = states.begin();
    for (Item* item : pending) {
        if (!item->row) item->row = std::move(*next++);
    }
}

/// Asked after the documents were read, it proves that all of them were in the cursor's index.
Task<void> Reconciler::look_at_index(const std::vector<Item*>& pending) {
    co_await look_at_documents(pending);
    const bool judged =
        std::ranges::any_of(pending, [this](const Item* item) { return rests_on_cursor(*item); });
    if (judged) co_await context_.require_same_index();
}

Task<void> Reconciler::look_at_documents(const std::vector<Item*>& pending) {
    std::vector<Id> ids;
    for (const Item* item : pending) {
        if (!item->document) ids.push_back(item->id);
    }
    if (ids.empty()) co_return;
    std::vector<State> states = co_await context_.documents.look(ids);
    auto next = states.begin();
    for (Item* item : pending) {
        if (!item->document) item->document = std::move(*next++);
    }
}

bool Reconciler::rests_on_cursor(const Item& item) const {
    const Guard& guard = item.document->guard;
    const Checkpoint& checkpoint = context_.checkpoint;
    return item.document->exists && (context_.settled.contains(guard) || checkpoint.is_old(guard) ||
                                     checkpoint.precedes_joined(guard));
}

Reconciler::Plan Reconciler::plan(const std::vector<Item*>& pending, Report& report) {
    Plan steps;
    const std::int64_t now = context_.clock.now();
    for (Item* item : pending) {
        const State& row = *item->row;
        const State& document = *item->document;
        if (moves_schema(row, document)) {
            report.schema_moved = true;
            report.unsettled.push_back(item->id);
            continue;
        }
        const bool readable = !row.problem && !document.problem;
        const bool comparable = row.exists && document.exists && readable;
        const bool same = comparable &&
                          same_content(row.content, document.content, context_.schema) &&
                          context_.rules.same_end(row, document);
        const bool settled =
            context_.settled.contains(document.guard) && !context_.quarantine.holds(item->id);
        const bool old = context_.checkpoint.is_old(document.guard);
        item->settled = settled;
        const bool joined = comparable && !same && context_.only_joined_differ(row, document);
        const Sight sight{row,
                          document,
                          settled,
                          old,
                          same,
                          joined,
                          now,
                          context_.checkpoint.cursor().first_met,
                          evidence(*item)};
        ++report.looked;
        add_to(steps, *item, decide(sight, context_.rules), report);
    }
    return steps;
}

bool Reconciler::moves_schema(const State& row, const State& document) {
    // Settled now, its new field would be taken for cleared later (V4).
    if (document.unfamiliar) return true;
    const bool lacks = row.expires_at && context_.schema.expiry_field.empty() &&
                       context_.rules.direction != Direction::to_cassandra;
    context_.lacks_expiry_field = context_.lacks_expiry_field || lacks;
    return lacks;
}

void Reconciler::add_to(Plan& plan, Item& item, Decision decision, Report& report) {
    if (std::holds_alternative<Settle>(decision)) {
        item.shared = item.row->version.value_or(item.document->version.value_or(no_version));
        plan.level.push_back(&item);
        return;
    }
    if (add_removal(plan, item, decision, report)) return;
    if (add_expiry(plan, item, decision, report)) return;
    if (std::holds_alternative<Stay>(decision)) {
        ++report.stayed;
        return;
    }
    if (std::holds_alternative<StopPair>(decision)) {
        throw Misconfigured(
            context_.pair + ": a row and an older, unstamped document of record " +
                item.id.to_string() + " differ, and first_meeting is \"stop\"",
            "see `duet plan`, then choose first_meeting = \"cassandra\" or \"elasticsearch\"");
    }
    if (left_alone(item, plan, report)) return;
    if (const auto* refuse = std::get_if<Refuse>(&decision)) {
        plan.refusals.emplace_back(&item, *refuse);
    } else if (const auto* stamp = std::get_if<StampDocument>(&decision)) {
        report.future += stamp->future ? 1 : 0;
        if (stamp->keep_row) {
            const bool stale = item.document->version && !stamp->future;
            keep(plan, item, true, stamp->version,
                 stale ? "the document was changed under its old stamp"
                       : "an unstamped document won",
                 report);
        }
        plan.stamps.emplace_back(&item, *stamp);
    } else if (const auto* write = std::get_if<WriteDocument>(&decision)) {
        report.future += write->future ? 1 : 0;
        if (write->keep_document)
            keep(plan, item, false, write->version,
                 item.document->problem ? "it could not be read any more" : "the row is newer",
                 report);
        plan.documents.emplace_back(&item, *write);
    } else if (const auto* row = std::get_if<WriteRow>(&decision)) {
        report.future += row->future ? 1 : 0;
        // Written since the look that gave the stamp: it may be newer than the document.
        const bool unseen = item.dated && item.kept_row != digest_of(*item.row, context_.schema);
        if (row->keep_row) {
            keep(plan, item, true, row->version,
                 context_.rules.direction == Direction::both ? "first_meeting prefers the document"
                                                             : "the direction is to_cassandra",
                 report);
        } else if (unseen) {
            keep(plan, item, true, row->version, "an unstamped document won", report);
        }
        plan.rows.emplace_back(&item, *row);
    }
}

bool Reconciler::add_removal(Plan& plan, Item& item, const Decision& decision, Report& report) {
    const auto* row = std::get_if<DeleteRow>(&decision);
    const auto* document = std::get_if<DeleteDocument>(&decision);
    if (row == nullptr && document == nullptr) return false;
    if (!context_.deletions.may_delete()) {
        context_.deletions.postpone(item.id);
        return true;
    }
    const char* const late = "a late write of a deleted record";
    if (row != nullptr) {
        // Its version does not prove that the row is what was agreed: a cleared column leaves no
        // trace.
        keep(plan, item, true, row->version, row->late ? late : "its document was deleted", report);
        plan.row_removals.emplace_back(&item, *row);
        return true;
    }
    if (document->late) keep(plan, item, false, document->version, late, report);
    plan.document_removals.emplace_back(&item, *document);
    return true;
}

/// Neither side has changed since it was refused.
bool Reconciler::rests_in_quarantine(const Item& item) const {
    return context_.quarantine.holds(item.id) &&
           context_.quarantine.unchanged(item.id, *item.row, digest_of(*item.row, context_.schema),
                                         *item.document);
}

bool Reconciler::left_alone(Item& item, Plan& plan, Report& report) {
    if (rests_in_quarantine(item)) {
        ++report.quarantined;
        return true;
    }
    if (!item.watched && !context_.quarantine.holds(item.id)) return false;
    const std::uint64_t row = digest_of(*item.row, context_.schema);
    const std::uint64_t document = digest_of(*item.document, context_.schema);
    if (context_.rewrites.may_write(item.id, *item.row, with_version(row, *item.row),
                                    *item.document, with_version(document, *item.document))) {
        item.counted = true;
        return false;
    }
    Refusal refusal;
    refusal.reason =
        "Duet wrote this record five times within ten passes and nobody else changed it; something "
        "rewrites it (a pipeline, a template, a second configuration): end that, then `duet "
        "quarantine "
        "retry`";
    plan.refusals.emplace_back(&item, Refuse{"elasticsearch", std::move(refusal)});
    return true;
}

void Reconciler::keep(Plan& plan, Item& item, bool row, Version winner, std::string reason,
                      Report& report) {
    const State& loser = row ? *item.row : *item.document;
    if (!loser.exists) return;
    if (row) item.kept_row = digest_of(loser, context_.schema);
    Beaten beaten;
    beaten.id = item.id;
    beaten.beaten_at = context_.clock.now();
    beaten.side = row ? "cassandra" : "elasticsearch";
    beaten.version = loser.version;
    beaten.winner = winner;
    beaten.json = loser.unread.empty() ? context_.documents.to_json(loser.content) : loser.unread;
    beaten.reason = std::move(reason);
    plan.beaten.push_back(std::move(beaten));
    ++report.kept;
}

}  // namespace duet::sync
