#include "stores/memory/table.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace duet {

namespace {

/// Per column count(c) and sum(writetime(c) * token(id)); last the version column, where there is
/// one.
void add(RangeDigest& digest, std::size_t column, std::int64_t write_time, std::uint64_t token) {
    digest.columns[2 * column] += 1;
    digest.columns[2 * column + 1] += static_cast<std::uint64_t>(write_time) * token;
}

}  // namespace

MemoryTable::MemoryTable(MemoryRows& rows, MemoryHooks& hooks) : rows_(rows), hooks_(hooks) {}

Task<Schema> MemoryTable::describe() {
    co_await hooks_.before("table.describe");
    Schema schema;
    schema.name = rows_.options().name;
    schema.exists = rows_.options().exists;
    schema.table_id = rows_.history().id;
    schema.columns = rows_.options().columns;
    schema.version_precision = rows_.options().version_precision;
    co_await hooks_.after("table.describe");
    co_return schema;
}

Task<void> MemoryTable::provision(const Schema& schema, bool may_create) {
    co_await hooks_.before("table.provision");
    if (may_create && !rows_.options().exists) {
        rows_.create();
    }
    schema_ = schema;
    columns_.clear();
    for (const Column& column : schema.columns) {
        if (may_create && !rows_.find(column.name)) {
            rows_.add(column);
        }
        columns_.push_back(rows_.find(column.name));
    }
    co_await hooks_.after("table.provision");
}

Task<std::vector<State>> MemoryTable::look(std::span<const Id> ids) {
    std::vector<State> states;
    for (const Id& id : ids) {
        co_await hooks_.before("table.read");
        states.push_back(state_of(rows_.view(id, now())));
        co_await hooks_.after("table.read");
    }
    co_return states;
}

Task<std::vector<Outcome>> MemoryTable::apply(std::span<const Write> writes) {
    std::vector<Outcome> outcomes = co_await insert(writes);
    for (std::size_t i = 0; i < writes.size(); ++i) {
        if (outcomes[i].kind == Outcome::Kind::applied) {
            outcomes[i] = co_await read_back(writes[i]);
        }
    }
    co_return outcomes;
}

Task<std::vector<Outcome>> MemoryTable::insert(std::span<const Write> writes) {
    std::vector<Outcome> outcomes;
    for (const Write& write : writes) {
        outcomes.push_back(co_await put(write));
    }
    co_return outcomes;
}

Task<Outcome> MemoryTable::put(const Write& write) {
    Outcome outcome;
    co_await hooks_.before("table.write");
    std::optional<Refusal> refusal = rows_.refusal(write.id);
    if (!refusal && size_of(*write.content) > record_limit) {
        refusal =
            Refusal{"", "", "the record is larger than " + std::to_string(record_limit) + " bytes"};
    }
    if (refusal) {
        outcome.kind = Outcome::Kind::refused;
        outcome.refusal = *refusal;
    } else {
        rows_.insert(write.id, statement(write));
    }
    co_await hooks_.after("table.write");
    co_return outcome;
}

Task<Outcome> MemoryTable::read_back(const Write& write) {
    Outcome outcome;
    co_await hooks_.before("table.read");
    RowView found = rows_.view(write.id, now());
    co_await hooks_.after("table.read");
    const RowWrite nulls = clearing(write, found);
    if (!nulls.values.empty()) {
        co_await hooks_.before("table.write");
        rows_.update(write.id, nulls);
        co_await hooks_.after("table.write");
        co_await hooks_.before("table.read");
        found = rows_.view(write.id, now());
        co_await hooks_.after("table.read");
    }
    if (!found.exists) {
        outcome.kind = Outcome::Kind::hidden;
    } else if (!same_content(state_of(found).content, *write.content, schema_) ||
               (found.newest() && found.expires_at != write.expires_at)) {
        outcome.kind = Outcome::Kind::superseded;
    }
    co_return outcome;
}

