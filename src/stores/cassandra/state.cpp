#include "stores/cassandra/state.hpp"

#include <algorithm>

#include "stores/cassandra/agreements.hpp"
#include "stores/cassandra/beaten_contents.hpp"
#include "stores/cassandra/binder.hpp"
#include "stores/cassandra/cells.hpp"
#include "stores/cassandra/failure.hpp"
#include "stores/cassandra/notes.hpp"
#include "stores/cassandra/state_schema.hpp"
#include "stores/cassandra/statements.hpp"

namespace duet {
namespace {

using cassandra::Notes;

constexpr std::int64_t no_documents_seq_no = -2;  // -1: of one that is not there

/// The statements that need another's right, for a person to run.
std::string listed(const std::vector<std::string>& statements) {
    std::string text = "let somebody with the right to create run:";
    for (const std::string& statement : statements) {
        text += "\n  " + statement + ";";
    }
    return text;
}

}  // namespace

struct CassandraState::Impl {
    cql::Session& session;
    const Clock& clock;
    StateOptions options;
    cassandra::BeatenContents beaten{session, options.keyspace};
    cassandra::Agreements agreements{session, options.keyspace};

    [[nodiscard]] std::string table(const char* name) const {
        return cassandra::table_name(options.keyspace, name);
    }
    /// Prepares and runs; a statement of our own that is refused means that the keyspace is not as
    /// ensure() left it.
    [[nodiscard]] Task<cql::Rows> run(std::string cql, std::vector<cql::Bound> values,
                                      cql::RequestOptions request = {});
    [[nodiscard]] Task<cql::Rows> run_if(std::string cql, std::vector<cql::Bound> values);
    [[nodiscard]] Task<std::vector<std::string>> missing_tables();
};

Task<cql::Rows> CassandraState::Impl::run(std::string cql, std::vector<cql::Bound> values,
                                          cql::RequestOptions request) {
    std::string keyspace = options.keyspace;
    co_return co_await cassandra::run_note(session, std::move(keyspace), std::move(cql),
                                           std::move(values), std::move(request));
}

/// A conditional statement (LWT). Never sent twice by itself: its first try may have been applied.
Task<cql::Rows> CassandraState::Impl::run_if(std::string cql, std::vector<cql::Bound> values) {
    cql::RequestOptions request;
    request.idempotent = false;
    co_return co_await run(std::move(cql), std::move(values), std::move(request));
}

Task<std::vector<std::string>> CassandraState::Impl::missing_tables() {
    std::string cql = "SELECT table_name FROM system_schema.tables WHERE keyspace_name = " +
                      cassandra::literal(options.keyspace);
    const auto pages = co_await cassandra::query_all(session, std::move(cql));
    std::vector<std::string> there;
    for (const cql::Rows& rows : pages) {
        for (std::size_t row = 0; row < rows.size(); ++row) {
            there.push_back(cassandra::text_cell(rows, row, "table_name"));
        }
    }
    const std::vector<std::string> statements = cassandra::state_tables(options.keyspace);
    const std::vector<std::string>& names = cassandra::state_table_names();
    std::vector<std::string> missing;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (std::find(there.begin(), there.end(), names[i]) == there.end()) {
            missing.push_back(statements[i]);
        }
    }
    co_return missing;
}

CassandraState::CassandraState(cql::Session& session, const Clock& clock, StateOptions options)
    : impl_(std::make_unique<Impl>(Impl{session, clock, std::move(options)})) {}

CassandraState::~CassandraState() = default;

Task<std::vector<std::string>> CassandraState::ddl_statements() {
    std::string keyspace = impl_->options.keyspace;
    cassandra::Replication replication = impl_->options.replication;
    std::vector<std::string> statements;
    statements.push_back(co_await cassandra::keyspace_statement(impl_->session, std::move(keyspace),
                                                                std::move(replication)));
    for (std::string& statement : cassandra::state_tables(impl_->options.keyspace)) {
        statements.push_back(std::move(statement));
    }
    co_return statements;
}

Task<void> CassandraState::ensure() {
    const std::vector<std::string> missing = co_await impl_->missing_tables();
    if (missing.empty()) {
        co_return;
    }
    const std::vector<std::string> all = co_await ddl_statements();
    try {
        std::string keyspace = impl_->options.keyspace;
        cassandra::Replication replication = impl_->options.replication;
        co_await cassandra::ensure_keyspace(impl_->session, std::move(keyspace),
                                            std::move(replication));
        for (const std::string& statement : missing) {
            std::string cql = statement;
            std::string what = "cannot make Duet's tables in keyspace " + impl_->options.keyspace;
            co_await cassandra::run_ddl(impl_->session, std::move(cql), std::move(what));
        }
    } catch (const Misconfigured& error) {
        throw Misconfigured(error.what(), listed(all));
    }
}

