#pragma once
// What a node says of its cassandra.yaml (system_views.settings).

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/task.hpp"
#include "cql/session.hpp"

namespace duet::cassandra {

/// Values as text, by name.
using ServerSettings = std::map<std::string, std::string>;

[[nodiscard]] Task<ServerSettings> server_settings(cql::Session& session);

/// The value under its name, or under the one that it had before 4.1, where it had no unit; empty:
/// under neither.
[[nodiscard]] std::string setting(const ServerSettings& settings, const std::string& name,
                                  const std::string& before, const char* unit);
[[nodiscard]] bool is_set(const ServerSettings& settings, const std::string& name,
                          std::string_view value);

/// Of "5KiB" or "4096MiB", as the server writes it; empty: of anything else.
[[nodiscard]] std::optional<std::uint64_t> bytes_of(std::string_view text);

}  // namespace duet::cassandra
