#pragma once
// Goes round the token ring by server-side digests and reads only the segments whose digest moved
// (docs/how-it-works.md#how-changes-are-noticed).

#include <optional>
#include <vector>

#include "sync/reconciler.hpp"
#include "sync/segment_size.hpp"

namespace duet::sync {

/// A range in parts of one size.
[[nodiscard]] std::vector<TokenRange> cut_range(TokenRange range, std::size_t parts);
[[nodiscard]] inline std::vector<TokenRange> cut_ring(std::size_t parts) {
    return cut_range(TokenRange{}, parts);
}

/// Those whose rows are all level.
[[nodiscard]] std::vector<Segment> settled_of(const std::vector<Segment>& segments);
/// These and what lies between them, in parts as a sweep begins with: the whole ring. In their
/// order, without overlap.
[[nodiscard]] std::vector<Segment> with_gaps(std::vector<Segment> settled);

class Sweep {
public:
    /// Both outlive it. A sweep begins without digests: its first round reads every row.
    Sweep(Context& context, Reconciler& reconciler);

    /// One segment. caught_up: it was the last of the round.
    [[nodiscard]] Task<Report> step();
    /// One whole round from the first segment on. `stopping` is asked between segments: not
    /// caught_up then, the round is not over.
    [[nodiscard]] Task<Report> round(const bool& stopping);
    /// The next step is the first of a round, which ends with a look at the documents without rows.
    void restart();
    /// Forgets all digests: the next round reads every row.
    void forget();
    /// Takes up what an earlier run knew: parts of the ring in their order, without overlap.
    void take_up(std::vector<Segment> settled);
    /// What take_up() needs.
    [[nodiscard]] std::vector<Segment> settled() const { return settled_of(segments_); }
    /// Some segment will be read in the next round whatever its digest.
    [[nodiscard]] bool has_unread() const;
    /// Begins anew, with segments for about so many rows.
    void expect(std::uint64_t rows);
    /// Takes over what was written into an empty table, one digest for each segment: those which
    /// the server confirms are level. True: all of them.
    [[nodiscard]] Task<bool> accept(std::vector<RangeDigest> expected);
    /// Takes over what a first copy has read and settled: the whole ring, in any order; then looks
    /// at the documents without rows, as after a round.
    [[nodiscard]] Task<Report> adopt(std::vector<Segment> segments);
    /// The segment of a token, an index into accept()'s digests.
    [[nodiscard]] std::size_t segment_of(std::int64_t token) const;
    [[nodiscard]] std::size_t segments() const { return segments_.size(); }

    /// V10: gives each row of a page its note, and nominates what was agreed on and has no row.
    [[nodiscard]] Task<void> lay_notes_beside(TokenRange range, RowPage& page, Report& total);
    /// V10: makes the deletions that were found, of a pair with so many records. Throws
    /// Misconfigured where they are too many for one go.
    [[nodiscard]] Task<Report> make_deletions(std::uint64_t records);
    /// V10: the same before a round has ended, if they are few of what the last one counted.
    [[nodiscard]] Task<Report> make_few_deletions();

    /// How many records the pair has, where no round has counted them yet.
    void note_records(std::uint64_t records) { records_ = records; }
    /// What DocumentStore::deletes() said when every deleted document was known.
    void note_deletes(std::uint64_t deletes);
    /// What it says while nobody but Duet has deleted any since; empty: not known.
    [[nodiscard]] std::optional<std::uint64_t> expected_deletes() const;

    /// Part of the round that is done, 0 to 1.
    [[nodiscard]] double progress() const;

private:
    /// A page of rows, and where it comes from.
    struct Pages {
        TokenRange range;  // what is left to be read
        std::size_t limit = 0;
        std::string inside;  // as RowPage's
        RowPage page;
    };

    Context& context_;
    Reconciler& reconciler_;
    std::vector<Segment> segments_;
    SegmentSize size_;
    std::size_t next_ = 0;
    std::uint64_t counted_ = 0;
    std::uint64_t records_ = 0;  // as the last round counted them
    /// Documents without a row that a look at every id has explained (quarantined, left out).
    std::int64_t explained_ = 0;
    std::int64_t last_difference_ = 0;
    int rounds_since_look_ = 0;
    /// What DocumentStore::deletes() said at the last look.
    std::optional<std::uint64_t> deletes_seen_;

    /// The next segment by its digest; not caught_up: it was too large and is two now.
    [[nodiscard]] Task<Report> compare();
    /// The two that a level segment was cut into are level, too, if their digests together say what
    /// its own said: nothing has to be read.
    [[nodiscard]] Task<void> inherit(std::size_t index, RangeDigest whole);
    [[nodiscard]] Task<void> prove(std::vector<RangeDigest>& expected, std::size_t& next);
    [[nodiscard]] Task<Report> read(TokenRange range);
    [[nodiscard]] Task<void> fetch(Pages& pages, Report& total);
    [[nodiscard]] Task<void> settle(std::vector<Change> rows, Report& total);
    [[nodiscard]] Task<Report> finish_round();
    [[nodiscard]] Task<Report> delete_and_compare(std::uint64_t rows, std::uint64_t documents);
    [[nodiscard]] Task<Report> reconcile_taken(std::vector<Id> ids);
    [[nodiscard]] Task<Report> compare_totals(std::uint64_t rows, std::uint64_t documents);
    [[nodiscard]] Task<Report> look_for_vanished_rows();
    /// V10: nominates what was agreed on and has no document, if any were deleted since the last
    /// look.
    [[nodiscard]] Task<Report> look_for_deleted_documents();
    [[nodiscard]] Task<RangeDigest> digest(std::size_t index);
    /// Cuts a segment in two; false: it cannot be cut.
    bool split(std::size_t index, const RangeDigest& digest);
    bool cut(std::size_t index, std::int64_t token);
    void merge_small();
};

constexpr std::size_t first_segments = 16;
constexpr std::uint64_t segment_rows_limit = 40'000;  // of a first copy; digests adapt it later
constexpr std::size_t first_page = 500;  // rows; the store takes fewer where they are large
constexpr std::size_t id_page = 5'000;
constexpr std::size_t note_page = 5'000;
constexpr int rounds_between_looks = 10;  // at all ids, while the numbers of both sides keep moving
constexpr std::size_t segments_limit = 65'536;

}  // namespace duet::sync
