// V10 where deletes are propagated: the part of the Reconciler that deletes.

#include "sync/reconciler.hpp"

namespace duet::sync {

std::optional<Agreed> Reconciler::to_be_noted(const Item& item) const {
    Agreed agreed;
    if (item.row->exists && item.document->exists) {
        const bool noted = item.settled && !item.moved && !item.agreed;
        if (noted) return std::nullopt;
        agreed.kind = Agreed::Kind::record;
        agreed.version = item.shared;
    } else {
        // Gone from both sides, by whatever hand: from now on it is a deletion.
        const bool was_there = item.agreed && item.agreed->kind == Agreed::Kind::record;
        if (!was_there) return std::nullopt;
        agreed.kind = Agreed::Kind::deletion;
        agreed.version = item.agreed->version;
    }
    if (item.agreed && item.agreed->same_as(agreed)) return std::nullopt;
    return agreed;
}

Task<void> Reconciler::note(const std::vector<Item*>& items) {
    std::vector<AgreedNote> notes;
    for (const Item* item : items) {
        if (const auto agreed = to_be_noted(*item)) notes.push_back(note_of(*item, *agreed));
    }
    co_await context_.agree_on(std::move(notes));
}

/// The order: the content is kept, the deletion noted, the row deleted. Cut off in between, the
/// note says that this very row is to go; and a document made meanwhile is not taken for deleted.
Task<void> Reconciler::remove_rows(Plan& plan, std::vector<Item*>& again, Report& report) {
    co_await context_.require_same_index();  // the documents are missing in this very index
    std::vector<AgreedNote> notes;
    std::vector<Removal> removals;
    for (const auto& [item, deletion] : plan.row_removals) {
        Agreed agreed;
        agreed.kind = Agreed::Kind::deletion;
        agreed.version = deletion.version;
        agreed.upto = deletion.timestamp;
        notes.push_back(note_of(*item, agreed));
        removals.push_back(Removal{item->id, deletion.timestamp, {}});
    }
    co_await context_.agree_on(std::move(notes));
    const std::vector<Outcome> outcomes = co_await context_.rows.remove(removals);
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        Item* item = plan.row_removals[i].first;
        if (outcomes[i].kind == Outcome::Kind::applied) {
            ++report.rows_deleted;
            ++report.level;
        } else if (outcomes[i].kind == Outcome::Kind::refused) {
            co_await quarantine(*item, "cassandra", outcomes[i].refusal, report);
        } else {
            look_again(item, again, report);  // what was written since the look is still there
        }
    }
}

/// The document first, then the note: until it is gone, whoever writes it is not late.
Task<void> Reconciler::remove_documents(Plan& plan, std::vector<Item*>& again, Report& report) {
    co_await context_.require_same_index();  // the notes are about the documents of this very one
    if (co_await context_.table_moved()) {
        // The rows may be missing in a table that was made anew or truncated meanwhile.
        for (const auto& [item, deletion] : plan.document_removals) look_again(item, again, report);
        co_return;
    }
    std::vector<Removal> removals;
    for (const auto& [item, deletion] : plan.document_removals) {
        removals.push_back(Removal{item->id, 0, item->document->guard});
    }
    const std::vector<Outcome> outcomes = co_await context_.documents.remove(removals);
    std::vector<AgreedNote> notes;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        const auto& [item, deletion] = plan.document_removals[i];
        if (outcomes[i].kind == Outcome::Kind::refused) {
            co_await quarantine(*item, "elasticsearch", outcomes[i].refusal, report);
            continue;
        }
        if (outcomes[i].kind != Outcome::Kind::applied) {
            look_again(item, again, report);
            continue;
        }
        ++report.documents_deleted;
        context_.deletions.note_own(1);
        ++report.level;
        Agreed agreed;
        agreed.kind = Agreed::Kind::deletion;
        agreed.version = deletion.version;
        notes.push_back(note_of(*item, agreed));
    }
    co_await context_.agree_on(std::move(notes));
}

}  // namespace duet::sync
