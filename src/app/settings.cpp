#include "app/settings.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "net/http_client.hpp"
#include "net/transport.hpp"

namespace duet::app {

namespace {

void apply(const CommonOptions& options, Config& config) {
    if (options.period) config.period = *options.period;
    if (!options.cassandra.empty()) config.cassandra.hosts = options.cassandra;
    if (!options.elasticsearch.empty()) config.elasticsearch.urls = options.elasticsearch;
    for (const std::string& host : options.cassandra) {
        try {
            static_cast<void>(net::Endpoint::parse(host, 9042));
        } catch (const UsageError& error) {
            throw UsageError(fmt::format("--cassandra cannot be \"{}\": {}", host, error.what()));
        }
    }
    for (const std::string& url : options.elasticsearch) {
        try {
            net::check_url(url);
        } catch (const UsageError& error) {  // without the address: it may hold a password
            throw UsageError(fmt::format("--elasticsearch cannot be used: {}", error.what()));
        }
        if (url.starts_with("http://")) continue;
        throw UsageError(
            fmt::format("--elasticsearch cannot be \"{0}\": write \"http://{0}\"", url));
    }
}

}  // namespace

Settings load_settings(const CommonOptions& options) {
    Settings settings;
    settings.options = options;
    settings.file = find_config(options.config);
    if (settings.file) settings.config = load_config(*settings.file);
    apply(options, settings.config);
    return settings;
}

bool may_pair_everything(const Settings& settings) {
    return settings.options.all || !settings.config.pairs.empty() || only_loopback(settings.config);
}

}  // namespace duet::app
