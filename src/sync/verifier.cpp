#include "sync/verifier.hpp"

#include <algorithm>

#include "sync/sweep.hpp"

namespace duet::sync {

namespace {

constexpr std::size_t ring_parts = 64;  // taken by the lanes in turn

}  // namespace

const char* name_of(Difference::Kind kind) {
    switch (kind) {
        case Difference::Kind::only_in_cassandra: return "only in Cassandra";
        case Difference::Kind::only_in_elasticsearch: return "only in Elasticsearch";
        case Difference::Kind::content: return "different content";
        case Difference::Kind::version: return "different version";
        case Difference::Kind::unreadable: return "cannot be read";
    }
    return "unknown";
}

std::optional<Difference> Verifier::difference(const Id& id, const State& row,
                                               const State& document) const {
    Difference found;
    found.id = id;
    if (!row.exists && !document.exists) return std::nullopt;
    if (row.problem || document.problem) {
        found.kind = Difference::Kind::unreadable;
        return found;
    }
    if (row.exists != document.exists) {
        if (stays(row)) return std::nullopt;
        found.kind = row.exists ? Difference::Kind::only_in_cassandra
                                : Difference::Kind::only_in_elasticsearch;
        return found;
    }
    if (options_.deep) {
        for (std::size_t i = 0; i < context_.schema.columns.size(); ++i) {
            const Column& column = context_.schema.columns[i];
            if (!same_value(row.content.values[i], document.content.values[i], column.type)) {
                found.columns.push_back(column.name);
            }
        }
        if (!context_.rules.same_end(row, document))
            found.columns.push_back(context_.schema.expiry_field);
        if (!found.columns.empty()) return found;
    }
    // Either may have none while both are equal (V2, V6).
    if (row.version && document.version) {
        const Precision precision = context_.rules.precision_for(row);
        if (cut(row.version->micros, precision) != cut(document.version->micros, precision)) {
            found.kind = Difference::Kind::version;
            return found;
        }
    }
    return std::nullopt;
}

bool Verifier::stays(const State& row) const {
    if (context_.propagates()) return false;  // it is to be deleted, perhaps
    switch (context_.rules.direction) {
        case Direction::both: return false;
        case Direction::to_elasticsearch: return !row.exists;
        case Direction::to_cassandra: return row.exists;
    }
    return false;
}

Task<Comparison> Verifier::compare() {
    comparison_ = {};
    doubts_.clear();
    read_ = 0;
    co_await context_.documents.refresh();
    const std::uint64_t records = co_await context_.documents.count();
    expected_ = 2 * records;
    Buckets buckets(records, options_.deep, context_.schema, context_.rules);
    std::vector<TokenRange> ranges = cut_ring(ring_parts);
    std::vector<DocumentScan> slices = co_await context_.documents.scan(scan_lanes);
    std::vector<Task<void>> lanes;
    for (DocumentScan& slice : slices) {
        lanes.push_back(read_documents(slice, buckets));
        lanes.push_back(read_rows(ranges, buckets));
    }
    co_await when_all(std::move(lanes));
    co_await context_.documents.end(std::move(slices));
    buckets.judge();
    const std::uint64_t level = buckets.level_records();
    comparison_.rows += level;
    comparison_.documents += level;
    comparison_.equal += level;
    comparison_.unstamped.equal += buckets.level_unstamped();
    const std::vector<TokenRange> doubtful = buckets.doubtful();
    for (std::size_t i = 0; i < doubtful.size() && !stopping_; ++i)
        co_await compare_rows(doubtful[i]);
    if (!doubtful.empty()) co_await find_lone_documents(buckets);
    co_await look_again(0);
    co_return std::move(comparison_);
}

std::size_t Verifier::page_limit() const { return options_.deep ? scan_page : version_page; }

Task<void> Verifier::read_rows(std::vector<TokenRange>& ranges, Buckets& buckets) {
    while (!ranges.empty() && !stopping_) {
        TokenRange range = ranges.back();
        ranges.pop_back();
        std::string inside;
        for (bool complete = false; !complete && !stopping_;) {
            const RowPage page =
                co_await context_.rows.rows(range, page_limit(), std::move(inside), detail());
            inside = page.inside;
            for (const Change& row : page.rows)
                buckets.add_row(row.id, context_.rows.token(row.id), *row.row);
            complete = page.complete;
            range.after = page.read_upto;
            tell(page.rows.size());
        }
    }
}

Task<void> Verifier::read_documents(DocumentScan& slice, Buckets& buckets) {
    while (!slice.complete && !stopping_) {
        const std::vector<Change> page =
            co_await context_.documents.read(slice, page_limit(), detail());
        for (const Change& change : page) {
            const std::int64_t token = context_.rows.token(change.id);
            if (change.document) {
                buckets.take_document(change.id, token, *change.document);
            } else {
                buckets.doubt(token);
            }
        }
        tell(page.size());
    }
}

Task<void> Verifier::compare_rows(TokenRange range) {
    std::string inside;
    for (bool complete = false; !complete && !stopping_;) {
        RowPage page = co_await context_.rows.rows(range, batch_limit, std::move(inside), detail());
        inside = page.inside;
        complete = page.complete;
        range.after = page.read_upto;
        co_await compare_with_documents(std::move(page.rows));
    }
}

Task<void> Verifier::compare_with_documents(std::vector<Change> rows) {
    std::vector<Id> ids;
    ids.reserve(rows.size());
    for (const Change& row : rows) ids.push_back(row.id);
    if (ids.empty()) co_return;
    const std::vector<State> documents = co_await context_.documents.look(ids);
    for (std::size_t i = 0; i < ids.size(); ++i) judge(ids[i], *rows[i].row, documents[i], 1);
    co_await look_again(doubts_limit);
}

/// Every document of a doubtful part is asked for its row. Those that have one were compared with
/// it above.
Task<void> Verifier::find_lone_documents(const Buckets& buckets) {
    co_await context_.documents.refresh();
    std::vector<DocumentScan> scan = co_await context_.documents.scan(1);
    const State nothing;
    while (!scan.front().complete && !stopping_) {
        const std::vector<Change> page =
            co_await context_.documents.read(scan.front(), version_page, Detail::ids);
        std::vector<Id> ids;
        for (const Change& change : page) {
            if (buckets.is_doubtful(context_.rows.token(change.id))) ids.push_back(change.id);
        }
        for (std::size_t first = 0; first < ids.size(); first += batch_limit) {
            const std::size_t many = std::min(batch_limit, ids.size() - first);
            const std::span<const Id> part(ids.data() + first, many);
            const std::vector<Id> lone = co_await context_.rows.absent(part);
            for (const Id& id : lone)
                doubts_.push_back(Doubt{id, std::nullopt, std::nullopt, context_.clock.now(), 1});
            co_await look_again(doubts_limit);
        }
    }
    co_await context_.documents.end(std::move(scan));
}

void Verifier::judge(const Id& id, const State& row, const State& document, int looks) {
    if (!difference(id, row, document)) {
        count(row, document);
        return;
    }
    doubts_.push_back(Doubt{id, row.newest_write, document.guard, context_.clock.now(), looks});
}

/// Until no more than `leave` are left.
Task<void> Verifier::look_again(std::size_t leave) {
    while (doubts_.size() > leave && !stopping_) {
        const std::size_t many = std::min(batch_limit, doubts_.size());
        const auto end = doubts_.begin() + static_cast<std::ptrdiff_t>(many);
        const std::vector<Doubt> due(doubts_.begin(), end);
        doubts_.erase(doubts_.begin(), end);
        const auto age = std::chrono::microseconds(context_.clock.now() - due.back().seen_at);
        if (age < options_.second_look) {
            co_await sleep_for(
                std::chrono::duration_cast<std::chrono::milliseconds>(options_.second_look - age));
        }
        std::vector<Id> ids;
        for (const Doubt& doubt : due) ids.push_back(doubt.id);
        const Both sight = co_await look(std::move(ids));
        std::vector<Id> found;
        for (std::size_t i = 0; i < many; ++i) {
            const State& row = sight.rows[i];
            const State& document = sight.documents[i];
            const bool moved = row.newest_write != due[i].newest_write ||
                               (due[i].guard && document.guard != due[i].guard);
            if (!difference(due[i].id, row, document)) {
                count(row, document);
            } else if (due[i].looks < looks_limit && (moved || is_on_its_way(row, document))) {
                judge(due[i].id, row, document, due[i].looks + 1);
            } else if (moved) {
                ++comparison_.moving;
            } else {
                if (!options_.mend) report(due[i].id, row, document);
                found.push_back(due[i].id);
            }
        }
        if (options_.mend && !found.empty()) co_await mend(std::move(found));
    }
}

bool Verifier::is_on_its_way(const State& row, const State& document) const {
    const std::int64_t since = context_.clock.now() - Micros(options_.on_its_way).count();
    return row.newest_write > since || (document.version && document.version->micros > since);
}

Task<Verifier::Both> Verifier::look(std::vector<Id> ids) {
    Both sight;
    sight.rows = co_await context_.rows.look(ids);
    sight.documents = co_await context_.documents.look(ids);
    co_return sight;
}

Task<void> Verifier::mend(std::vector<Id> ids) {
    co_await options_.mend(ids);
    const Both sight = co_await look(ids);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (difference(ids[i], sight.rows[i], sight.documents[i])) {
            report(ids[i], sight.rows[i], sight.documents[i]);
            continue;
        }
        count(sight.rows[i], sight.documents[i]);
        ++comparison_.mended;
    }
}

