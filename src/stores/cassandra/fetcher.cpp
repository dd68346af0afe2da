#include "stores/cassandra/fetcher.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "stores/cassandra/binder.hpp"
#include "stores/cassandra/failure.hpp"
#include "stores/cassandra/keys.hpp"
#include "stores/cassandra/proof.hpp"
#include "stores/cassandra/statements.hpp"

namespace duet::cassandra {
namespace {

std::vector<cql::Bound> bind_range(TokenRange range) {
    std::vector<cql::Bound> values;
    values.push_back(bind_bigint(range.after));
    values.push_back(bind_bigint(range.upto));
    return values;
}

/// A count or a sum; the sum of nothing is null or 0.
std::uint64_t number_at(const cql::Rows& rows, std::size_t column) {
    const auto bytes = rows.cell(0, column);
    return bytes && bytes->size() == 8 ? load_big<std::uint64_t>(bytes->data()) : 0;
}

/// min(token) and max(token): null of no rows.
void read_bounds(const cql::Rows& rows, std::size_t& column, RangeDigest& digest) {
    if (rows.cell(0, column)) {
        digest.lowest = static_cast<std::int64_t>(number_at(rows, column));
        digest.highest = static_cast<std::int64_t>(number_at(rows, column + 1));
    }
    column += 2;
}

}  // namespace

struct RowFetcher::Lookup {
    std::span<const Id> ids;
    Detail detail = Detail::contents;
    bool with_times = false;
    std::optional<std::int64_t> now;  // seconds since 1970; empty: by the server's clock
    std::vector<FoundRow> found;
    std::unordered_map<Id, std::size_t> places;

    /// One question about rows of one partition.
    struct Question {
        std::vector<cql::Bound> partition;
        std::vector<Bytes> clustering;  // tuples; none where the table has no clustering columns
    };
    std::vector<Question> questions;
    std::size_t next = 0;

    void ask_by_partition(const Key& key);
};

/// Rows of a partition are asked for together.
void RowFetcher::Lookup::ask_by_partition(const Key& key) {
    std::map<KeyBytes, std::size_t> open;  // by partition, the question that has room
    for (const Id& id : ids) {
        const auto bytes = key_bytes(key, id);
        if (!bytes) continue;
        const std::size_t columns = partition_columns(key);
        const auto end = bytes->begin() + static_cast<std::ptrdiff_t>(columns);
        const auto [place, fresh] =
            open.try_emplace(KeyBytes(bytes->begin(), end), questions.size());
        if (fresh || questions[place->second].clustering.size() == keys_limit) {
            place->second = questions.size();
            questions.emplace_back();
            for (const Bytes& column : place->first) {
                questions.back().partition.push_back({cql::Bound::Kind::value, column});
            }
        }
        if (key.has_clustering()) {
            questions[place->second].clustering.push_back(clustering_tuple(key, *bytes));
        }
    }
}

RowFetcher::RowFetcher(cql::Session& session, const Clock& clock, const Layout& layout)
    : session_(session),
      clock_(clock),
      layout_(layout),
      reader_(layout),
      versions_reader_(layout, Detail::versions),
      by_keys_cql_(select_by_keys(layout)),
      versions_by_keys_cql_(select_by_keys(layout, Detail::versions)),
      by_token_cql_(select_by_token(layout, Detail::contents)),
      versions_by_token_cql_(select_by_token(layout, Detail::versions)),
      by_version_cql_(select_by_version(layout)),
      digest_cql_(digest_queries(layout)) {}

Task<cql::Rows> RowFetcher::page(const std::string& cql, const RowReader& reader,
                                 std::vector<cql::Bound> values, Bytes paging_state,
                                 std::size_t limit, std::optional<std::int64_t> now) {
    while (true) {
        try {
            std::string text = cql;
            cql::PreparedPtr statement = co_await session_.prepare(std::move(text));
            cql::RequestOptions options;
            options.page_size = pages_.rows(limit);
            options.paging_state = paging_state;
            options.now_in_seconds = now;
            std::vector<cql::Bound> bound = values;
            cql::Rows rows = co_await session_.execute(std::move(statement), std::move(bound),
                                                       std::move(options));
            if (&reader == &versions_reader_) {
                pages_.answered_unseen();
            } else {
                pages_.answered(rows.size(), rows.body.size());
            }
            reader.check(rows);
            co_return rows;
        } catch (const cql::TooManyTombstones&) {
            if (!pages_.halve()) {
                throw;
            }
        } catch (const cql::QueryError& error) {
            throw_read_failure(error, layout_.name());
        } catch (const Unavailable&) {
            pages_.failed();
            throw;
        }
    }
}

Task<std::vector<FoundRow>> RowFetcher::by_ids(std::span<const Id> ids, bool with_times) {
    Lookup lookup;
    lookup.ids = ids;
    lookup.with_times = with_times;
    lookup.now = now_in_seconds();
    co_await look_up(lookup);
    co_return std::move(lookup.found);
}

Task<std::vector<Id>> RowFetcher::absent(std::span<const Id> ids) {
    Lookup lookup;
    lookup.ids = ids;
    lookup.detail = Detail::versions;
    co_await look_up(lookup);
    std::vector<Id> absent;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (!lookup.found[i].state.exists) {
            absent.push_back(ids[i]);
        }
    }
    co_return absent;
}

