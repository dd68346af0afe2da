#include "stores/cassandra/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "stores/cassandra/catalog.hpp"
#include "stores/cassandra/failure.hpp"
#include "stores/cassandra/fetcher.hpp"
#include "stores/cassandra/keys.hpp"
#include "stores/cassandra/statements.hpp"
#include "stores/cassandra/table_feeds.hpp"
#include "stores/cassandra/writer.hpp"

namespace duet {
namespace {

using cassandra::TableInfo;

bool has_column(const TableInfo& table, const std::string& name) {
    return std::any_of(table.columns.begin(), table.columns.end(),
                       [&](const Column& column) { return column.name == name; });
}

/// Columns of the schema that can and should be added: not the key's name, nor what somebody
/// dropped.
std::vector<Column> missing_columns(const TableInfo& table, const Schema& schema) {
    std::vector<Column> missing;
    for (const Column& column : schema.columns) {
        const bool dropped = std::find(table.dropped.begin(), table.dropped.end(), column.name) !=
                             table.dropped.end();
        if (!dropped && !table.key.has(column.name) && !has_column(table, column.name)) {
            missing.push_back(column);
        }
    }
    return missing;
}

void require_usable(const TableInfo& table, const std::string& version_field) {
    if (!table.reason.empty()) {
        throw Misconfigured(table.reason, "leave the table out, or do what the message says");
    }
    if (table.key.has(version_field)) {
        throw Misconfigured(
            fmt::format("table {}.{}: the column {} is part of the key, and it is the version "
                        "field, which Duet writes",
                        table.keyspace, table.table, version_field),
            "choose another version_field, or leave the table out");
    }
}

bool is_static(const TableInfo& table, const std::string& column) {
    return std::find(table.statics.begin(), table.statics.end(), column) != table.statics.end();
}

/// Holds a value of a static column, which is not written with a row.
bool has_static_value(const cassandra::Layout& layout, const Write& write) {
    for (std::size_t i = 0; i < layout.columns.size(); ++i) {
        const bool has = i < write.content->values.size() && !is_empty(write.content->values[i]);
        if (has && layout.columns[i].is_static) return true;
    }
    return false;
}

/// Everything that depends on the columns of the pair; made anew by each provision().
struct Access {
    Access(cql::Session& session, const Clock& clock, cassandra::Layout columns, Schema pair_schema)
        : layout(std::move(columns)),
          schema(std::move(pair_schema)),
          fetcher(session, clock, layout),
          writer(session, layout, cassandra::insert_row(layout)),
          remover(session, layout, cassandra::delete_row(layout)) {}

    const cassandra::Layout layout;
    const Schema schema;
    cassandra::RowFetcher fetcher;
    cassandra::RowWriter writer;
    cassandra::RowWriter remover;
};

/// When the server is to count TTLs from, where a write has one. Else it dates its tombstones by
/// its own clock.
std::optional<std::int64_t> told(std::span<const Write> writes, std::int64_t now) {
    const bool any = std::ranges::any_of(
        writes, [](const Write& write) { return write.expires_at.has_value(); });
    return any ? std::optional(now) : std::nullopt;
}

/// Columns that the winner lacks and that turned up with an older WRITETIME than ours (V5).
std::vector<std::size_t> turned_up(const Write& write, const cassandra::FoundRow& found) {
    std::vector<std::size_t> columns;
    for (std::size_t i = 0; i < found.write_times.size(); ++i) {
        const bool lacks = i >= write.content->values.size() || is_empty(write.content->values[i]);
        if (lacks && found.write_times[i] && *found.write_times[i] < write.timestamp) {
            columns.push_back(i);
        }
    }
    return columns;
}

}  // namespace

struct CassandraTable::Impl {
    Impl(cql::Session& to, const Clock& time, TableOptions what)
        : session(to), clock(time), options(std::move(what)), feeds(time, options.journal) {}

    cql::Session& session;
    const Clock& clock;
    TableOptions options;
    std::shared_ptr<Access> access;  // shared: a call in flight keeps what it began with
    cassandra::TableFeeds feeds;
    bool made_by_duet = false;

