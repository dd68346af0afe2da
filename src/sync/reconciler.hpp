#pragma once
// The one way in which records move: look at both sides of each nominated id, decide, and copy
// whichever way is needed. Harmless to call for any ids, any number of times.

#include <span>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "model/state.hpp"
#include "model/store.hpp"
#include "sync/checkpoint.hpp"
#include "sync/decide.hpp"
#include "sync/deletions.hpp"
#include "sync/expiries.hpp"
#include "sync/quarantine.hpp"
#include "sync/report.hpp"
#include "sync/rewrites.hpp"
#include "sync/settled.hpp"

namespace duet::sync {

/// What a pair's machinery works with; all of it outlives the parts that hold these references (see
/// pair.cpp).
struct Context {
    std::string pair;
    RowStore& rows;
    DocumentStore& documents;
    StateStore& state;
    const Clock& clock;
    Rules rules;
    Schema schema;
    Settled settled;
    Quarantine quarantine;
    Rewrites rewrites;
    Checkpoint checkpoint;
    Deletions deletions;
    Expiries expiries;
    /// A row that ends was met, and the index has no field that could say so.
    bool lacks_expiry_field = false;
    TableHistory table;  // as last asked for; only where deletes are propagated

    Context(std::string name, RowStore& row_store, DocumentStore& document_store,
            StateStore& state_store, const Clock& time, const Rules& settings)
        : pair(name),
          rows(row_store),
          documents(document_store),
          state(state_store),
          clock(time),
          rules(settings),
          settled(settings.settled_limit),
          quarantine(name, state_store),
          checkpoint(name, state_store, settled, time) {}
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    /// Where the index stands now, and with what its documents are compared.
    [[nodiscard]] Task<Cursor> position();
    /// The same by DocumentStore::recent_position(): for polls.
    [[nodiscard]] Task<Cursor> recent_position();
    /// Throws Unavailable unless the documents are still those of the index that the cursor is of:
    /// it may be made anew at any time, and an alias may lead to another one.
    [[nodiscard]] Task<void> require_same_index();
    /// As Sight::joined says.
    [[nodiscard]] bool only_joined_differ(const State& row, const State& document) const;
    [[nodiscard]] bool propagates() const { return rules.deletes == Deletes::propagate; }
    /// Which meeting of which table with which index the notes of what was agreed are about.
    [[nodiscard]] std::int64_t era() const;
    /// Notes what both sides agree on, where deletes are propagated.
    [[nodiscard]] Task<void> agree_on(std::vector<AgreedNote> notes);
    /// Asks anew which table this is; true: it is another one, or was truncated since.
    [[nodiscard]] Task<bool> table_moved();

private:
    [[nodiscard]] Cursor with_columns(Cursor position) const;
};

class Reconciler {
public:
    explicit Reconciler(Context& context) : context_(context) {}

    /// States that come with the changes are taken as just read; what is missing is looked up.
    /// Throws Unavailable (some writes may have happened: call again) and Misconfigured (the pair
    /// must stop).
    [[nodiscard]] Task<Report> reconcile(std::vector<Change> changes);
    /// The same of ids alone: both sides are looked up.
    [[nodiscard]] Task<Report> reconcile(std::span<const Id> ids);

private:
    struct Item {
        Id id;
        std::optional<State> row;
        std::optional<State> document;
        int hidden = 0;        // writes that a deletion swallowed
        bool counted = false;  // by V9, since the last look
        bool watched = true;   // counts for V9; not where a copy is the record's first
        /// V8: the document's stamp is Duet's own, of this pass: whatever row loses to it is kept.
        bool dated = false;
        std::optional<std::uint64_t> kept_row;  // digest of the row's content that is kept already
        std::optional<Agreed> agreed;           // read where it is needed
        bool settled = false;                   // at the last look: its note was written then
        bool moved = false;                     // Duet has written it since: it needs another note
        bool own = false;  // the document's state is Duet's own, acknowledged write
        Version shared;    // what both sides hold, once it is level
    };
    using Items = std::vector<Item>;