std::int64_t RowFetcher::now_in_seconds() const {
    return std::chrono::floor<std::chrono::seconds>(Micros(clock_.now())).count();
}

Task<void> RowFetcher::look_up(Lookup& lookup) {
    const std::span<const Id> ids = lookup.ids;
    lookup.found.resize(ids.size());
    const std::int64_t now = clock_.now();
    for (std::size_t i = 0; i < ids.size(); ++i) {
        lookup.found[i].id = ids[i];
        lookup.found[i].state.seen_at = now;
        lookup.found[i].state.content.values.resize(layout_.columns.size());
        lookup.places.emplace(ids[i], i);
    }
    std::vector<Task<void>> chunks;
    if (layout_.key.is_composite()) {
        lookup.ask_by_partition(layout_.key);
        const std::size_t workers = std::min(partitions_in_flight, lookup.questions.size());
        for (std::size_t i = 0; i < workers; ++i) chunks.push_back(look_partitions(lookup));
    } else {
        for (std::size_t first = 0; first < ids.size(); first += keys_limit) {
            chunks.push_back(look_chunk(lookup, first));
        }
    }
    co_await when_all(std::move(chunks));
    if (lookup.places.size() < ids.size()) {  // an id that was asked for twice
        for (std::size_t i = 0; i < ids.size(); ++i) {
            const std::size_t place = lookup.places.at(ids[i]);
            if (place != i) {
                lookup.found[i] = lookup.found[place];
            }
        }
    }
}

Task<void> RowFetcher::look_chunk(Lookup& lookup, std::size_t first) {
    const std::size_t count = std::min(keys_limit, lookup.ids.size() - first);
    std::vector<cql::Bound> values;
    values.push_back(bind_keys(layout_.key, lookup.ids.subspan(first, count)));
    co_await find(lookup, std::move(values), count);
}

Task<void> RowFetcher::look_partitions(Lookup& lookup) {
    while (lookup.next < lookup.questions.size()) {
        Lookup::Question& question = lookup.questions[lookup.next++];
        std::vector<cql::Bound> values = std::move(question.partition);
        const std::size_t count = std::max<std::size_t>(1, question.clustering.size());
        if (layout_.key.has_clustering()) values.push_back(bind_list(question.clustering));
        co_await find(lookup, std::move(values), count);
    }
}

/// Asks select_by_keys for at most `count` rows.
Task<void> RowFetcher::find(Lookup& lookup, std::vector<cql::Bound> values, std::size_t count) {
    const bool whole = lookup.detail == Detail::contents;
    const std::string& cql = whole ? by_keys_cql_ : versions_by_keys_cql_;
    const RowReader& reader = whole ? reader_ : versions_reader_;
    Bytes paging_state;
    do {
        std::vector<cql::Bound> bound = values;
        const cql::Rows rows = co_await page(cql, reader, std::move(bound), std::move(paging_state),
                                             count, lookup.now);
        for (std::size_t row = 0; row < rows.size(); ++row) {
            FoundRow found = reader.read(rows, row, lookup.with_times, lookup.now.value_or(0));
            const auto place = lookup.places.find(found.id);
            if (place != lookup.places.end()) {
                found.state.seen_at = lookup.found[place->second].state.seen_at;
                lookup.found[place->second] = std::move(found);
            }
        }
        paging_state = rows.paging_state;
    } while (!paging_state.empty());
}