    [[nodiscard]] std::string name() const { return options.keyspace + "." + options.table; }
    [[nodiscard]] std::shared_ptr<Access> ready() const;
    [[nodiscard]] Task<std::optional<TableInfo>> find();
    [[nodiscard]] Task<void> create(const Schema& schema);
    [[nodiscard]] Task<TableInfo> add(const TableInfo& table, const Schema& schema);
    [[nodiscard]] Task<std::vector<Outcome>> send(Access& to, std::span<const Write> writes);
    [[nodiscard]] Task<void> read_back(Access& to, std::span<const Write> writes,
                                       std::vector<Outcome>& outcomes);
    [[nodiscard]] Task<std::vector<std::size_t>> compare(Access& to, std::span<const Write> writes,
                                                         std::vector<std::size_t> places,
                                                         std::vector<Outcome>& outcomes,
                                                         bool may_clear);
};

std::shared_ptr<Access> CassandraTable::Impl::ready() const {
    if (access == nullptr) {
        throw Unavailable("table " + name() + " is not there yet");
    }
    return access;
}

Task<std::optional<TableInfo>> CassandraTable::Impl::find() {
    std::string keyspace = options.keyspace;
    std::string table = options.table;
    co_return co_await cassandra::find_table(session, std::move(keyspace), std::move(table));
}

Task<void> CassandraTable::Impl::create(const Schema& schema) {
    co_await cassandra::refuse_view(session, options.keyspace, options.table);
    std::string statement =
        cassandra::create_table(options.keyspace, options.table, schema, options.version_field);
    std::string what = "cannot create table " + name();
    co_await cassandra::run_ddl(session, std::move(statement), std::move(what));
}

/// Adds the missing columns; gives the table as it is then.
Task<TableInfo> CassandraTable::Impl::add(const TableInfo& table, const Schema& schema) {
    std::string statement =
        cassandra::add_columns(options.keyspace, options.table, missing_columns(table, schema));
    std::string what = "cannot add columns to table " + name();
    std::exception_ptr failure;
    try {
        co_await cassandra::run_ddl(session, std::move(statement), std::move(what));
    } catch (const Misconfigured&) {
        failure = std::current_exception();
    }
    std::optional<TableInfo> now = co_await find();
    if (!now) {
        throw Unavailable("table " + name() + " was dropped meanwhile");
    }
    // Somebody may have added the same columns in the same moment.
    if (failure && !missing_columns(*now, schema).empty()) {
        std::rethrow_exception(failure);
    }
    co_return std::move(*now);
}

/// Writes that cannot be sent are refused; `applied` stands for acknowledged.
Task<std::vector<Outcome>> CassandraTable::Impl::send(Access& to, std::span<const Write> writes) {
    const std::int64_t now = to.fetcher.now_in_seconds();
    const cassandra::RowWriter::Bind bind = [&](std::size_t place) {
        const Write& write = writes[place];
        auto bound = cassandra::bind_row(to.layout, write, now);
        if (std::holds_alternative<cassandra::BoundRow>(bound))
            feeds.remember(write.id, write.timestamp);
        return bound;
    };
    auto refusals = co_await to.writer.send(writes.size(), bind, told(writes, now));
    std::vector<Outcome> outcomes(writes.size());
    for (std::size_t i = 0; i < refusals.size(); ++i) {
        if (refusals[i]) {
            outcomes[i].kind = Outcome::Kind::refused;
            outcomes[i].refusal = std::move(*refusals[i]);
            cassandra::name_culprit(outcomes[i].refusal, to.layout, *writes[i].content);
        }
    }
    co_return outcomes;
}

/// Looks at the rows at `places`, once for all, and says what became of the writes. Where
/// `may_clear`, clears what turned up meanwhile and gives those places, to be looked at again.
Task<std::vector<std::size_t>> CassandraTable::Impl::compare(Access& to,
                                                             std::span<const Write> writes,
                                                             std::vector<std::size_t> places,
                                                             std::vector<Outcome>& outcomes,
                                                             bool may_clear) {
    std::vector<Id> ids;
    for (const std::size_t place : places) {
        ids.push_back(writes[place].id);
    }
    const std::vector<cassandra::FoundRow> found = co_await to.fetcher.by_ids(ids, true);
    const std::int64_t now = to.fetcher.now_in_seconds();
    std::vector<std::vector<std::size_t>> nulls;  // of the cleared, the columns
    std::vector<std::size_t> cleared;
    for (std::size_t i = 0; i < places.size(); ++i) {
        const Write& write = writes[places[i]];
        const State& state = found[i].state;
        Outcome& outcome = outcomes[places[i]];
        std::vector<std::size_t> columns = turned_up(write, found[i]);
        if (!state.exists) {
            outcome.kind = Outcome::Kind::hidden;
        } else if (!columns.empty() && may_clear) {
            feeds.remember(write.id, write.timestamp);
            nulls.push_back(std::move(columns));
            cleared.push_back(places[i]);
        } else if (state.problem || !same_content(state.content, *write.content, to.schema) ||
                   (state.newest_write && !same_end(state.expires_at, write.expires_at))) {
            outcome.kind = Outcome::Kind::superseded;
        }
    }
    const cassandra::RowWriter::Bind bind = [&](std::size_t place) {
        return cassandra::bind_nulls(to.layout, writes[cleared[place]], nulls[place], now);
    };
    auto refusals = co_await to.writer.send(cleared.size(), bind, told(writes, now));
    for (std::size_t i = refusals.size(); i-- > 0;) {
        if (refusals[i]) {
            outcomes[cleared[i]].kind = Outcome::Kind::refused;
            outcomes[cleared[i]].refusal = std::move(*refusals[i]);
            cleared.erase(cleared.begin() + static_cast<std::ptrdiff_t>(i));
        }
    }
    co_return cleared;
}

Task<void> CassandraTable::Impl::read_back(Access& to, std::span<const Write> writes,
                                           std::vector<Outcome>& outcomes) {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < writes.size(); ++i) {
        if (outcomes[i].kind == Outcome::Kind::applied) {
            places.push_back(i);
        }
    }
    std::vector<std::size_t> cleared =
        co_await compare(to, writes, std::move(places), outcomes, true);
    if (!cleared.empty()) {
        (void)co_await compare(to, writes, std::move(cleared), outcomes, false);
    }
}

