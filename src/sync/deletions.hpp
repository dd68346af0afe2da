#pragma once
// V10, deletes = "propagate": deletions that were found, but not made yet. Few are made soon; many
// together at the end of a round, so that the fuse sees all that one go would delete.

#include <cstdint>
#include <unordered_set>
#include <utility>
#include <vector>

#include "model/record.hpp"

namespace duet::sync {

class Deletions {
public:
    void postpone(const Id& id);
    /// A deletion that is found now is made now.
    [[nodiscard]] bool may_delete() const { return armed_; }
    [[nodiscard]] std::size_t size() const { return found_.size() + beyond_; }
    [[nodiscard]] std::size_t remembered() const { return found_.size(); }
    /// More were found than are remembered: the rest must be looked for again.
    [[nodiscard]] bool more() const { return beyond_ > 0; }
    /// They will be looked for again, and counted then.
    void forget_more();

    /// Would these, with what was made in this round and within fuse_window before `now`, be too
    /// many of a pair's records? Not where a person said that they are meant.
    [[nodiscard]] bool too_many(std::uint64_t records, double max_delete, std::int64_t now) const;
    /// So few of what one go may delete that they need not wait for the end of a round.
    [[nodiscard]] bool few(std::uint64_t records, double max_delete, std::int64_t now) const;
    /// The fuse lets everything through that this round finds, and those after it while there are
    /// more than are remembered.
    void force() { forced_ = true; }
    /// So many were made.
    void made(std::uint64_t count, std::int64_t now);
    /// A round has ended: what is found from now on is another go, but for those of fuse_window.
    void end_round();

    /// Duet has deleted so many documents, for whatever reason: Elasticsearch counts them, too.
    void note_own(std::uint64_t documents) { own_ += documents; }
    /// How many since take_own().
    [[nodiscard]] std::uint64_t own() const { return own_; }
    /// The same; forgotten here.
    [[nodiscard]] std::uint64_t take_own() { return std::exchange(own_, 0); }

    /// At most `limit` of those that are remembered, or all; they are forgotten here.
    [[nodiscard]] std::vector<Id> take(std::size_t limit = SIZE_MAX);

    /// While it lives, deletions are made.
    class Armed {
    public:
        explicit Armed(Deletions& deletions) : deletions_(deletions) { deletions_.armed_ = true; }
        ~Armed() { deletions_.armed_ = false; }
        Armed(const Armed&) = delete;
        Armed& operator=(const Armed&) = delete;

    private:
        Deletions& deletions_;
    };

private:
    /// Made already, in what counts as the same go.
    [[nodiscard]] std::uint64_t made_before(std::int64_t now) const;
    [[nodiscard]] std::uint64_t recent(std::int64_t now) const;

    std::unordered_set<Id> found_;
    std::size_t beyond_ = 0;
    std::uint64_t own_ = 0;
    bool armed_ = false;
    bool forced_ = false;
    bool goes_on_ = false;  // the next round finds more of the same go
    std::uint64_t in_round_ = 0;  // made in this round
    std::uint64_t recent_ = 0;    // made since
    std::int64_t since_ = 0;      // microseconds since 1970
};

constexpr std::size_t postponed_limit = 100'000;  // ids remembered; what is beyond is counted
constexpr std::uint64_t few_deletions = 10;       // so many never blow the fuse
/// Of what max_delete lets one go delete, this part at most is made before a round has ended.
constexpr double soon_share = 0.1;
/// One go: somebody's script deletes for longer than a round of the sweep takes.
constexpr std::int64_t fuse_window = 60'000'000;  // microseconds
/// A note so shortly after a TRUNCATE may be of a row that it took away: clocks differ.
constexpr std::int64_t truncation_margin = 1'000'000;  // microseconds

}  // namespace duet::sync