Task<RowPage> RowFetcher::by_token(TokenRange range, std::size_t limit, std::string inside,
                                   Detail detail) {
    const bool whole = detail == Detail::contents || !pages_.fits_unseen();
    const std::string& cql = whole ? by_token_cql_ : versions_by_token_cql_;
    const RowReader& reader = whole ? reader_ : versions_reader_;
    const std::int64_t now = clock_.now();
    const std::int64_t seconds = now_in_seconds();
    Bytes paging_state(inside.begin(), inside.end());
    cql::Rows rows;
    do {  // a page may hold nothing but tombstones and still not be the last
        std::vector<cql::Bound> values = bind_range(range);
        rows =
            co_await page(cql, reader, std::move(values), std::move(paging_state), limit, seconds);
        paging_state = rows.paging_state;
    } while (rows.size() == 0 && !paging_state.empty());
    RowPage result;
    result.complete = paging_state.empty();
    result.read_upto = range.upto;
    std::vector<std::int64_t> tokens(rows.size());
    for (std::size_t row = 0; row < rows.size(); ++row) tokens[row] = reader.token(rows, row);
    if (!result.complete) {
        // Rows that share the last token may be cut apart by the page: they come with the next one,
        // or, where they fill a page, the next one goes on among them.
        const auto last = std::ranges::find(tokens, tokens.back());
        if (last == tokens.begin()) {
            result.inside.assign(paging_state.begin(), paging_state.end());
            result.read_upto = tokens.back() - 1;
        } else {
            result.read_upto = *(last - 1);
            tokens.erase(last, tokens.end());
        }
    }
    if (whole) result.digest = reader.empty_digest();
    result.rows.reserve(tokens.size());
    for (std::size_t row = 0; row < tokens.size(); ++row) {
        if (whole) reader.add_to_digest(result.digest, rows, row, tokens[row]);
        if (!reader.is_row(rows, row)) continue;
        FoundRow found = reader.read(rows, row, false, seconds);
        found.state.seen_at = now;
        Change change;
        change.id = std::move(found.id);
        change.row = std::move(found.state);
        result.rows.push_back(std::move(change));
    }
    co_return result;
}

Task<RowFetcher::VersionPage> RowFetcher::by_version(std::int64_t from, std::int64_t upto,
                                                     Bytes page_from, std::size_t limit) {
    const std::int64_t now = clock_.now();
    const std::int64_t seconds = now_in_seconds();
    const Type& type = layout_.version->type;
    std::vector<cql::Bound> values;
    for (const std::int64_t micros : {from, upto}) {
        values.push_back(bind_value(version_value(micros, type), type));
    }
    const cql::Rows rows = co_await page(by_version_cql_, reader_, std::move(values),
                                         std::move(page_from), limit, seconds);
    VersionPage result;
    result.next = rows.paging_state;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        FoundRow found = reader_.read(rows, row, false, seconds);
        found.state.seen_at = now;
        result.rows.push_back(Change{std::move(found.id), std::move(found.state), std::nullopt});
    }
    co_return result;
}

/// A server reads a whole page into its memory, however little of it comes back.
Task<void> RowFetcher::measure() {
    if (pages_.measured()) co_return;
    std::vector<cql::Bound> ring = bind_range({});
    const cql::Rows rows = co_await page(by_token_cql_, reader_, std::move(ring), Bytes(),
                                         PageSize::first_rows, std::nullopt);
}

/// One row; of a statement without parameters, which is not prepared, where there are none.
Task<cql::Rows> RowFetcher::aggregate(const std::string& cql,
                                      std::optional<TokenRange> parameters) {
    co_await measure();
    while (true) {
        try {
            std::string text = cql;
            cql::RequestOptions options;
            options.page_size = pages_.unseen_rows(digest_rows_);
            options.now_in_seconds = now_in_seconds();
            cql::Rows rows;
            if (parameters) {
                cql::PreparedPtr statement = co_await session_.prepare(std::move(text));
                std::vector<cql::Bound> values = bind_range(*parameters);
                rows = co_await session_.execute(std::move(statement), std::move(values),
                                                 std::move(options));
            } else {
                rows = co_await session_.query(std::move(text), std::move(options));
            }
            if (rows.size() == 0) {
                throw Unavailable("Cassandra gave no digest of table " + layout_.name());
            }
            co_return rows;
        } catch (const cql::TooManyTombstones&) {
            if (digest_rows_ == 1) {
                throw;
            }
            digest_rows_ /= 2;
        } catch (const cql::QueryError& error) {
            throw_read_failure(error, layout_.name());
        }
    }
}

Task<RangeDigest> RowFetcher::digest(TokenRange range) {
    RangeDigest digest;
    for (std::size_t query = 0; query < digest_cql_.size(); ++query) {
        const cql::Rows rows = co_await aggregate(digest_cql_[query], range);
        std::size_t column = 1;
        if (query == 0) {
            digest.count = number_at(rows, 0);
            digest.token_sum = number_at(rows, column++);
            if (layout_.key.has_clustering()) read_bounds(rows, column, digest);
        }
        for (; column < rows.columns.size(); ++column) {
            digest.columns.push_back(number_at(rows, column));
        }
    }
    co_return digest;
}

Task<std::optional<RangeDigest>> RowFetcher::confirm(TokenRange range, RangeDigest written) {
    written += reader_.empty_digest();  // of no writes: no columns yet
    const std::vector<ProofQuery> proof = proof_of(layout_, range, written);
    for (const ProofQuery& query : proof) {
        const cql::Rows rows = co_await aggregate(query.cql, std::nullopt);
        for (std::size_t i = 0; i < query.answer.size(); ++i) {
            if (number_at(rows, i) != query.answer[i]) co_return std::nullopt;
        }
    }
    co_return written;
}

}  // namespace duet::cassandra
