#pragma once
// The tables of the state keyspace.

#include <string>
#include <vector>

namespace duet::cassandra {

/// CREATE TABLE IF NOT EXISTS for each, in the state keyspace of this name.
[[nodiscard]] std::vector<std::string> state_tables(const std::string& keyspace);
/// Their names.
[[nodiscard]] const std::vector<std::string>& state_table_names();

}  // namespace duet::cassandra