Task<std::optional<Cursor>> CassandraState::load_cursor(std::string pair) {
    std::string cql =
        "SELECT index_uuid, history_uuid, shards, first_met, first_positions, table_id, columns, "
        "carried, joined, joined_positions FROM " +
        impl_->table("cursors") + " WHERE pair = ?";
    std::vector<cql::Bound> values = Notes().text(pair).take();
    // Serial: sees what a save that was cut off may have left undecided.
    cql::RequestOptions request;
    request.consistency = cql::Consistency::local_serial;
    const cql::Rows rows =
        co_await impl_->run(std::move(cql), std::move(values), std::move(request));
    if (rows.size() == 0) {
        co_return std::nullopt;
    }
    co_return cassandra::read_cursor(rows);
}

Task<std::vector<std::string>> CassandraState::pairs() {
    std::string cql = "SELECT pair FROM " + impl_->table("cursors");
    const auto pages = co_await cassandra::query_all(impl_->session, std::move(cql));
    std::vector<std::string> names;
    for (const cql::Rows& rows : pages) {
        for (std::size_t row = 0; row < rows.size(); ++row)
            names.push_back(cassandra::text_cell(rows, row, "pair"));
    }
    std::ranges::sort(names);
    co_return names;
}

Task<bool> CassandraState::save_cursor(std::string pair, Cursor next,
                                       std::optional<Cursor> expected) {
    const std::string table = impl_->table("cursors");
    Notes values;
    std::string cql;
    if (expected) {
        cql = "UPDATE " + table +
              " SET index_uuid = ?, history_uuid = ?, shards = ?, first_met = ?, "
              "first_positions = ?, table_id = ?, columns = ?, carried = ?, joined = ?, "
              "joined_positions = ? WHERE pair = ? IF index_uuid = ? AND history_uuid = ? AND "
              "shards = ? AND first_met = ? AND first_positions = ? AND table_id = ? AND "
              "columns = ? AND carried = ? AND joined = ? AND joined_positions = ?";
        values.cursor(next).text(pair).cursor(*expected);
    } else {
        cql = "INSERT INTO " + table +
              " (index_uuid, history_uuid, shards, first_met, first_positions, table_id, columns, "
              "carried, joined, joined_positions, pair) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
              "IF NOT EXISTS";
        values.cursor(next).text(pair);
    }
    std::vector<cql::Bound> bound = values.take();
    const cql::Rows rows = co_await impl_->run_if(std::move(cql), std::move(bound));
    if (cassandra::applied(rows)) {
        co_return true;
    }
    // Perhaps an earlier try of ours, whose answer was lost, has saved just this.
    const std::optional<Cursor> now = co_await load_cursor(std::move(pair));
    co_return now == next;
}

Task<std::optional<SweepNotes>> CassandraState::load_sweep(std::string pair) {
    std::string cql =
        "SELECT era, deletes, copied, segments FROM " + impl_->table("sweeps") + " WHERE pair = ?";
    std::vector<cql::Bound> values = Notes().text(pair).take();
    const cql::Rows rows = co_await impl_->run(std::move(cql), std::move(values));
    if (rows.size() == 0) co_return std::nullopt;
    co_return cassandra::read_sweep(rows);
}

Task<void> CassandraState::save_sweep(std::string pair, SweepNotes notes) {
    std::string cql = "INSERT INTO " + impl_->table("sweeps") +
                      " (pair, era, deletes, copied, segments) VALUES (?, ?, ?, ?, ?)";
    std::vector<cql::Bound> values = Notes().text(pair).sweep(notes).take();
    (void)co_await impl_->run(std::move(cql), std::move(values));
}

Task<void> CassandraState::put_quarantine(std::string pair, QuarantineEntry entry) {
    std::string cql = "INSERT INTO " + impl_->table("quarantine") + " (" +
                      cassandra::quarantine_columns +
                      ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    std::vector<cql::Bound> values = Notes().quarantine(pair, entry).take();
    (void)co_await impl_->run(std::move(cql), std::move(values));
}

Task<void> CassandraState::remove_quarantine(std::string pair, Id id) {
    std::string cql = "DELETE FROM " + impl_->table("quarantine") + " WHERE pair = ? AND id = ?";
    std::vector<cql::Bound> values = Notes().text(pair).id(id).take();
    (void)co_await impl_->run(std::move(cql), std::move(values));
}

