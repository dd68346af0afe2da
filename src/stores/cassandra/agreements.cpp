#include "stores/cassandra/agreements.hpp"

#include <algorithm>
#include <iterator>

#include "stores/cassandra/cells.hpp"
#include "stores/cassandra/notes.hpp"
#include "stores/cassandra/statements.hpp"

namespace duet::cassandra {

namespace {

constexpr std::size_t requests_in_flight = 64;
constexpr std::size_t buckets_in_flight = 32;  // of a listing: each may answer a page
// About 70 bytes each: below what the server warns of by default.
constexpr std::size_t batch_notes = 50;
constexpr std::int32_t record_kind = 1;
constexpr std::int32_t deletion_kind = 2;

constexpr const char* read_columns =
    "SELECT position, id, era, kind, version, upto, writetime(version) AS noted_at FROM ";

/// The last token of the bucket that a token lies in.
std::int64_t end_of_bucket(std::int64_t token) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(token) | ((1ULL << 56U) - 1));
}

/// `nothing` where the note is of another era.
Agreed read_agreed(const cql::Rows& rows, std::size_t row, std::int64_t era) {
    Agreed agreed;
    const auto kind = int_cell(rows, row, "kind");
    const bool counts = int_cell(rows, row, "era") == era && kind;
    if (!counts) return agreed;
    agreed.kind = *kind == deletion_kind ? Agreed::Kind::deletion : Agreed::Kind::record;
    agreed.version = Version{int_cell(rows, row, "version").value_or(0)};
    if (agreed.kind == Agreed::Kind::deletion) {
        agreed.upto = int_cell(rows, row, "upto").value_or(INT64_MIN);
    }
    agreed.noted_at = int_cell(rows, row, "noted_at").value_or(0);
    return agreed;
}

}  // namespace

std::int32_t bucket_of(std::int64_t token) {
    return static_cast<std::int32_t>((static_cast<std::uint64_t>(token) ^ (1ULL << 63U)) >> 56U);
}

Agreements::Agreements(cql::Session& session, std::string keyspace)
    : session_(session), keyspace_(std::move(keyspace)), table_(table_name(keyspace_, "agreed")) {}

Task<void> Agreements::load_one(const std::string& pair, std::int64_t era, AgreedNote& note) {
    std::string cql =
        read_columns + table_ + " WHERE pair = ? AND bucket = ? AND position = ? AND id = ?";
    std::vector<cql::Bound> values =
        Notes().text(pair).integer(bucket_of(note.token)).bigint(note.token).id(note.id).take();
    std::string keyspace = keyspace_;
    cql::RequestOptions request;
    const cql::Rows rows = co_await run_note(session_, std::move(keyspace), std::move(cql),
                                             std::move(values), std::move(request));
    note.agreed = rows.size() == 0 ? Agreed{} : read_agreed(rows, 0, era);
}

Task<void> Agreements::load(std::string pair, std::int64_t era, std::span<AgreedNote> notes) {
    for (std::size_t first = 0; first < notes.size(); first += requests_in_flight) {
        const std::size_t last = std::min(first + requests_in_flight, notes.size());
        std::vector<Task<void>> loads;
        for (std::size_t i = first; i < last; ++i) loads.push_back(load_one(pair, era, notes[i]));
        co_await when_all(std::move(loads));
    }
}

Task<void> Agreements::list_bucket(const std::string& pair, std::int64_t era, TokenRange range,
                                   std::size_t limit, AgreedPage& page) {
    const std::string text =
        read_columns + table_ + " WHERE pair = ? AND bucket = ? AND position > ? AND position <= ?";
    page.read_upto = range.upto;
    Bytes paging_state;
    do {
        std::string cql = text;
        std::vector<cql::Bound> values = Notes()
                                             .text(pair)
                                             .integer(bucket_of(range.upto))
                                             .bigint(range.after)
                                             .bigint(range.upto)
                                             .take();
        std::string keyspace = keyspace_;
        cql::RequestOptions request;
        request.page_size = static_cast<std::int32_t>(limit);
        request.paging_state = std::move(paging_state);
        const cql::Rows rows = co_await run_note(session_, std::move(keyspace), std::move(cql),
                                                 std::move(values), std::move(request));
        for (std::size_t row = 0; row < rows.size(); ++row) {
            AgreedNote note;
            note.token = int_cell(rows, row, "position").value_or(0);
            // A page ends between two tokens: rows of one partition share theirs.
            if (page.notes.size() >= limit && note.token != page.notes.back().token) {
                page.read_upto = page.notes.back().token;
                page.complete = false;
                co_return;
            }
            note.agreed = read_agreed(rows, row, era);
            if (note.agreed.kind == Agreed::Kind::nothing) continue;
            note.id = Id::of(text_cell(rows, row, "id"));
            page.notes.push_back(std::move(note));
        }
        paging_state = rows.paging_state;
    } while (!paging_state.empty());
}

