#include "app/wiring.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <exception>
#include <random>
#include <utility>

#include "app/text.hpp"
#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/log.hpp"
#include "elastic/index.hpp"
#include "net/backoff.hpp"
#include "stores/cassandra/catalog.hpp"
#include "stores/cassandra/commit_log.hpp"
#include "stores/elasticsearch/catalog.hpp"

namespace duet::app {

namespace {

constexpr const char* ddl_lease = "duet.ddl";
constexpr std::chrono::milliseconds first_try{200};
constexpr std::chrono::milliseconds slowest_try{5'000};
constexpr std::chrono::microseconds edition_lasts{1'000'000};
constexpr std::chrono::milliseconds stop_slice{100};  // the longest wait for a request to stop

cql::Consistency consistency_of(const std::string& name) {
    using cql::Consistency;
    static constexpr std::array<std::pair<std::string_view, Consistency>, 8> known{
        {{"one", Consistency::one},
         {"two", Consistency::two},
         {"three", Consistency::three},
         {"quorum", Consistency::quorum},
         {"all", Consistency::all},
         {"local_quorum", Consistency::local_quorum},
         {"each_quorum", Consistency::each_quorum},
         {"local_one", Consistency::local_one}}};
    for (const auto& [word, consistency] : known) {
        if (word == name) return consistency;
    }
    throw UsageError("unknown consistency " + name);  // config.cpp lets none through
}

cql::SessionOptions session_options(const CassandraConfig& config) {
    cql::SessionOptions options;
    options.hosts = config.hosts;
    options.username = config.username;
    options.password = config.password;
    options.local_datacenter = config.local_datacenter;
    options.consistency = consistency_of(config.consistency);
    return options;
}

elastic::ClientOptions client_options(const ElasticsearchConfig& config) {
    elastic::ClientOptions options;
    options.urls = config.urls;
    options.username = config.username;
    options.password = config.password;
    options.api_key = config.api_key;
    return options;
}

StateOptions state_options(const StateConfig& config) {
    return {.keyspace = config.keyspace, .replication = {config.replication}};
}

TableOptions table_options(Servers& servers, const PairPlan& plan) {
    return {.keyspace = plan.keyspace,
            .table = plan.table,
            .version_field = servers.config().version_field,
            .journal = servers.journal()};
}

IndexOptions index_options(Servers& servers, const PairPlan& plan) {
    const Config& config = servers.config();
    IndexOptions options;
    options.positions = &servers.positions();
    options.index = plan.index;
    options.version_field = config.version_field;
    options.expiry_field = config.expiry_field;
    options.refresh_at_most = config.refresh_at_most;
    for (const FieldRule& rule : plan.shape.fields) {
        options.fields.push_back(
            {rule.column, rule.field.empty() ? rule.column : rule.field, rule.type, rule.mapping});
    }
    return options;
}

std::uint64_t hash_of(const std::vector<FieldRule>& fields) {
    std::uint64_t hash = fnv1a("");
    for (const FieldRule& rule : fields) {
        for (const std::string& part : {rule.column, rule.field, rule.mapping})
            hash = fnv1a_next(part, hash);
    }
    return hash;
}

/// Machine, process and a number of chance: a container that starts anew often has the process id
/// of its last life.
std::string lease_owner() {
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '?';
    return fmt::format("{}:{}:{:08x}", host.data(), ::getpid(), std::random_device{}());
}

std::vector<std::string> missing_of(const Agreement& agreed) {
    std::vector<std::string> missing = agreed.new_columns;
    missing.insert(missing.end(), agreed.new_fields.begin(), agreed.new_fields.end());
    return missing;
}

}  // namespace

Servers::Servers(const Config& config, const Clock& clock)
    : config_(config),
      clock_(clock),
      session_(session_options(config.cassandra)),
      client_(client_options(config.elasticsearch)),
      positions_(client_, clock),
      state_(session_, clock, state_options(config.state)),
      owner_(lease_owner()),
      edition_([this] { return ask_edition(); }, clock, edition_lasts) {}

Task<void> Servers::connect_to_cassandra() { co_await session_.connect(); }

Task<void> Servers::connect_to_elasticsearch() {
    const std::string version = co_await client_.version();
    log::info("connected to Elasticsearch", {{"version", version}});
}

Task<void> Servers::connect(Side side) {
    if (side != Side::elasticsearch) co_await connect_to_cassandra();
    if (side != Side::cassandra) co_await connect_to_elasticsearch();
}

Task<void> Servers::wait_for(bool cassandra, const bool& stopping) {
    net::Backoff backoff(first_try, slowest_try, std::random_device{}());
    std::string told;
    while (!stopping) {
        std::string reason;
        try {
            if (cassandra) {
                co_await connect_to_cassandra();
            } else {
                co_await connect_to_elasticsearch();
            }
            co_return;
        } catch (const Unavailable& error) {
            reason = error.what();
        }
        if (reason != told) {
            log::warning(cassandra ? "waiting for Cassandra" : "waiting for Elasticsearch",
                         {{"servers", joined(cassandra ? config_.cassandra.hosts
                                                       : config_.elasticsearch.urls)},
                          {"reason", reason}});
            told = reason;
        }
        auto left = backoff.next();
        for (; left.count() > 0 && !stopping; left -= stop_slice) {
            co_await sleep_for(std::min(left, stop_slice));
        }
    }
}

Task<void> Servers::connect_patiently(const bool& stopping) {
    co_await wait_for(true, stopping);
    co_await wait_for(false, stopping);
}

Task<void> Servers::open_journal() {
    journal_.reset();
    journal_problem_.clear();
    if (config_.cassandra.cdc_directory.empty()) co_return;
    if (config_.journal == JournalUse::no) {
        journal_problem_ = "journal = \"no\"";
        co_return;
    }
    cassandra::CommitLogSettings settings;
    try {
        if (config_.journal == JournalUse::automatic) {
            journal_problem_ = co_await cassandra::reason_against_journal(session_);
        }
        settings = co_await cassandra::commit_log_settings(session_);
    } catch (const Error& error) {
        // Asked for in so many words, it does without what the settings say.
        if (config_.journal == JournalUse::automatic) journal_problem_ = error.what();
    }
    if (!journal_problem_.empty()) co_return;
    journal::JournalOptions options;
    options.folder = config_.cassandra.cdc_directory;
    options.owner = config_.journal_owner;
    options.space_limit = settings.total_space;
    options.blocks_writes = settings.blocks_writes;
    options.direct = settings.direct;
    options.sync_every = std::move(settings.sync_every);
    journal_ = std::make_unique<journal::Journal>(std::move(options));
}

Task<Inventory> Servers::inventory() {
    Inventory inventory;
    std::string state_keyspace = config_.state.keyspace;
    inventory.keyspaces = co_await cassandra::list_keyspaces(session_, state_keyspace);
    const auto tables = co_await cassandra::list_tables(session_, state_keyspace);
    for (const cassandra::TableInfo& table : tables) {
        inventory.tables.push_back(
            {table.keyspace, table.table, table.reason, table.notes, table.counters});
    }
    const auto views = co_await cassandra::list_views(session_, state_keyspace);
    for (const cassandra::ViewInfo& view : views)
        inventory.views.push_back({view.keyspace, view.view, view.table});
    const auto indices = co_await elasticsearch::list_indices(client_);
    for (const auto& index : indices)
        inventory.indices.push_back({index.name, index.problem.value_or(""), index.stands_for});
    co_return inventory;
}

Task<std::string> Servers::ask_edition() {
    const std::string tables = co_await cassandra::schema_version(session_);
    const std::string mappings = co_await elastic::state_version(client_);
    co_return tables + " " + mappings;
}

Task<void> Servers::take_ddl_lease() {
    while (ddl_busy_) co_await sleep_for(stop_slice);  // another pair of this process
    ddl_busy_ = true;
    bool held = false;
    std::exception_ptr failure;
    try {
        held = co_await state_.acquire_lease(ddl_lease, owner_, ddl_lease_time);
    } catch (...) {
        failure = std::current_exception();
    }
    if (held) co_return;
    ddl_busy_ = false;
    if (failure) std::rethrow_exception(failure);
    throw LeaseHeld("another Duet is changing tables or mappings: waiting for it");
}

Task<void> Servers::give_ddl_lease_back() {
    ddl_busy_ = false;
    co_await state_.release_lease(ddl_lease, owner_);
}

sync::PairSettings pair_settings(const Config& config, const PairPlan& plan) {
    sync::PairSettings settings;
    settings.period = config.period;
    settings.sweep_share = config.sweep_share;
    settings.sweep_every = config.sweep_every;
    settings.rules.max_clock_ahead = config.max_clock_ahead;
    settings.rules.first_meeting = config.first_meeting;
    settings.rules.keep_beaten = config.keep_beaten;
    settings.rules.settled_limit = config.settled_limit;
    settings.rules.direction = plan.shape.direction;
    settings.rules.deletes = plan.shape.deletes;
    settings.rules.max_delete = plan.shape.max_delete;
    settings.rules.shape = hash_of(plan.shape.fields);
    return settings;
}

LivePair::LivePair(Servers& servers, PairPlan plan)
    : servers_(servers),
      plan_(std::move(plan)),
      rows_(servers.session(), servers.clock(), table_options(servers, plan_)),
      documents_(servers.client(), servers.clock(), index_options(servers, plan_)),
      pair_(
          plan_.name, rows_, documents_, servers.state(), servers.clock(),
          pair_settings(servers.config(), plan_), [this] { return agree(); },
          [&servers] { return servers.edition(); }),
      vanished_(plan_.name, plan_.shape.direction) {}

std::string LivePair::missing_journal() const {
    return servers_.journal() == nullptr ? servers_.journal_problem() : rows_.missing_journal();
}

Task<LivePair::Described> LivePair::describe() {
    Described described;
    described.table = co_await rows_.describe();
    described.index = co_await documents_.describe();
    described.limits.version_field = servers_.config().version_field;
    described.limits.expiry_field = servers_.config().expiry_field;
    described.limits.expires = pair_.context().lacks_expiry_field;
    described.limits.shape = plan_.shape;
    described.limits.max_columns = servers_.config().max_new_columns;
    std::string keyspace = plan_.keyspace;
    std::string table = plan_.table;
    const auto info =
        co_await cassandra::find_table(servers_.session(), std::move(keyspace), std::move(table));
    TableTraits traits;
    if (info) {
        traits = {info->dropped, info->statics};
        described.limits.expires = described.limits.expires || info->default_ttl > 0;
    }
    vanished_.look(described.table, described.index, traits, servers_.clock().now());
    described.limits.dropped = std::move(traits.dropped);
    co_return described;
}

Task<Agreement> LivePair::look() {
    const Described described = co_await describe();
    Agreement agreed = agreement_of(described);
    co_await tell(agreed.schema);
    co_return agreed;
}

Task<void> LivePair::tell(const Schema& schema) {
    co_await rows_.provision(schema, false);
    co_await documents_.provision(schema, false);
}

Agreement LivePair::agreement_of(const Described& described) {
    Agreement agreed = app::agree(described.table, described.index, described.limits);
    const std::vector<std::string> grown = documents_.grown(agreed.schema);
    agreed.new_fields.insert(agreed.new_fields.end(), grown.begin(), grown.end());
    const bool may_map = plan_.shape.direction != sync::Direction::to_cassandra;
    const std::string budget = documents_.fields_budget(agreed.schema, may_map);
    if (!budget.empty()) agreed.schema.notes.push_back(budget);
    for (const std::string& note : agreed.schema.notes) {
        if (std::ranges::find(notes_, note) != notes_.end()) continue;
        log::info("note", {{"pair", plan_.name}, {"note", note}});
    }
    notes_ = agreed.schema.notes;
    return agreed;
}

Task<Schema> LivePair::agree() {
    const Described described = co_await describe();
    const Agreement agreed = agreement_of(described);
    const bool complete = described.table.exists && described.index.exists;
    // What a server leaves missing though it was asked for is not asked for again and again.
    const bool lacking = !complete || missing_of(agreed) != still_missing_;
    if (lacking) co_await make_what_is_missing();
    const bool indexed = co_await make_index();
    if (!lacking && !indexed) {
        co_await tell(agreed.schema);
        co_return agreed.schema;
    }
    const Agreement now = co_await look();
    still_missing_ = missing_of(now);
    co_return now.schema;
}

std::unique_ptr<sync::Context> LivePair::reading(const Agreement& agreed) {
    auto context = std::make_unique<sync::Context>(plan_.name, rows_, documents_, servers_.state(),
                                                   servers_.clock(),
                                                   pair_settings(servers_.config(), plan_).rules);
    context->schema = agreed.schema;
    context->rules.version_column = agreed.schema.version_precision.has_value();
    if (agreed.schema.version_precision)
        context->rules.column_precision = *agreed.schema.version_precision;
    context->rules.document_precision = agreed.schema.document_precision;
    return context;
}

Task<void> LivePair::make_what_is_missing() {
    co_await servers_.take_ddl_lease();
    std::exception_ptr failure;
    try {
        co_await provision();
    } catch (...) {
        failure = std::current_exception();
    }
    co_await servers_.give_ddl_lease_back();
    if (failure) std::rethrow_exception(failure);
}

/// For the `index` feed of a table that Duet made; after its first copy, which it would slow down.
Task<bool> LivePair::make_index() {
    const bool wanted = rows_.made_by_duet() && !rows_.missing_index().empty();
    if (!pair_.is_level() || !wanted || index_refused_) co_return false;
    log::info("making an index on the version column", {{"table", plan_.name}});
    co_await servers_.take_ddl_lease();
    std::exception_ptr failure;
    try {
        co_await rows_.make_index();
    } catch (const Misconfigured& error) {
        index_refused_ = true;
        log::warning("no index: the table is compared as a whole",
                     {{"table", plan_.name}, {"reason", error.what()}, {"remedy", error.hint()}});
    } catch (...) {
        failure = std::current_exception();
    }
    co_await servers_.give_ddl_lease_back();
    if (failure) std::rethrow_exception(failure);
    co_return true;
}

Task<void> LivePair::provision() {
    // Looked at again under the lease: another instance may have made it meanwhile.
    if (plan_.creates_keyspace) {
        std::string keyspace = plan_.keyspace;
        cassandra::Replication replication;
        co_await cassandra::ensure_keyspace(servers_.session(), std::move(keyspace),
                                            std::move(replication));
    }
    const Described described = co_await describe();
    const Agreement agreed = agreement_of(described);
    if (!described.table.exists) log::info("making table", {{"table", plan_.name}});
    if (described.table.exists && !agreed.new_columns.empty()) {
        log::info("adding columns",
                  {{"table", plan_.name}, {"columns", joined(agreed.new_columns)}});
    }
    co_await rows_.provision(agreed.schema, true);
    if (!described.index.exists) log::info("making index", {{"index", plan_.index}});
    if (described.index.exists && !agreed.new_fields.empty()) {
        log::info("adding fields", {{"index", plan_.index}, {"fields", joined(agreed.new_fields)}});
    }
    const bool may_map = plan_.shape.direction != sync::Direction::to_cassandra;
    co_await documents_.provision(agreed.schema, may_map);
}

}  // namespace duet::app
