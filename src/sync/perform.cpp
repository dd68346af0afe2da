// The acting half of the Reconciler: performs a plan and says which records must be looked at
// again.

#include <algorithm>

#include "sync/reconciler.hpp"

namespace duet::sync {

/// Both sides are read anew in the next round.
void Reconciler::look_again(Item* item, std::vector<Item*>& again, Report& report) {
    item->row.reset();
    item->document.reset();
    item->agreed.reset();
    item->own = false;
    item->counted = false;
    again.push_back(item);
    ++report.superseded;
}

Task<std::vector<Reconciler::Item*>> Reconciler::perform(Plan plan, Report& report) {
    // Before anything is overwritten (V8): a crash after this keeps too much, never too little.
    if (!plan.beaten.empty()) {
        co_await context_.state.put_beaten(context_.pair, std::move(plan.beaten),
                                           context_.rules.keep_beaten);
    }
    std::vector<Item*> again;
    co_await settle(std::move(plan.level), report);
    if (!plan.stamps.empty()) co_await stamp(plan, again, report);
    if (!plan.documents.empty()) co_await write_documents(plan, again, report);
    if (!plan.rows.empty()) co_await write_rows(plan, again, report);
    if (!plan.row_removals.empty()) co_await remove_rows(plan, again, report);
    if (!plan.document_removals.empty()) co_await remove_documents(plan, again, report);
    if (!plan.ended.empty()) co_await remove_ended(plan, again, report);
    for (auto& [item, refuse] : plan.refusals) {
        co_await quarantine(*item, std::move(refuse.side), std::move(refuse.refusal), report);
    }
    co_return again;
}

Task<void> Reconciler::settle(std::vector<Item*> items, Report& report) {
    if (items.empty()) co_return;
    if (context_.propagates()) co_await note(items);
    for (Item* item : items) {
        if (item->document->exists) {
            if (item->own) context_.settled.remember_written(item->document->guard);
            context_.settled.remember(item->document->guard);
        }
        ++report.level;
        remember_end(*item);
        if (context_.quarantine.holds(item->id)) co_await context_.quarantine.release(item->id);
    }
}

Task<void> Reconciler::stamp(Plan& plan, std::vector<Item*>& again, Report& report) {
    std::vector<Stamp> stamps;
    stamps.reserve(plan.stamps.size());
    for (const auto& [item, decision] : plan.stamps) {
        stamps.push_back(Stamp{item->id, decision.version, item->document->guard});
    }
    const std::vector<Outcome> outcomes = co_await context_.documents.stamp(stamps);
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        Item* item = plan.stamps[i].first;
        if (outcomes[i].kind == Outcome::Kind::refused) {
            co_await quarantine(*item, "elasticsearch", outcomes[i].refusal, report);
            continue;
        }
        if (outcomes[i].kind == Outcome::Kind::applied) {
            ++report.stamped;
            item->moved = true;
            item->dated = !plan.stamps[i].second.future;
            context_.rewrites.wrote_document(item->id, outcomes[i].guard);
        }
        look_again(item, again, report);  // V2: only now it goes on as any stamped document
    }
}

Task<void> Reconciler::write_documents(Plan& plan, std::vector<Item*>& again, Report& report) {
    std::vector<Write> writes;
    writes.reserve(plan.documents.size());
    for (auto& [item, decision] : plan.documents) {
        item->row->content.carried = std::move(item->document->content.carried);
        Write write;
        write.id = item->id;
        write.content = &item->row->content;
        write.version = decision.version;
        write.guard = item->document->guard;
        write.expires_at = item->row->expires_at;
        writes.push_back(write);
    }
    const std::vector<Outcome> outcomes = co_await context_.documents.apply(writes);
    std::vector<Item*> level;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        Item* item = plan.documents[i].first;
        item->moved = true;
        switch (outcomes[i].kind) {
            case Outcome::Kind::applied:
                ++report.documents_written;
                context_.quarantine.note_success();
                context_.rewrites.wrote_document(item->id, outcomes[i].guard);
                item->document->guard = outcomes[i].guard;
                item->document->exists = true;
                item->own = true;
                item->shared = plan.documents[i].second.version;
                level.push_back(item);
                break;
            case Outcome::Kind::refused:
                item->document->content.carried = std::move(item->row->content.carried);
                co_await quarantine(*item, "elasticsearch", outcomes[i].refusal, report);
                break;
            case Outcome::Kind::superseded:
            case Outcome::Kind::hidden: look_again(item, again, report); break;
        }
    }
    co_await settle(std::move(level), report);
}