Task<std::vector<QuarantineEntry>> CassandraState::list_quarantine(std::string pair) {
    const std::string cql = std::string("SELECT ") + cassandra::listed_quarantine_columns +
                            " FROM " + impl_->table("quarantine") + " WHERE pair = ?";
    std::vector<QuarantineEntry> entries;
    Bytes paging_state;
    do {
        cql::RequestOptions request;
        request.page_size = cassandra::listed_page;
        request.paging_state = std::move(paging_state);
        std::string text = cql;
        std::vector<cql::Bound> values = Notes().text(pair).take();
        const cql::Rows rows =
            co_await impl_->run(std::move(text), std::move(values), std::move(request));
        for (std::size_t row = 0; row < rows.size() && entries.size() < quarantine_limit; ++row) {
            auto entry = cassandra::read_quarantine(rows, row);
            if (entry) entries.push_back(std::move(*entry));
        }
        paging_state = rows.paging_state;
    } while (!paging_state.empty() && entries.size() < quarantine_limit);
    co_return entries;
}

Task<std::optional<QuarantineEntry>> CassandraState::find_quarantine(std::string pair, Id id) {
    std::string cql = std::string("SELECT ") + cassandra::quarantine_columns + " FROM " +
                      impl_->table("quarantine") + " WHERE pair = ? AND id = ?";
    std::vector<cql::Bound> values = Notes().text(pair).id(id).take();
    const cql::Rows rows = co_await impl_->run(std::move(cql), std::move(values));
    if (rows.size() == 0) co_return std::nullopt;
    co_return cassandra::read_quarantine(rows, 0);
}

Task<void> CassandraState::retry_quarantine(std::string pair, Id id) {
    // These columns alone: the contents were perhaps renewed since. What this leaves of a record
    // that has just been released is no entry to a reader.
    std::string cql = "UPDATE " + impl_->table("quarantine") +
                      " SET document_shard = ?, document_seq_no = ?, document_primary_term = ? "
                      "WHERE pair = ? AND id = ?";
    std::vector<cql::Bound> values =
        Notes().integer(-1).bigint(no_documents_seq_no).bigint(0).text(pair).id(id).take();
    (void)co_await impl_->run(std::move(cql), std::move(values));
}

Task<void> CassandraState::put_beaten(std::string pair, std::vector<Beaten> beaten,
                                      std::chrono::seconds keep) {
    co_await impl_->beaten.put(std::move(pair), std::move(beaten), keep);
}

Task<std::vector<Beaten>> CassandraState::list_beaten(std::string pair, std::size_t limit) {
    std::optional<Id> any;
    co_return co_await impl_->beaten.list(std::move(pair), std::move(any), limit);
}

Task<std::vector<Beaten>> CassandraState::find_beaten(std::string pair, Id id, std::size_t limit) {
    std::optional<Id> only = std::move(id);
    co_return co_await impl_->beaten.list(std::move(pair), std::move(only), limit);
}

Task<std::optional<std::string>> CassandraState::beaten_json(std::string pair, Beaten beaten) {
    co_return co_await impl_->beaten.json(std::move(pair), std::move(beaten));
}

Task<void> CassandraState::load_agreed(std::string pair, std::int64_t era,
                                       std::span<AgreedNote> notes) {
    co_await impl_->agreements.load(std::move(pair), era, notes);
}

Task<AgreedPage> CassandraState::list_agreed(std::string pair, std::int64_t era, TokenRange range,
                                             std::size_t limit) {
    co_return co_await impl_->agreements.list(std::move(pair), era, range, limit);
}

Task<void> CassandraState::put_agreed(std::string pair, std::int64_t era,
                                      std::vector<AgreedNote> notes) {
    co_await impl_->agreements.put(std::move(pair), era, std::move(notes));
}

Task<bool> CassandraState::acquire_lease(std::string name, std::string owner,
                                         std::chrono::seconds ttl) {
    // UPDATE, not INSERT: a row marker would outlive the owner's cell.
    const std::string cql = "UPDATE " + impl_->table("leases") +
                            " USING TTL ? SET owner = ? WHERE name = ? IF owner = ";
    const std::int64_t seconds = std::clamp<std::int64_t>(ttl.count(), 1, cassandra::longest_ttl);
    std::string take = cql + "null";
    std::vector<cql::Bound> taking = Notes().integer(seconds).text(owner).text(name).take();
    const cql::Rows taken = co_await impl_->run_if(std::move(take), std::move(taking));
    if (cassandra::applied(taken)) {
        co_return true;
    }
    if (cassandra::text_cell(taken, 0, "owner") != owner) {
        co_return false;
    }
    std::string keep = cql + "?";
    std::vector<cql::Bound> keeping =
        Notes().integer(seconds).text(owner).text(name).text(owner).take();
    const cql::Rows kept = co_await impl_->run_if(std::move(keep), std::move(keeping));
    co_return cassandra::applied(kept);
}

Task<void> CassandraState::release_lease(std::string name, std::string owner) {
    std::string cql =
        "DELETE owner FROM " + impl_->table("leases") + " WHERE name = ? IF owner = ?";
    std::vector<cql::Bound> values = Notes().text(name).text(owner).take();
    (void)co_await impl_->run_if(std::move(cql), std::move(values));
}

}  // namespace duet