CassandraTable::CassandraTable(cql::Session& session, const Clock& clock, TableOptions options)
    : impl_(std::make_unique<Impl>(session, clock, std::move(options))) {}

CassandraTable::~CassandraTable() = default;

Task<Schema> CassandraTable::describe() {
    Schema schema;
    schema.name = impl_->name();
    std::optional<TableInfo> table = co_await impl_->find();
    if (!table) {
        co_return schema;
    }
    require_usable(*table, impl_->options.version_field);
    schema.exists = true;
    schema.table_id = table->table_id.to_string();
    schema.key = table->key;
    schema.notes = table->notes;
    for (Column& column : table->columns) {
        if (column.name != impl_->options.version_field) {
            schema.columns.push_back(std::move(column));
        } else if (is_static(*table, column.name)) {
            schema.notes.push_back(fmt::format(
                "column {} of {} is static: it is not synced, and versions come from WRITETIME",
                column.name, schema.name));
        } else if (cassandra::holds_version(column.type)) {
            schema.version_precision = cassandra::version_precision(column.type);
        } else {
            schema.notes.push_back(fmt::format(
                "column {} of {} is of type {}: it is synced as ordinary content and versions come "
                "from WRITETIME; a version column is a timestamp, bigint or timeuuid",
                column.name, schema.name, to_cql(column.type)));
            schema.columns.push_back(std::move(column));
        }
    }
    co_return schema;
}

Task<void> CassandraTable::provision(const Schema& schema, bool may_create) {
    std::optional<TableInfo> table = co_await impl_->find();
    if (!table && may_create) {
        co_await impl_->create(schema);
        table = co_await impl_->find();
    }
    if (!table) {
        impl_->access.reset();
        impl_->feeds.reset();
        co_return;
    }
    require_usable(*table, impl_->options.version_field);
    if (may_create && !missing_columns(*table, schema).empty()) {
        table = co_await impl_->add(*table, schema);
    }
    const bool modern = cassandra::is_modern(impl_->session.release_version());
    cassandra::Layout layout =
        cassandra::make_layout(*table, schema, impl_->options.version_field, modern);
    impl_->access =
        std::make_shared<Access>(impl_->session, impl_->clock, std::move(layout), schema);
    impl_->made_by_duet = table->made_by_duet;
    impl_->feeds.choose(
        *table, impl_->access->layout,
        std::shared_ptr<cassandra::RowFetcher>(impl_->access, &impl_->access->fetcher), modern);
}

RowFeed* CassandraTable::feed() { return impl_->feeds.best(); }

