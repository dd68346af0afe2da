#include "app/wiring.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/hash.hpp"

namespace duet::app {

namespace {

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

std::uint64_t hash_of(const std::vector<FieldRule>& fields) {
    std::uint64_t hash = fnv1a("");
    for (const FieldRule& rule : fields) {
        for (const std::string& part : {rule.column, rule.field, rule.mapping})
            hash = fnv1a_next(part, hash);
    }
    return hash;
}

}  // namespace

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

TableOptions table_options(const Config& config, const PairPlan& plan, journal::Journal* journal) {
    return {.keyspace = plan.keyspace,
            .table = plan.table,
            .version_field = config.version_field,
            .journal = journal};
}

IndexOptions index_options(const Config& config, const PairPlan& plan,
                           elastic::PositionBoard& positions) {
    IndexOptions options;
    options.positions = &positions;
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

}  // namespace duet::app
