#pragma once
// A table and its index, kept level: the feeds and the reconciler of one pair, one step at a time.

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "sync/first_copy_of_documents.hpp"
#include "sync/first_copy_of_rows.hpp"
#include "sync/follower.hpp"
#include "sync/reconciler.hpp"
#include "sync/sweep.hpp"
#include "sync/sweep_memory.hpp"

namespace duet::sync {

struct PairSettings {
    Rules rules;
    std::chrono::milliseconds period{1'000};
    /// Part of the time that the sweep may take where it is the only feed of the rows, 0 to 1.
    double sweep_share = 0.25;
    /// Beside a faster feed: how often a round begins; empty: as often as idle_sweep_share allows.
    std::optional<std::chrono::milliseconds> sweep_every;
    /// How often the schema of both sides is looked at, if it may have changed.
    std::chrono::milliseconds schema_every{5'000};
    /// New documents can tell more of a mapping that stays as it is (numbers that are seconds,
    /// lists): how often it is looked at while records change.
    std::chrono::milliseconds schema_again{60'000};
    /// How often it is saved, at most, what the sweep and a first copy know.
    std::chrono::milliseconds notes_every{10'000};
};

/// How far a long step is: of both directions, for progress bars.
struct Progress {
    std::string what;  // "first copy to Elasticsearch", ...
    std::uint64_t records = 0;
    double part = 0;  // 0 to 1
};

class Pair {
public:
    /// Describes both sides, makes what is missing and tells both stores; yields what they agreed
    /// on.
    using Agree = std::function<Task<Schema>()>;
    /// A text that is another one once any table or mapping has changed; empty: not known.
    using Edition = std::function<Task<std::string>()>;

    /// Stores, state and clock outlive it.
    Pair(std::string name, RowStore& rows, DocumentStore& documents, StateStore& state,
         const Clock& clock, PairSettings settings, Agree agree, Edition edition = {});

    [[nodiscard]] const std::string& name() const { return context_.pair; }

    /// Agrees on the schema and takes up the cursor. Before anything else; again after an error.
    [[nodiscard]] Task<void> open();
    /// Brings both sides level: the first copy, the feed, a whole sweep. Ends early when stopping.
    [[nodiscard]] Task<Report> level();
    /// What is due now, bounded: the feed, and the sweep within its share of the time. The first
    /// ones go on from where an earlier process stopped, if its feed can, or are a level().
    [[nodiscard]] Task<Report> pass();
    /// Between two passes: what the rows' feed says, and nothing else.
    [[nodiscard]] Task<Report> glance();
    /// How often glance() is worth its cost; empty: never.
    [[nodiscard]] std::optional<std::chrono::milliseconds> pace() const;
    /// Saves what a later process can begin with; after the last pass of a pair that is well.
    [[nodiscard]] Task<void> close();
    /// Looks at these records on both sides.
    [[nodiscard]] Task<Report> reconcile(std::vector<Id> ids);
    /// V10: what reconcile() found to be deleted, of a pair with so many records. The passes do
    /// this by themselves at the end of each round.
    [[nodiscard]] Task<Report> make_deletions(std::uint64_t records);
    /// The next deletions are meant, however many.
    void force_deletes() { context_.deletions.force(); }

    /// Between two pages everything stops; what was settled stays settled.
    void stop() { stopping_ = true; }
    /// With how many pairs, itself included, it shares idle_sweep_share.
    void share_idle_time(std::size_t pairs) { sharing_ = pairs; }
    /// New settings hold from the next pass on.
    void configure(const PairSettings& settings);
    void on_progress(std::function<void(const Progress&)> listener) {
        listener_ = std::move(listener);
    }

    [[nodiscard]] const Context& context() const { return context_; }
    /// The last time round of the sweep.
    [[nodiscard]] std::chrono::microseconds sweep_time() const { return sweep_time_; }
    /// Every row written before this moment has been compared, microseconds since 1970; 0: not yet.
    [[nodiscard]] std::int64_t swept_at() const { return swept_at_; }
    /// Both sides were brought level once: the daemon's ordinary life.
    [[nodiscard]] bool is_level() const { return level_; }
    /// How changes are noticed: "seq_no, sweep".
    [[nodiscard]] std::string feeds() const;

private:
    Context context_;
    PairSettings settings_;
    Agree agree_;
    Edition edition_;
    Reconciler reconciler_;
    Follower follower_;
    Sweep sweep_;
    SweepMemory sweep_memory_;
    FirstCopyOfDocuments documents_copy_;
    FirstCopyOfRows rows_copy_;
    std::function<void(const Progress&)> listener_;
    bool stopping_ = false;
    bool remembered_ = false;
    bool level_ = false;
    std::vector<std::int64_t> position_;  // where the rows' feed is to go on
    RowFeed* resumed_ = nullptr;          // that does, towards level
    int moving_passes_ = 0;               // meanwhile
    std::string agreed_edition_;          // empty: agree at the next look
    std::uint64_t looked_ = 0;            // records, since it was agreed on
    std::int64_t agreed_at_ = 0;          // all: microseconds since 1970
    std::int64_t schema_due_ = 0;
    std::int64_t sweep_due_ = 0;
    std::int64_t round_due_ = 0;  // when the round that goes on was due, or the next one is
    std::int64_t round_began_ = 0;
    std::int64_t swept_at_ = 0;
    std::chrono::microseconds sweep_time_{0};
    std::int64_t sweep_work_ = 0;  // microseconds that this round's steps took
    std::size_t sharing_ = 1;
    bool feed_incomplete_ = false;  // the rows' feed has missed writes since the last whole round
    bool missed_again_ = false;     // and since this round began
    std::optional<Cursor> met_;     // the meeting that the digests are about

    [[nodiscard]] Task<void> agree();
    [[nodiscard]] Task<std::string> edition();
    /// Where another index or another table was met, nothing is known to be level any more.
    void note_meeting();
    void forget();
    /// Agrees again if something may have changed.
    [[nodiscard]] Task<void> look_at_schema();
    [[nodiscard]] Task<Report> follow();
    [[nodiscard]] Task<Report> look_at_quarantine();
    /// V3: drains the feed and saves the cursor where as much is remembered as may be.
    [[nodiscard]] Task<Report> make_room();
    [[nodiscard]] Task<Report> copy_rows();
    /// copy_rows(), while the index need not refresh by itself.
    [[nodiscard]] Task<Report> fill_index();
    /// What the rows' fast feed says, if there is one. caught_up: and it has no more.
    [[nodiscard]] Task<Report> follow_rows();
    /// True: the rows' feed goes on from where an earlier process stopped.
    [[nodiscard]] bool resumes();
    /// Towards level by what has changed since; gives it up where that is not all.
    [[nodiscard]] Task<Report> go_on();
    /// How far the rows' feed is, if that is all which a later process must know.
    [[nodiscard]] std::vector<std::int64_t> position() const;
    /// The records whose end has come.
    [[nodiscard]] Task<Report> follow_ends();
    [[nodiscard]] Task<Report> look_at_ended(std::vector<Id> ids);
    /// Only a whole round finds what the rows' feed has missed.
    void sweep_anew();
    /// When the next round of the sweep is due, if the last one ended now.
    [[nodiscard]] std::int64_t next_round(std::int64_t now) const;
    void round_has_ended();
    [[nodiscard]] Task<Report> sweep_round(const char* what);
    [[nodiscard]] Task<Report> sweep_within_share();
    [[nodiscard]] Task<bool> table_is_empty();
    /// Takes up what an earlier process knew, once.
    [[nodiscard]] Task<void> remember();
    /// Saves what the sweep knows, and how far a first copy is.
    [[nodiscard]] Task<void> keep();
    [[nodiscard]] Task<void> keep_if_due();
    void tell(const char* what, std::uint64_t records, double part);
};

constexpr double idle_sweep_share = 0.01;  // of the time, of all pairs beside faster feeds

}  // namespace duet::sync
