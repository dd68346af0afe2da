#pragma once
// The first copy of an index into an empty table: rows are inserted without being looked at or read
// back one by one; one digest per segment of the ring proves them at the end.

#include <functional>
#include <optional>
#include <vector>

#include "sync/reconciler.hpp"
#include "sync/sweep.hpp"
#include "sync/sweep_memory.hpp"

namespace duet::sync {

class FirstCopyOfDocuments {
public:
    /// `stopping` is asked between pages. All outlive it.
    FirstCopyOfDocuments(Context& context, Reconciler& reconciler, Sweep& sweep,
                         SweepMemory& memory, const bool& stopping)
        : context_(context),
          reconciler_(reconciler),
          sweep_(sweep),
          memory_(memory),
          stopping_(stopping) {}

    /// Told after each page: what was done so far, and which part of all documents that is, 0 to 1.
    using Listener = std::function<void(const Report&, double)>;

    /// Copies everything up to the checkpoints of now; saves the cursor only once every segment is
    /// proved. Cut short at any point it has harmed nothing, and the next call goes on there: what
    /// was inserted is read again for its digests, and not inserted again.
    [[nodiscard]] Task<Report> run(const Listener& listener);
    /// An earlier process inserted the documents up to these positions.
    void resume(std::vector<std::int64_t> copied);
    /// One was cut short.
    [[nodiscard]] bool resumes() const;
    /// What resume() needs of one that was cut short; else empty.
    [[nodiscard]] std::vector<std::int64_t> copied() const;

private:
    /// Documents are read part after part of their positions, so that what was copied can be told
    /// in a few numbers; within a part in the order in which the index keeps them, which costs it
    /// less than half of what the order of their positions would.
    struct Reading {
        DocumentScan& scan;
        const Cursor& upto;
        std::uint64_t documents;
        const Listener& listener;
        std::int64_t part = 1;   // positions
        std::int64_t last = -1;  // of all shards
    };
    struct Page {
        std::vector<Change> documents;
        std::int64_t whole_upto = -1;  // with it every document up to this position was read
        bool last = false;
    };

    Context& context_;
    Reconciler& reconciler_;
    Sweep& sweep_;
    SweepMemory& memory_;
    const bool& stopping_;
    std::vector<RangeDigest> expected_;
    std::optional<Cursor> copied_;  // inserted up to here, by this call or before
    bool resumed_ = false;          // by an earlier call that was cut short, some of it

    [[nodiscard]] Task<void> copy(Reading& reading, Report& total);
    [[nodiscard]] Task<void> fetch(Reading& reading, Page& page);
    /// What is inserted without a look; empty: it needs one.
    [[nodiscard]] std::optional<Write> insertion(const Change& change, std::int64_t now) const;
    void expect(const Write& write, std::int64_t token);
    void remember_end(const Write& write);
    [[nodiscard]] Task<void> insert(std::vector<Change> changes, Report& total);
    [[nodiscard]] bool was_copied(const Guard& guard) const;
    /// Everything up to this position of each shard is inserted.
    [[nodiscard]] Task<void> note_copied(std::int64_t position, const Cursor& upto);
};

}  // namespace duet::sync
