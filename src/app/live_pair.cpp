#include "app/live_pair.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "app/text.hpp"
#include "app/wiring.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "stores/cassandra/catalog.hpp"

namespace duet::app {

namespace {

std::vector<std::string> missing_of(const Agreement& agreed) {
    std::vector<std::string> missing = agreed.new_columns;
    missing.insert(missing.end(), agreed.new_fields.begin(), agreed.new_fields.end());
    return missing;
}

}  // namespace

LivePair::LivePair(Servers& servers, PairPlan plan)
    : servers_(servers),
      plan_(std::move(plan)),
      rows_(servers.session(), servers.clock(),
            table_options(servers.config(), plan_, servers.journal())),
      documents_(servers.client(), servers.clock(),
                 index_options(servers.config(), plan_, servers.positions())),
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
    Agreement now = co_await look();
    for (int tries = 0; tries < provision_tries && lacks_more_than_was_asked_for(now); ++tries) {
        co_await make_what_is_missing();
        now = co_await look();
    }
    still_missing_ = missing_of(now);
    co_return now.schema;
}

/// A mapping may get a field, or a table a column, while the other side is being made.
bool LivePair::lacks_more_than_was_asked_for(const Agreement& agreed) const {
    return std::ranges::any_of(missing_of(agreed), [this](const std::string& name) {
        return std::ranges::find(asked_for_, name) == asked_for_.end();
    });
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
    std::function<Task<void>()> work = [this] { return provision(); };
    co_await servers_.with_ddl_lease(std::move(work));
}

/// For the `index` feed of a table that Duet made; after its first copy, which it would slow down.
Task<bool> LivePair::make_index() {
    const bool wanted = rows_.made_by_duet() && !rows_.missing_index().empty();
    if (!pair_.is_level() || !wanted || index_refused_) co_return false;
    log::info("making an index on the version column", {{"table", plan_.name}});
    std::function<Task<void>()> work = [this] { return try_to_make_index(); };
    co_await servers_.with_ddl_lease(std::move(work));
    co_return true;
}

Task<void> LivePair::try_to_make_index() {
    try {
        co_await rows_.make_index();
    } catch (const Misconfigured& error) {
        index_refused_ = true;
        log::warning("no index: the table is compared as a whole",
                     {{"table", plan_.name}, {"reason", error.what()}, {"remedy", error.hint()}});
    }
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
    asked_for_ = missing_of(agreed);
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
