#pragma once
// What every measurement stands on: the program, the two servers, and tables to measure with.

#include <sys/types.h>

#include <filesystem>
#include <string>

#include "base/task.hpp"
#include "cql/session.hpp"
#include "elastic/client.hpp"

namespace duet::bench {

struct Setting {
    std::filesystem::path program;  // the duet that is measured
    std::filesystem::path folder;   // of configurations and outputs
    std::string cassandra;          // host:port
    std::string elasticsearch;      // url
    std::string cdc_directory;      // empty: no journal can be read
    pid_t cassandra_pid = 0;        // 0: not known
    pid_t elasticsearch_pid = 0;

    /// Processor seconds of both servers so far.
    [[nodiscard]] double servers_cpu() const;
};

/// Made anew for each phase: while a program is run, nobody minds the connections.
struct Clients {
    cql::Session session;
    elastic::Client client;

    explicit Clients(const Setting& setting);
};

/// Writes a configuration for one keyspace, with notes in a keyspace of their own; `general` goes
/// above its sections.
[[nodiscard]] std::filesystem::path write_configuration(const Setting& setting,
                                                        const std::string& keyspace,
                                                        const std::string& general = "");

const std::string notes_keyspace = "duet_bench_notes";

struct TableOptions {
    bool stamped = false;  // with a version column
    bool indexed = false;  // and an index on it
    bool journal = false;  // cdc = true
};

[[nodiscard]] Task<void> make_keyspace(cql::Session& session, std::string keyspace);
/// Drops the one that was there.
[[nodiscard]] Task<void> make_table(cql::Session& session, std::string keyspace, std::string table,
                                    TableOptions options);
[[nodiscard]] Task<void> drop_keyspace(cql::Session& session, std::string keyspace);

[[nodiscard]] std::string read_file(const std::filesystem::path& path);

}  // namespace duet::bench