std::string CassandraTable::missing_journal() const { return impl_->feeds.missing_journal(); }

std::string CassandraTable::missing_index() const { return impl_->feeds.missing_index(); }

bool CassandraTable::made_by_duet() const { return impl_->made_by_duet; }

Task<void> CassandraTable::make_index() {
    std::string statement = impl_->feeds.missing_index();
    std::string what = "cannot make an index on table " + impl_->name();
    co_await cassandra::run_ddl(impl_->session, std::move(statement), std::move(what));
    impl_->feeds.index_was_made();
}

Task<std::vector<State>> CassandraTable::look(std::span<const Id> ids) {
    const std::shared_ptr<Access> access = impl_->ready();
    std::vector<cassandra::FoundRow> found = co_await access->fetcher.by_ids(ids, false);
    std::vector<State> states;
    states.reserve(found.size());
    for (cassandra::FoundRow& row : found) {
        states.push_back(std::move(row.state));
    }
    co_return states;
}

Task<std::vector<Outcome>> CassandraTable::apply(std::span<const Write> writes) {
    const std::shared_ptr<Access> access = impl_->ready();
    std::vector<Outcome> outcomes = co_await impl_->send(*access, writes);
    co_await impl_->read_back(*access, writes, outcomes);
    co_return outcomes;
}

Task<std::vector<Outcome>> CassandraTable::insert(std::span<const Write> writes) {
    const std::shared_ptr<Access> access = impl_->ready();
    std::vector<Outcome> outcomes = co_await impl_->send(*access, writes);
    for (std::size_t i = 0; i < writes.size(); ++i) {
        const bool applied = outcomes[i].kind == Outcome::Kind::applied;
        if (applied && has_static_value(access->layout, writes[i])) {
            outcomes[i].kind = Outcome::Kind::superseded;
        }
    }
    co_return outcomes;
}

Task<std::vector<Outcome>> CassandraTable::remove(std::span<const Removal> removals) {
    const std::shared_ptr<Access> access = impl_->ready();
    std::vector<Outcome> outcomes(removals.size());
    std::vector<Id> ids;
    for (const Removal& removal : removals) {
        impl_->feeds.remember(removal.id, removal.timestamp);
        ids.push_back(removal.id);
    }
    const cassandra::RowWriter::Bind bind = [&](std::size_t place) {
        return cassandra::bind_removal(access->layout, removals[place]);
    };
    auto refusals = co_await access->remover.send(removals.size(), bind, std::nullopt);
    const std::vector<cassandra::FoundRow> found = co_await access->fetcher.by_ids(ids, false);
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        if (refusals[i]) {
            outcomes[i].kind = Outcome::Kind::refused;
            outcomes[i].refusal = std::move(*refusals[i]);
        } else if (found[i].state.exists) {
            outcomes[i].kind = Outcome::Kind::superseded;
        }
    }
    co_return outcomes;
}

Task<std::vector<Id>> CassandraTable::absent(std::span<const Id> ids) {
    const std::shared_ptr<Access> access = impl_->ready();
    co_return co_await access->fetcher.absent(ids);
}

Task<TableHistory> CassandraTable::history() {
    std::string keyspace = impl_->options.keyspace;
    std::string table = impl_->options.table;
    co_return co_await cassandra::table_history(impl_->session, std::move(keyspace),
                                                std::move(table));
}

std::int64_t CassandraTable::token(const Id& id) const {
    return cassandra::token_of(impl_->ready()->layout.key, id);
}

Task<RangeDigest> CassandraTable::digest(TokenRange range) {
    const std::shared_ptr<Access> access = impl_->ready();
    co_return co_await access->fetcher.digest(range);
}

RangeDigest CassandraTable::digest_of(const Write& write) const {
    return cassandra::digest_of_write(impl_->ready()->layout, write, token(write.id));
}

Task<std::optional<RangeDigest>> CassandraTable::confirm(TokenRange range, RangeDigest written) {
    const std::shared_ptr<Access> access = impl_->ready();
    co_return co_await access->fetcher.confirm(range, std::move(written));
}

Task<RowPage> CassandraTable::rows(TokenRange range, std::size_t limit, std::string inside,
                                   Detail detail) {
    const std::shared_ptr<Access> access = impl_->ready();
    co_return co_await access->fetcher.by_token(range, limit, std::move(inside), detail);
}

}  // namespace duet