Task<AgreedPage> Agreements::list(std::string pair, std::int64_t era, TokenRange range,
                                  std::size_t limit) {
    AgreedPage whole;
    whole.read_upto = range.upto;
    while (range.after < range.upto && whole.complete && whole.notes.size() < limit) {
        std::vector<TokenRange> parts;
        for (TokenRange rest = range; rest.after < rest.upto && parts.size() < buckets_in_flight;) {
            parts.push_back({rest.after, std::min(rest.upto, end_of_bucket(rest.after + 1))});
            rest.after = parts.back().upto;
        }
        std::vector<AgreedPage> pages(parts.size());
        std::vector<Task<void>> lists;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            lists.push_back(list_bucket(pair, era, parts[i], limit, pages[i]));
        }
        co_await when_all(std::move(lists));
        for (AgreedPage& page : pages) {
            whole.notes.insert(whole.notes.end(), std::make_move_iterator(page.notes.begin()),
                               std::make_move_iterator(page.notes.end()));
            range.after = page.read_upto;
            whole.complete = page.complete;
            if (!page.complete) break;
        }
    }
    whole.read_upto = range.after;
    whole.complete = range.after == range.upto;
    co_return whole;
}

Task<void> Agreements::put_run(const std::string& pair, std::int64_t era,
                               std::span<const AgreedNote> run) {
    std::string cql = "INSERT INTO " + table_ +
                      " (pair, bucket, position, id, era, kind, version, upto) "
                      "VALUES (?, ?, ?, ?, ?, ?, ?, ?) USING TTL ?";
    try {
        const cql::PreparedPtr statement = co_await session_.prepare(std::move(cql));
        std::vector<cql::BatchItem> items;
        for (const AgreedNote& note : run) {
            const bool deletion = note.agreed.kind == Agreed::Kind::deletion;
            Notes values;
            values.text(pair)
                .integer(bucket_of(note.token))
                .bigint(note.token)
                .id(note.id)
                .bigint(era)
                .integer(deletion ? deletion_kind : record_kind)
                .bigint(note.agreed.version.micros);
            if (deletion) {
                values.bigint(note.agreed.upto);
            } else {
                values.unset();
            }
            values.integer(deletion ? deletions_kept.count() : 0);
            cql::BatchItem item;
            item.statement = statement;
            item.values = values.take();
            items.push_back(std::move(item));
        }
        cql::RequestOptions options;
        co_await session_.batch(std::move(items), std::move(options));
    } catch (const cql::QueryError& error) {
        throw Misconfigured("keyspace " + keyspace_ + ": " + error.what(), notes_remedy(keyspace_));
    }
}

Task<void> Agreements::put(std::string pair, std::int64_t era, std::vector<AgreedNote> notes) {
    std::ranges::sort(notes, {}, &AgreedNote::token);
    std::vector<std::span<const AgreedNote>> runs;  // of one partition each
    for (std::size_t first = 0; first < notes.size();) {
        std::size_t last = first + 1;
        while (last < notes.size() && last - first < batch_notes &&
               bucket_of(notes[last].token) == bucket_of(notes[first].token)) {
            ++last;
        }
        runs.push_back(std::span<const AgreedNote>(notes).subspan(first, last - first));
        first = last;
    }
    for (std::size_t first = 0; first < runs.size(); first += requests_in_flight) {
        const std::size_t last = std::min(first + requests_in_flight, runs.size());
        std::vector<Task<void>> puts;
        for (std::size_t i = first; i < last; ++i) puts.push_back(put_run(pair, era, runs[i]));
        co_await when_all(std::move(puts));
    }
}

}  // namespace duet::cassandra
