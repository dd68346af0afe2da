// The part of the Reconciler for records that end by themselves (V10).

#include <algorithm>

#include "sync/reconciler.hpp"

namespace duet::sync {

namespace {

constexpr std::int64_t still_there = 1'000'000;  // microseconds until it is looked at again

}  // namespace

bool Reconciler::add_expiry(Plan& plan, Item& item, const Decision& decision, Report& report) {
    const auto* wait = std::get_if<Wait>(&decision);
    const auto* end = std::get_if<ExpireDocument>(&decision);
    if (wait == nullptr && end == nullptr) return false;
    if (rests_in_quarantine(item)) {
        ++report.quarantined;
        return true;
    }
    const bool keeps = wait != nullptr ? wait->keep_document : end->keep_document;
    if (keeps) {
        const Version version = item.document->version.value_or(no_version);
        keep(plan, item, false, version, "its time had run out (TTL)", report);
    }
    if (wait != nullptr) {
        context_.expiries.remember(item.id, wait->until);
    } else {
        plan.ended.push_back(&item);
    }
    return true;
}

/// A row that is level now will change by itself, and no store will say so.
void Reconciler::remember_end(const Item& item) {
    const State& row = *item.row;
    if (!row.changes_at) return;
    // A record that ends as a whole goes only when no clock can say otherwise.
    const bool whole = row.expires_at == row.changes_at;
    const std::int64_t after = whole ? context_.rules.expiry_tolerance.count() : 0;
    context_.expiries.remember(item.id, *row.changes_at + after);
}

/// The clock alone is no proof: the server must say that the row is not there any more.
Task<void> Reconciler::remove_ended(Plan& plan, std::vector<Item*>& again, Report& report) {
    std::vector<Id> ids;
    for (const Item* item : plan.ended) ids.push_back(item->id);
    const std::vector<Id> absent = co_await context_.rows.absent(ids);
    std::vector<Item*> items;
    std::vector<Removal> removals;
    for (Item* item : plan.ended) {
        if (std::ranges::find(absent, item->id) == absent.end()) {
            context_.expiries.remember(item->id, context_.clock.now() + still_there);
            continue;
        }
        items.push_back(item);
        removals.push_back(Removal{item->id, 0, item->document->guard});
    }
    const std::vector<Outcome> outcomes = co_await context_.documents.remove(removals);
    std::vector<AgreedNote> notes;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        if (outcomes[i].kind == Outcome::Kind::refused) {
            co_await quarantine(*items[i], "elasticsearch", outcomes[i].refusal, report);
            continue;
        }
        if (outcomes[i].kind != Outcome::Kind::applied) {
            look_again(items[i], again, report);
            continue;
        }
        ++report.expired;
        ++report.level;
        context_.deletions.note_own(1);
        Agreed agreed;
        agreed.kind = Agreed::Kind::deletion;
        agreed.version = items[i]->document->version.value_or(no_version);
        notes.push_back(note_of(*items[i], agreed));
    }
    co_await context_.agree_on(std::move(notes));
}

}  // namespace duet::sync
