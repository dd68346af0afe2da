#include "stores/cassandra/fetcher.hpp"

#include <algorithm>
#include <unordered_map>

#include "cql/token.hpp"
#include "stores/cassandra/binder.hpp"
#include "stores/cassandra/failure.hpp"
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

std::int64_t token_of(const Id& id) { return cql::murmur3_token(id.uuid()->bytes); }

}  // namespace

struct RowFetcher::Lookup {
    std::span<const Id> ids;
    bool with_times = false;
    std::vector<FoundRow> found;
    std::unordered_map<Id, std::size_t> places;
};

RowFetcher::RowFetcher(cql::Session& session, const Clock& clock, const Layout& layout)
    : session_(session),
      clock_(clock),
      layout_(layout),
      reader_(layout),
      by_keys_cql_(select_by_keys(layout)),
      by_token_cql_(select_by_token(layout)),
      by_version_cql_(select_by_version(layout)),
      digest_cql_(digest_queries(layout)) {}

Task<cql::Rows> RowFetcher::page(const std::string& cql, std::vector<cql::Bound> values,
                                 Bytes paging_state, std::size_t limit) {
    while (true) {
        try {
            std::string text = cql;
            cql::PreparedPtr statement = co_await session_.prepare(std::move(text));
            cql::RequestOptions options;
            options.page_size = pages_.rows(limit);
            options.paging_state = paging_state;
            std::vector<cql::Bound> bound = values;
            cql::Rows rows = co_await session_.execute(std::move(statement), std::move(bound),
                                                       std::move(options));
            pages_.answered(rows.size(), rows.body.size());
            reader_.check(rows);
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
    lookup.found.resize(ids.size());
    const std::int64_t now = clock_.now();
    for (std::size_t i = 0; i < ids.size(); ++i) {
        lookup.found[i].id = ids[i];
        lookup.found[i].state.seen_at = now;
        lookup.found[i].state.content.values.resize(layout_.columns.size());
        lookup.places.emplace(ids[i], i);
    }
    std::vector<Task<void>> chunks;
    for (std::size_t first = 0; first < ids.size(); first += keys_limit) {
        chunks.push_back(look_chunk(lookup, first));
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
    co_return std::move(lookup.found);
}

Task<void> RowFetcher::look_chunk(Lookup& lookup, std::size_t first) {
    const std::size_t count = std::min(keys_limit, lookup.ids.size() - first);
    Bytes paging_state;
    do {
        std::vector<cql::Bound> values;
        values.push_back(bind_keys(lookup.ids.subspan(first, count)));
        const cql::Rows rows =
            co_await page(by_keys_cql_, std::move(values), std::move(paging_state), count);
        for (std::size_t row = 0; row < rows.size(); ++row) {
            FoundRow found = reader_.read(rows, row, lookup.with_times);
            const auto place = lookup.places.find(found.id);
            if (place != lookup.places.end()) {
                found.state.seen_at = lookup.found[place->second].state.seen_at;
                lookup.found[place->second] = std::move(found);
            }
        }
        paging_state = rows.paging_state;
    } while (!paging_state.empty());
}

Task<RowPage> RowFetcher::by_token(TokenRange range, std::size_t limit) {
    const std::int64_t now = clock_.now();
    Bytes paging_state;
    cql::Rows rows;
    do {  // a page may hold nothing but tombstones and still not be the last
        std::vector<cql::Bound> values = bind_range(range);
        rows = co_await page(by_token_cql_, std::move(values), std::move(paging_state), limit);
        paging_state = rows.paging_state;
    } while (rows.size() == 0 && !paging_state.empty());
    RowPage result;
    result.complete = paging_state.empty();
    result.read_upto = range.upto;
    result.digest = reader_.empty_digest();
    result.rows.reserve(rows.size());
    for (std::size_t row = 0; row < rows.size(); ++row) {
        FoundRow found = reader_.read(rows, row, false);
        found.state.seen_at = now;
        Change change;
        change.id = found.id;
        change.row = std::move(found.state);
        result.rows.push_back(std::move(change));
    }
    if (!result.complete) {
        // Rows that share the last token may be cut apart by the page: they come with the next one.
        const std::int64_t last = token_of(result.rows.back().id);
        if (token_of(result.rows.front().id) != last) {
            while (token_of(result.rows.back().id) == last) {
                result.rows.pop_back();
            }
        }
        result.read_upto = token_of(result.rows.back().id);
    }
    for (std::size_t row = 0; row < result.rows.size(); ++row) {
        reader_.add_to_digest(result.digest, rows, row, token_of(result.rows[row].id));
    }
    co_return result;
}

Task<RowFetcher::VersionPage> RowFetcher::by_version(std::int64_t from, std::int64_t upto,
                                                     Bytes page_from, std::size_t limit) {
    const std::int64_t now = clock_.now();
    const Type& type = layout_.version->type;
    std::vector<cql::Bound> values;
    for (const std::int64_t micros : {from, upto}) {
        values.push_back(bind_value(version_value(micros, type), type));
    }
    const cql::Rows rows =
        co_await page(by_version_cql_, std::move(values), std::move(page_from), limit);
    VersionPage result;
    result.next = rows.paging_state;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        FoundRow found = reader_.read(rows, row, false);
        found.state.seen_at = now;
        result.rows.push_back(Change{std::move(found.id), std::move(found.state), std::nullopt});
    }
    co_return result;
}

Task<cql::Rows> RowFetcher::aggregate(const std::string& cql, TokenRange range) {
    while (true) {
        try {
            std::string text = cql;
            cql::PreparedPtr statement = co_await session_.prepare(std::move(text));
            cql::RequestOptions options;
            options.page_size = digest_page_;
            std::vector<cql::Bound> values = bind_range(range);
            co_return co_await session_.execute(std::move(statement), std::move(values),
                                                std::move(options));
        } catch (const cql::TooManyTombstones&) {
            if (digest_page_ == 1) {
                throw;
            }
            digest_page_ /= 2;
        } catch (const cql::QueryError& error) {
            throw_read_failure(error, layout_.name());
        }
    }
}

Task<RangeDigest> RowFetcher::digest(TokenRange range) {
    RangeDigest digest;
    for (std::size_t query = 0; query < digest_cql_.size(); ++query) {
        const cql::Rows rows = co_await aggregate(digest_cql_[query], range);
        if (rows.size() == 0) {
            throw Unavailable("Cassandra gave no digest of table " + layout_.name());
        }
        std::size_t column = 1;
        if (query == 0) {
            digest.count = number_at(rows, 0);
            digest.token_sum = number_at(rows, column++);
        }
        for (; column < rows.columns.size(); ++column) {
            digest.columns.push_back(number_at(rows, column));
        }
    }
    co_return digest;
}

}  // namespace duet::cassandra
