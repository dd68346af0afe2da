#include "stores/cassandra/server_settings.hpp"

#include <array>
#include <charconv>
#include <utility>
#include <vector>

#include "stores/cassandra/cells.hpp"

namespace duet::cassandra {

Task<ServerSettings> server_settings(cql::Session& session) {
    std::string cql = "SELECT name, value FROM system_views.settings";
    const std::vector<cql::Rows> pages = co_await query_all(session, std::move(cql));
    ServerSettings settings;
    for (const cql::Rows& rows : pages) {
        for (std::size_t row = 0; row < rows.size(); ++row) {
            settings[text_cell(rows, row, "name")] = text_cell(rows, row, "value");
        }
    }
    co_return settings;
}

std::string setting(const ServerSettings& settings, const std::string& name,
                    const std::string& before, const char* unit) {
    const auto found = settings.find(name);
    if (found != settings.end()) return found->second;
    const auto old = settings.find(before);
    return old == settings.end() ? std::string() : old->second + unit;
}

bool is_set(const ServerSettings& settings, const std::string& name, std::string_view value) {
    const auto found = settings.find(name);
    return found != settings.end() && found->second == value;
}

std::optional<std::uint64_t> bytes_of(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, unsigned>, 4> units{
        {{"B", 0}, {"KiB", 10}, {"MiB", 20}, {"GiB", 30}}};
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return std::nullopt;
    const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    for (const auto& [name, power] : units) {
        if (unit == name) return std::uint64_t{number} << power;
    }
    return std::nullopt;
}

}  // namespace duet::cassandra