    /// What the decisions of one round ask for.
    struct Plan {
        std::vector<std::pair<Item*, StampDocument>> stamps;
        std::vector<std::pair<Item*, WriteDocument>> documents;
        std::vector<std::pair<Item*, WriteRow>> rows;
        std::vector<std::pair<Item*, DeleteRow>> row_removals;
        std::vector<std::pair<Item*, DeleteDocument>> document_removals;
        std::vector<Item*> ended;
        std::vector<std::pair<Item*, Refuse>> refusals;
        std::vector<Beaten> beaten;
        std::vector<Item*> level;
    };

    Context& context_;
    std::size_t chunk_ = 100;  // records looked at in one step; adapts to their size

    /// One item for each record.
    [[nodiscard]] static Items items_of(std::vector<Change> changes);
    [[nodiscard]] Task<void> resolve(Items items, Report& report);
    [[nodiscard]] Task<void> look(const std::vector<Item*>& pending);
    [[nodiscard]] Task<void> look_at_rows(const std::vector<Item*>& pending);
    [[nodiscard]] Task<void> look_at_index(const std::vector<Item*>& pending);
    [[nodiscard]] Task<void> look_at_documents(const std::vector<Item*>& pending);
    [[nodiscard]] Task<void> look_at_notes(const std::vector<Item*>& pending);
    /// Is anything said of this document that the cursor says?
    [[nodiscard]] bool rests_on_cursor(const Item& item) const;
    [[nodiscard]] Agreed evidence(const Item& item) const;
    void look_again(Item* item, std::vector<Item*>& again, Report& report);
    /// Deletions: made now, or postponed. False: it is another decision.
    bool add_removal(Plan& plan, Item& item, const Decision& decision, Report& report);
    [[nodiscard]] AgreedNote note_of(const Item& item, const Agreed& agreed) const;
    [[nodiscard]] std::optional<Agreed> to_be_noted(const Item& item) const;
    [[nodiscard]] Plan plan(const std::vector<Item*>& pending, Report& report);
    /// Something about this record is new: the pair must agree on its schema first.
    [[nodiscard]] bool moves_schema(const State& row, const State& document);
    void add_to(Plan& plan, Item& item, Decision decision, Report& report);
    [[nodiscard]] bool rests_in_quarantine(const Item& item) const;
    /// Waits for the end of records, or makes it. False: it is another decision.
    bool add_expiry(Plan& plan, Item& item, const Decision& decision, Report& report);
    [[nodiscard]] bool left_alone(Item& item, Plan& plan, Report& report);
    void keep(Plan& plan, Item& item, bool row, Version winner, std::string reason, Report& report);
    [[nodiscard]] Task<void> remove_rows(Plan& plan, std::vector<Item*>& again, Report& report);
    [[nodiscard]] Task<void> remove_documents(Plan& plan, std::vector<Item*>& again,
                                              Report& report);
    [[nodiscard]] Task<void> remove_ended(Plan& plan, std::vector<Item*>& again, Report& report);
    void remember_end(const Item& item);
    [[nodiscard]] Task<std::vector<Item*>> perform(Plan plan, Report& report);
    [[nodiscard]] Task<void> stamp(Plan& plan, std::vector<Item*>& again, Report& report);
    [[nodiscard]] Task<void> write_documents(Plan& plan, std::vector<Item*>& again, Report& report);
    [[nodiscard]] Task<void> write_rows(Plan& plan, std::vector<Item*>& again, Report& report);
    [[nodiscard]] Task<void> hidden(Item* item, std::int64_t past, std::vector<Item*>& again,
                                    Report& report);
    [[nodiscard]] Task<void> quarantine(Item& item, std::string side, Refusal refusal,
                                        Report& report);
    /// Where deletes are propagated: what both sides hold now, unless it is known to be noted.
    [[nodiscard]] Task<void> note(const std::vector<Item*>& items);
    /// Noted first: whatever is settled has its note.
    [[nodiscard]] Task<void> settle(std::vector<Item*> items, Report& report);
    void adapt_chunk(const Items& items);
    void take_back(const std::vector<Item*>& pending);
};

constexpr int rounds_limit = 12;  // looks at one record in one pass; then it waits for the next
constexpr int hidden_limit = 3;   // writes under a deletion before a record goes to quarantine

}  // namespace duet::sync