Task<std::vector<Outcome>> MemoryTable::remove(std::span<const Removal> removals) {
    std::vector<Outcome> outcomes;
    for (const Removal& removal : removals) {
        co_await hooks_.before("table.delete");
        rows_.remove(removal.id, removal.timestamp);
        co_await hooks_.after("table.delete");
        co_await hooks_.before("table.read");
        Outcome outcome;
        if (rows_.view(removal.id, now()).exists) outcome.kind = Outcome::Kind::superseded;
        co_await hooks_.after("table.read");
        outcomes.push_back(outcome);
    }
    co_return outcomes;
}

Task<std::vector<Id>> MemoryTable::absent(std::span<const Id> ids) {
    co_await hooks_.before("table.read");
    std::vector<Id> absent;
    for (const Id& id : ids) {
        if (!rows_.view(id).exists) absent.push_back(id);
    }
    co_await hooks_.after("table.read");
    co_return absent;
}

Task<TableHistory> MemoryTable::history() {
    co_await hooks_.before("table.history");
    TableHistory history = rows_.history();
    co_await hooks_.after("table.history");
    co_return history;
}

RowWrite MemoryTable::statement(const Write& write) const {
    RowWrite row;
    row.timestamp = write.timestamp;
    row.stamp = write.version;
    row.expires_at = write.expires_at.value_or(0);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        const Value& value = write.content->values[i];
        const bool had_value = write.previous != nullptr && write.previous->exists &&
                               !is_empty(write.previous->content.values[i]);
        if (columns_[i] && (!is_empty(value) || had_value)) {
            row.values.emplace_back(schema_.columns[i].name, value);
        }
    }
    return row;
}

RowWrite MemoryTable::clearing(const Write& write, const RowView& found) const {
    RowWrite nulls;
    nulls.timestamp = write.timestamp;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (columns_[i] && is_empty(write.content->values[i])) {
            const auto time = found.write_times[*columns_[i]];
            if (time && *time < write.timestamp) {
                nulls.values.emplace_back(schema_.columns[i].name, Value());
            }
        }
    }
    return nulls;
}

std::int64_t MemoryTable::now() const { return clock_ != nullptr ? clock_->now() : rows_.now(); }

State MemoryTable::state_of(const RowView& view) const {
    State state;
    state.exists = view.exists;
    state.seen_at = now();
    state.newest_write = view.newest();
    state.expires_at = view.expires_at;
    state.changes_at = view.changes_at;
    // V1: the row was stamped by whoever wrote it last.
    state.stamped = view.stamp && view.stamp_write_time == state.newest_write;
    if (state.stamped) {
        state.version = view.stamp;
    } else if (state.newest_write) {
        state.version = Version{*state.newest_write};
    }
    for (const auto& column : columns_) {
        state.content.values.push_back(column ? view.values[*column] : Value());
    }
    return state;
}

std::int64_t MemoryTable::token(const Id& id) const { return rows_.token(id); }

/// What tells a row from the others that share its token.
std::uint64_t MemoryTable::factor(const Id& id, std::uint64_t token) const {
    return rows_.options().partitions ? token * std::hash<Id>()(id) : token;
}

void MemoryTable::note_bounds(RangeDigest& digest, std::uint64_t token) const {
    if (!rows_.options().partitions) return;
    digest.lowest = std::min(digest.lowest, static_cast<std::int64_t>(token));
    digest.highest = std::max(digest.highest, static_cast<std::int64_t>(token));
}

RangeDigest MemoryTable::empty_digest() const {
    RangeDigest digest;
    digest.columns.resize(2 * (rows_.options().columns.size() + 1));
    return digest;
}

void MemoryTable::add_row(RangeDigest& digest, const Id& id, const RowView& view) const {
    const std::size_t columns = rows_.options().columns.size();
    const auto token = static_cast<std::uint64_t>(rows_.token(id));
    digest.count += 1;
    digest.token_sum += factor(id, token);
    note_bounds(digest, token);
    for (std::size_t i = 0; i < columns; ++i) {
        if (view.write_times[i]) {
            add(digest, i, *view.write_times[i], token);
        }
    }
    if (view.stamp_write_time) {
        add(digest, columns, *view.stamp_write_time, token);
    }
}

Task<RangeDigest> MemoryTable::digest(TokenRange range) {
    co_await hooks_.before("table.digest");
    RangeDigest digest = empty_digest();
    for (const auto& [id, view] : rows_.scan(range, SIZE_MAX, now())) add_row(digest, id, view);
    co_await hooks_.after("table.digest");
    co_return digest;
}