Task<void> Reconciler::write_rows(Plan& plan, std::vector<Item*>& again, Report& report) {
    std::vector<Write> writes;
    writes.reserve(plan.rows.size());
    for (const auto& [item, decision] : plan.rows) {
        Write write;
        write.id = item->id;
        write.content = &item->document->content;
        write.version = decision.version;
        write.timestamp = decision.timestamp;
        write.expires_at = item->document->expires_at;
        write.previous = item->row->exists ? &*item->row : nullptr;
        writes.push_back(write);
    }
    const std::int64_t written_at = context_.clock.now();
    const std::vector<Outcome> outcomes = co_await context_.rows.apply(writes);
    std::vector<Item*> level;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        Item* item = plan.rows[i].first;
        item->moved = true;
        const std::int64_t timestamp = plan.rows[i].second.timestamp;
        context_.rewrites.wrote_row(item->id, timestamp);
        switch (outcomes[i].kind) {
            case Outcome::Kind::applied:
                ++report.rows_written;
                context_.quarantine.note_success();
                item->row->exists = true;
                item->row->expires_at = item->document->expires_at;
                item->row->changes_at = item->document->expires_at;
                item->shared = plan.rows[i].second.version;
                level.push_back(item);
                break;
            case Outcome::Kind::superseded:
                // V5: whatever the row shows now, it shows it in knowledge of this document.
                if (!context_.quarantine.holds(item->id))
                    context_.settled.remember(item->document->guard);
                look_again(item, again, report);
                break;
            case Outcome::Kind::hidden: {
                const std::int64_t past = std::max(written_at, timestamp + 1);
                co_await hidden(item, past, again, report);
                break;
            }
            case Outcome::Kind::refused:
                co_await quarantine(*item, "cassandra", outcomes[i].refusal, report);
                break;
        }
    }
    co_await settle(std::move(level), report);
}

/// `past`: a moment from before it was read back that there is no row. Whoever has written one
/// since is newer.
Task<void> Reconciler::hidden(Item* item, std::int64_t past, std::vector<Item*>& again,
                              Report& report) {
    const auto end = item->document->expires_at;
    if (end && *end <= context_.clock.now() + context_.rules.expiry_tolerance.count()) {
        look_again(item, again, report);  // no deletion: its time has run out
        co_return;
    }
    if (++item->hidden > hidden_limit) {
        Refusal refusal;
        refusal.reason =
            "a deletion in Cassandra with a time in the future hides every write of this record; "
            "wait until "
            "that time has passed or compact the tombstone away, then `duet quarantine retry`";
        co_await quarantine(*item, "cassandra", std::move(refusal), report);
        co_return;
    }
    if (context_.rules.direction == Direction::to_cassandra) {
        look_again(item, again, report);  // what is not there is written with the clock's time
        co_return;
    }
    Stamp newer;
    newer.id = item->id;
    newer.version = Version{past};
    newer.guard = item->document->guard;
    const std::vector<Stamp> stamps{newer};
    const std::vector<Outcome> outcomes = co_await context_.documents.stamp(stamps);
    if (outcomes.front().kind == Outcome::Kind::applied) {
        ++report.stamped;
        item->dated = true;
        context_.rewrites.wrote_document(item->id, outcomes.front().guard);
    }
    look_again(item, again, report);
}

Task<void> Reconciler::quarantine(Item& item, std::string side, Refusal refusal, Report& report) {
    const State& row = *item.row;
    const State& document = *item.document;
    QuarantineEntry entry;
    entry.id = item.id;
    entry.side = std::move(side);
    entry.refusal = std::move(refusal);
    entry.row_version = row.version;
    entry.document_version = document.version;
    entry.row_newest_write = row.newest_write;
    entry.row_digest = row.exists ? digest(row.content, context_.schema) : 0;
    entry.document_guard = document.guard;
    if (row.exists) entry.row_json = context_.documents.to_json(row.content);
    if (document.exists) {
        entry.document_json = document.unread.empty() ? context_.documents.to_json(document.content)
                                                      : document.unread;
    }
    entry.last_seen = context_.clock.now();
    ++report.quarantined;
    co_await context_.quarantine.put(std::move(entry));
}

}  // namespace duet::sync
