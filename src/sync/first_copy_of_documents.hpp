#pragma once
// The first copy of an index into an empty table: rows are inserted without being looked at or read
// back one by one; one digest per segment of the ring proves them at the end.

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

    /// Copies everything up to the checkpoints of now; saves the cursor only once every segment is
    /// proved. Cut short at any point it has harmed nothing, and the next call goes on there: what
    /// was inserted is read again for its digests, and not inserted again.
    [[nodiscard]] Task<Report> run();
    /// An earlier process inserted the documents up to these positions.
    void resume(std::vector<std::int64_t> copied);
    /// One was cut short.
    [[nodiscard]] bool resumes() const;

private:
    Context& context_;
    Reconciler& reconciler_;
    Sweep& sweep_;
    SweepMemory& memory_;
    const bool& stopping_;
    std::vector<RangeDigest> expected_;
    std::optional<Cursor> copied_;  // inserted up to here, by this call or before

    [[nodiscard]] Task<void> fetch(const Cursor& from, const Cursor& upto, ChangeBatch& batch);
    /// What is inserted without a look; empty: it needs one.
    [[nodiscard]] std::optional<Write> insertion(const Change& change, std::int64_t now) const;
    void expect(const Write& write, std::int64_t token);
    [[nodiscard]] Task<void> insert(std::vector<Change> changes, Report& total);
    [[nodiscard]] bool was_copied(const Guard& guard) const;
    /// Everything up to here is inserted.
    [[nodiscard]] Task<void> note_copied(const Cursor& upto);
};

}  // namespace duet::sync