RangeDigest MemoryTable::digest_of(const Write& write) const {
    RangeDigest digest;
    const std::size_t columns = rows_.options().columns.size();
    const auto token = static_cast<std::uint64_t>(rows_.token(write.id));
    digest.count = 1;
    digest.token_sum = factor(write.id, token);
    note_bounds(digest, token);
    digest.columns.resize(2 * (columns + 1));
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (columns_[i] && !is_empty(write.content->values[i])) {
            add(digest, *columns_[i], write.timestamp, token);
        }
    }
    if (rows_.options().version_precision) {
        add(digest, columns, write.timestamp, token);
    }
    return digest;
}

/// As stores/cassandra: the columns that every row was written with share one sum.
Task<std::optional<RangeDigest>> MemoryTable::confirm(TokenRange range, RangeDigest written) {
    co_await hooks_.before("table.digest");
    RangeDigest found = empty_digest();
    written += empty_digest();
    const std::size_t columns = written.columns.size() / 2;
    std::uint64_t sum = 0;
    for (const auto& [id, view] : rows_.scan(range, SIZE_MAX, now())) {
        add_row(found, id, view);
        std::uint64_t times = 0;
        bool whole = true;
        for (std::size_t i = 0; i < columns; ++i) {
            if (written.columns[2 * i] != written.count) continue;
            const auto time = i + 1 < columns ? view.write_times[i] : view.stamp_write_time;
            whole = whole && time;
            times += static_cast<std::uint64_t>(time.value_or(0));
        }
        if (whole) sum += times * static_cast<std::uint64_t>(rows_.token(id));
    }
    bool same = found.count == written.count && found.token_sum == written.token_sum;
    for (std::size_t i = 0; i < columns; ++i) {
        if (written.columns[2 * i] == written.count) {
            sum -= written.columns[2 * i + 1];
        } else {
            same = same && found.columns[2 * i] == written.columns[2 * i] &&
                   found.columns[2 * i + 1] == written.columns[2 * i + 1];
        }
    }
    co_await hooks_.after("table.digest");
    if (!same || sum != 0) co_return std::nullopt;
    co_return written;
}

/// As Cassandra's: a page ends between two tokens, or inside of one that fills it.
std::size_t MemoryTable::cut(RowPage& page, const std::vector<MemoryRows::Row>& found,
                             std::size_t kept) const {
    const std::int64_t next = rows_.token(found[kept].first);
    std::size_t whole = kept;
    while (whole > 0 && rows_.token(found[whole - 1].first) == next) --whole;
    if (whole > 0) {
        page.read_upto = rows_.token(found[whole - 1].first);
        return whole;
    }
    page.inside = found[kept - 1].first.to_string();
    page.read_upto = next - 1;
    return kept;
}

Task<RowPage> MemoryTable::rows(TokenRange range, std::size_t limit, std::string inside,
                                Detail detail) {
    co_await hooks_.before("table.rows");
    RowPage page;
    // One more than asked for tells whether there is more.
    const Id past = Id::of(inside);
    std::vector<MemoryRows::Row> found =
        rows_.scan(range, limit + 1, now(), inside.empty() ? nullptr : &past);
    page.digest = empty_digest();
    page.read_upto = range.upto;
    std::size_t kept = 0;
    for (std::size_t bytes = 0; kept < found.size() && kept < limit && bytes <= answer_limit;) {
        bytes += size_of(state_of(found[kept++].second).content);
    }
    if (kept < found.size()) {
        page.complete = false;
        kept = cut(page, found, kept);
    }
    for (std::size_t i = 0; i < kept; ++i) {
        const auto& [id, view] = found[i];
        add_row(page.digest, id, view);
        page.rows.push_back(Change{id, state_of(view), std::nullopt});
        if (detail == Detail::contents) continue;
        page.rows.back().row->content = {};
        page.rows.back().row->expires_at.reset();
    }
    if (detail != Detail::contents) page.digest = {};
    co_await hooks_.after("table.rows");
    co_return page;
}

}  // namespace duet
