#pragma once
// Compares both sides of a pair. Each is read once, whole, in several streams side by side, into
// sums for each part of the ring (Buckets); only the records of parts whose sums differ are
// compared one by one. Writers may be at work: what differs is looked at again before it is
// reported.

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "sync/buckets.hpp"
#include "sync/reconciler.hpp"

namespace duet::sync {

struct Difference {
    enum class Kind : std::uint8_t {
        only_in_cassandra,
        only_in_elasticsearch,
        content,
        version,
        unreadable
    };
    static constexpr std::size_t kinds = 5;
    Id id;
    Kind kind = Kind::content;
    std::vector<std::string> columns;  // content: which
};

[[nodiscard]] const char* name_of(Difference::Kind kind);

struct Comparison {
    std::uint64_t rows = 0;
    std::uint64_t documents = 0;
    std::uint64_t equal = 0;
    std::uint64_t moving = 0;     // differed at each look, and had moved since the one before
    std::uint64_t mended = 0;     // differed, and are equal now
    std::uint64_t different = 0;  // that are left
    std::array<std::uint64_t, Difference::kinds> by_kind{};  // of those
    std::map<std::string, std::uint64_t> by_column;          // of those of kind content
    std::vector<Difference> differences;                     // the first differences_limit of those

    /// Documents without a stamp: at a first meeting the rules treat them by these cases. Where
    /// `deep` was not asked for, equal ones are counted as far as anybody knows.
    struct Unstamped {
        std::uint64_t alone = 0;  // without a row
        std::uint64_t different = 0;
        std::uint64_t equal = 0;
    };
    Unstamped unstamped;
};

struct VerifierOptions {
    bool deep = false;  // contents; else ids and versions
    /// What a running Duet brings level meanwhile is no difference.
    std::chrono::milliseconds second_look{1'500};
    /// So long after a record was written it may still be on its way: it is looked at again.
    std::chrono::milliseconds on_its_way{10'000};
    /// Called with records that differ; they are looked at once more afterwards. Empty: they stay.
    std::function<Task<void>(std::vector<Id>)> mend;
    /// Called after each page with the number of records read on both sides, and how far that is, 0
    /// to 1.
    std::function<void(std::uint64_t, double)> progress;
};

class Verifier {
public:
    /// The context belongs to an open pair. It and `stopping`, which is asked between pages,
    /// outlive it: once that is true, compare() returns what it has, which proves nothing.
    Verifier(const Context& context, VerifierOptions options, const bool& stopping)
        : context_(context), options_(std::move(options)), stopping_(stopping) {}

    /// Refreshes the index first. Throws as the stores do: what is read is from now on, so begin
    /// anew.
    [[nodiscard]] Task<Comparison> compare();

private:
    /// A record that differed when it was looked at, and what was seen.
    struct Doubt {
        Id id;
        std::optional<std::int64_t> newest_write;
        std::optional<Guard> guard;  // empty: not known
        std::int64_t seen_at = 0;    // microseconds since 1970
        int looks = 1;
    };

    struct Both {  // in the order of the ids
        std::vector<State> rows;
        std::vector<State> documents;
    };

    const Context& context_;
    VerifierOptions options_;
    const bool& stopping_;
    Comparison comparison_;
    std::deque<Doubt> doubts_;
    std::uint64_t expected_ = 0;  // records to be read, of both sides
    std::uint64_t read_ = 0;

    [[nodiscard]] Task<void> read_rows(std::vector<TokenRange>& ranges, Buckets& buckets);
    [[nodiscard]] Task<void> read_documents(DocumentScan& slice, Buckets& buckets);
    [[nodiscard]] Task<void> compare_rows(TokenRange range);
    [[nodiscard]] Task<void> compare_with_documents(std::vector<Change> rows);
    [[nodiscard]] Task<void> find_lone_documents(const Buckets& buckets);

    /// Doubts wait until somebody may have brought them level; none is younger than that when it is
    /// looked at again.
    void judge(const Id& id, const State& row, const State& document, int looks);
    [[nodiscard]] Task<void> look_again(std::size_t leave);
    [[nodiscard]] Task<Both> look(std::vector<Id> ids);
    [[nodiscard]] bool is_on_its_way(const State& row, const State& document) const;
    [[nodiscard]] Task<void> mend(std::vector<Id> ids);
    void count(const State& row, const State& document);
    void report(const Id& id, const State& row, const State& document);
    /// One direction: a record of which only the copy is there stays as it is. Of one that is on
    /// one side only.
    [[nodiscard]] bool stays(const State& row) const;
    [[nodiscard]] std::optional<Difference> difference(const Id& id, const State& row,
                                                       const State& document) const;
    void tell(std::size_t records);
    [[nodiscard]] Detail detail() const {
        return options_.deep ? Detail::contents : Detail::versions;
    }
    [[nodiscard]] std::size_t page_limit() const;
};

constexpr std::size_t differences_limit = 1'000;  // named in a report; the rest are counted
constexpr std::size_t doubts_limit = 10'000;      // records that wait for their second look
constexpr int looks_limit = 8;                    // at a record: for on_its_way
constexpr std::size_t scan_page = 2'500;          // records; pages adapt to answer_limit bytes
/// Records of which only ids or versions are read: what a page costs a server beside its records
/// weighs more. Elasticsearch takes no more by default (index.max_result_window).
constexpr std::size_t version_page = 10'000;
constexpr int scan_lanes = 2;  // streams of each side

}  // namespace duet::sync
