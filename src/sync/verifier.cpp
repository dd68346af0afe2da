#include "sync/verifier.hpp"

#include <algorithm>

namespace duet::sync {

namespace {

constexpr std::size_t page_limit = 1'000;

std::int64_t cut(std::int64_t micros, Precision precision) {
    return micros / static_cast<std::int64_t>(precision);
}

void count_level(const State& row, const State& document, Comparison& comparison) {
    comparison.rows += row.exists ? 1 : 0;
    comparison.documents += document.exists ? 1 : 0;
    comparison.expiring += row.expiring ? 1 : 0;
    comparison.equal += row.exists && document.exists && !row.expiring ? 1 : 0;
}

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
                                               const State& document, bool deep) const {
    Difference found;
    found.id = id;
    if (row.expiring || (!row.exists && !document.exists)) return std::nullopt;
    if (row.problem || document.problem) {
        found.kind = Difference::Kind::unreadable;
        return found;
    }
    if (row.exists != document.exists) {
        found.kind = row.exists ? Difference::Kind::only_in_cassandra
                                : Difference::Kind::only_in_elasticsearch;
        return found;
    }
    if (deep) {
        for (std::size_t i = 0; i < context_.schema.columns.size(); ++i) {
            const Column& column = context_.schema.columns[i];
            if (!same_value(row.content.values[i], document.content.values[i], column.type)) {
                found.columns.push_back(column.name);
            }
        }
        if (!found.columns.empty()) return found;
    }
    // Either may have none while both are equal (V2, V6).
    if (row.version && document.version) {
        const Precision precision = row.stamped ? std::max(context_.rules.column_precision,
                                                           context_.rules.document_precision)
                                                : context_.rules.document_precision;
        if (cut(row.version->micros, precision) != cut(document.version->micros, precision)) {
            found.kind = Difference::Kind::version;
            return found;
        }
    }
    return std::nullopt;
}

Task<Comparison> Verifier::compare(bool deep, std::function<void(std::uint64_t)> progress) {
    Comparison comparison;
    co_await compare_rows(deep, comparison, progress);
    co_await find_lone_documents(comparison);
    co_return comparison;
}

Task<void> Verifier::compare_rows(bool deep, Comparison& comparison,
                                  const std::function<void(std::uint64_t)>& progress) {
    TokenRange range;
    std::string inside;
    std::vector<Id> doubtful;
    for (bool complete = false; !complete;) {
        const RowPage page = co_await context_.rows.rows(range, page_limit, std::move(inside));
        inside = page.inside;
        complete = page.complete;
        range.after = page.read_upto;
        for (std::size_t first = 0; first < page.rows.size(); first += batch_limit) {
            const std::size_t count = std::min(batch_limit, page.rows.size() - first);
            std::vector<Id> ids;
            for (std::size_t i = first; i < first + count; ++i) ids.push_back(page.rows[i].id);
            const std::vector<State> documents = co_await context_.documents.look(ids);
            for (std::size_t i = 0; i < count; ++i) {
                const State& row = *page.rows[first + i].row;
                const auto found = difference(ids[i], row, documents[i], deep);
                if (found) {
                    doubtful.push_back(ids[i]);
                    continue;
                }
                count_level(row, documents[i], comparison);
            }
        }
        if (doubtful.size() >= page_limit || complete) {
            co_await look_again(deep, std::move(doubtful), comparison);
            doubtful.clear();
        }
        if (progress) progress(comparison.rows);
    }
}

Task<void> Verifier::find_lone_documents(Comparison& comparison) {
    co_await context_.documents.refresh();
    std::string from;
    std::vector<Id> doubtful;
    do {
        IdPage page = co_await context_.documents.ids(std::move(from), page_limit);
        from = std::move(page.next);
        if (page.ids.empty()) continue;
        const std::vector<State> rows = co_await context_.rows.look(page.ids);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (!rows[i].exists) doubtful.push_back(page.ids[i]);
        }
        co_await look_again(true, std::move(doubtful), comparison);
        doubtful.clear();
    } while (!from.empty());
}

Task<void> Verifier::look_again(bool deep, std::vector<Id> ids, Comparison& comparison) {
    if (ids.empty()) co_return;
    co_await sleep_for(second_look_);
    for (std::size_t first = 0; first < ids.size(); first += batch_limit) {
        const std::size_t count = std::min(batch_limit, ids.size() - first);
        const std::span<const Id> part(ids.data() + first, count);
        const std::vector<State> rows = co_await context_.rows.look(part);
        const std::vector<State> documents = co_await context_.documents.look(part);
        for (std::size_t i = 0; i < count; ++i) {
            const auto found = difference(part[i], rows[i], documents[i], deep);
            if (!found) {
                count_level(rows[i], documents[i], comparison);
                continue;
            }
            comparison.rows += rows[i].exists ? 1 : 0;
            comparison.documents += documents[i].exists ? 1 : 0;
            ++comparison.different;
            if (comparison.differences.size() < differences_limit)
                comparison.differences.push_back(*found);
        }
    }
}

}  // namespace duet::sync
