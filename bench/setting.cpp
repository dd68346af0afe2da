#include "setting.hpp"

#include <fmt/format.h>

#include <fstream>
#include <utility>

#include "process.hpp"
#include "records.hpp"
#include "stores/cassandra/statements.hpp"

namespace duet::bench {
namespace {

cql::SessionOptions session_options(const Setting& setting) {
    cql::SessionOptions options;
    options.hosts = {setting.cassandra};
    return options;
}

elastic::ClientOptions client_options(const Setting& setting) {
    elastic::ClientOptions options;
    options.urls = {setting.elasticsearch};
    return options;
}

}  // namespace

double Setting::servers_cpu() const {
    return cpu_seconds(cassandra_pid) + cpu_seconds(elasticsearch_pid);
}

Clients::Clients(const Setting& setting)
    : session(session_options(setting)), client(client_options(setting)) {}

std::filesystem::path write_configuration(const Setting& setting, const std::string& keyspace,
                                          const std::string& general) {
    std::filesystem::path path = setting.folder / (keyspace + ".toml");
    const std::string journal =
        setting.cdc_directory.empty()
            ? ""
            : fmt::format("cdc_directory = \"{}\"\n", setting.cdc_directory);
    std::ofstream(path) << fmt::format(
        "{}[cassandra]\nhosts = [\"{}\"]\n{}[elasticsearch]\nurls = [\"{}\"]\n"
        "[state]\nkeyspace = \"{}\"\n[[pair]]\nkeyspace = \"{}\"\n",
        general, setting.cassandra, journal, setting.elasticsearch, notes_keyspace, keyspace);
    return path;
}

Task<void> make_keyspace(cql::Session& session, std::string keyspace) {
    std::string make = fmt::format(
        "CREATE KEYSPACE IF NOT EXISTS {} WITH replication = "
        "{{'class': 'SimpleStrategy', 'replication_factor': 1}}",
        keyspace);
    co_await session.query(std::move(make));
}

Task<void> make_table(cql::Session& session, std::string keyspace, std::string table,
                      TableOptions options) {
    co_await make_keyspace(session, keyspace);
    const std::string name = cassandra::table_name(keyspace, table);
    std::string drop = "DROP TABLE IF EXISTS " + name;
    co_await session.query(std::move(drop));
    std::string create = "CREATE TABLE " + name + " (id uuid PRIMARY KEY";
    for (const Column& column : columns())
        create += ", " + cassandra::quoted(column.name) + " " + to_cql(column.type);
    create += options.stamped ? ", updated_at timestamp)" : ")";
    if (options.journal) create += " WITH cdc = true";
    co_await session.query(std::move(create));
    if (options.indexed) {
        std::string index =
            "CREATE CUSTOM INDEX ON " + name + " (updated_at) USING 'StorageAttachedIndex'";
        co_await session.query(std::move(index));
    }
    co_await session.await_schema_agreement();
}

Task<void> drop_keyspace(cql::Session& session, std::string keyspace) {
    std::string drop = "DROP KEYSPACE IF EXISTS " + keyspace;
    co_await session.query(std::move(drop));
}

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace duet::bench
