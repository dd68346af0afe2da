#include "stores/cassandra/batch_limits.hpp"

#include <algorithm>
#include <charconv>
#include <string>

#include "base/error.hpp"

namespace duet::cassandra {

BatchLimits read_batch_limits(const ServerSettings& settings) {
    BatchLimits limits;
    const auto size = [&settings](const std::string& name) {
        return bytes_of(setting(settings, name, name + "_in_kb", "KiB"));
    };
    if (const auto warns = size("batch_size_warn_threshold")) {
        const std::uint64_t bytes =
            std::min(*warns, size("batch_size_fail_threshold").value_or(*warns));
        limits.bytes = std::min<std::size_t>(bytes - bytes / 8, batch_bytes_most);
    }
    const std::string partitions =
        setting(settings, "unlogged_batch_across_partitions_warn_threshold", "", "");
    std::size_t rows = 0;
    const char* const end = partitions.data() + partitions.size();
    if (std::from_chars(partitions.data(), end, rows).ec == std::errc()) {
        limits.rows = std::clamp<std::size_t>(rows, 1, batch_rows_most);
    }
    return limits;
}

Task<BatchLimits> batch_limits(cql::Session& session) {
    BatchLimits limits;
    try {
        const ServerSettings settings = co_await server_settings(session);
        limits = read_batch_limits(settings);
    } catch (const Unavailable&) {
        throw;
    } catch (const Error&) {
        limits = BatchLimits{};  // a role without the right, or a server without the table
    }
    co_return limits;
}

}  // namespace duet::cassandra