void Verifier::count(const State& row, const State& document) {
    comparison_.rows += row.exists ? 1 : 0;
    comparison_.documents += document.exists ? 1 : 0;
    if (!row.exists || !document.exists) return;
    ++comparison_.equal;
    comparison_.unstamped.equal += document.version ? 0 : 1;
}

void Verifier::report(const Id& id, const State& row, const State& document) {
    auto found = difference(id, row, document);
    if (!found) return;
    comparison_.rows += row.exists ? 1 : 0;
    comparison_.documents += document.exists ? 1 : 0;
    if (document.exists && !document.version) {
        ++(row.exists ? comparison_.unstamped.different : comparison_.unstamped.alone);
    }
    ++comparison_.different;
    ++comparison_.by_kind.at(static_cast<std::size_t>(found->kind));
    for (const std::string& column : found->columns) ++comparison_.by_column[column];
    if (comparison_.differences.size() < differences_limit)
        comparison_.differences.push_back(std::move(*found));
}

void Verifier::tell(std::size_t records) {
    read_ += records;
    if (!options_.progress) return;
    const auto whole = static_cast<double>(std::max<std::uint64_t>(expected_, 1));
    options_.progress(read_, std::min(static_cast<double>(read_) / whole, 1.0));
}

}  // namespace duet::sync
