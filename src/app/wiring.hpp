#pragma once
// A configuration, said to each client, store and pair in its own words. Pure.

#include "app/config.hpp"
#include "app/discovery.hpp"
#include "cql/session.hpp"
#include "elastic/client.hpp"
#include "stores/cassandra/state.hpp"
#include "stores/cassandra/table.hpp"
#include "stores/elasticsearch/index.hpp"
#include "sync/pair.hpp"

namespace duet::app {

[[nodiscard]] cql::SessionOptions session_options(const CassandraConfig& config);
[[nodiscard]] elastic::ClientOptions client_options(const ElasticsearchConfig& config);
[[nodiscard]] StateOptions state_options(const StateConfig& config);
/// The journal outlives the table; nullptr: none is read.
[[nodiscard]] TableOptions table_options(const Config& config, const PairPlan& plan,
                                         journal::Journal* journal);
/// The positions outlive the index.
[[nodiscard]] IndexOptions index_options(const Config& config, const PairPlan& plan,
                                         elastic::PositionBoard& positions);
[[nodiscard]] sync::PairSettings pair_settings(const Config& config, const PairPlan& plan);

}  // namespace duet::app
