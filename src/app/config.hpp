#pragma once
// What a person can set: duet.toml, with built-in defaults for all of it (examples/duet.toml
// explains each key).

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "model/type.hpp"
#include "sync/rules.hpp"

namespace duet::app {

struct CassandraConfig {
    std::vector<std::string> hosts = {"127.0.0.1:9042"};
    std::string username;
    std::string password;          // or read from password_file
    std::string local_datacenter;  // empty: the first host's
    std::string consistency = "local_quorum";
    std::string cdc_directory;  // the node's cdc_raw, where Duet can read it; empty: no journal
    bool operator==(const CassandraConfig&) const = default;
};

struct ElasticsearchConfig {
    std::vector<std::string> urls = {"http://127.0.0.1:9200"};
    std::string username;
    std::string password;  // or read from password_file
    std::string api_key;   // read from api_key_file
    bool operator==(const ElasticsearchConfig&) const = default;
};

struct StateConfig {
    std::string keyspace = "duet";
    /// The CQL map of the keyspace's replication; empty: chosen from the servers (catalog.hpp).
    std::string replication;
    bool operator==(const StateConfig&) const = default;
};

/// Of `period`, in the file and on the command line.
constexpr std::chrono::milliseconds shortest_period{10};
constexpr std::chrono::milliseconds longest_period{86'400'000};

constexpr std::uint16_t http_port = 7380;  // where `listen` names none

struct HttpConfig {
    std::string listen;  // host:port; empty: off
    bool operator==(const HttpConfig&) const = default;
};

/// One [[pair.field]]: how a column stands in the documents.
struct FieldRule {
    std::string column;
    std::string field;         // its name there; empty: the column's
    std::optional<Type> type;  // of the column, where Duet adds it to the table
    std::string mapping;       // of the field, as JSON, where Duet adds it to the index
    bool operator==(const FieldRule&) const = default;
};

/// Whether the journal feed is used: `auto` where a stopped Duet cannot make Cassandra refuse
/// writes.
enum class JournalUse : std::uint8_t { automatic, yes, no };

/// What of its tables a [[pair]] takes, and which way.
struct Shape {
    std::vector<std::string> columns = {"*"};  // globs (glob.hpp)
    std::vector<FieldRule> fields;
    sync::Direction direction = sync::Direction::both;
    sync::Deletes deletes = sync::Deletes::restore;
    double max_delete = 0.2;  // part of the records, at one go
    bool operator==(const Shape&) const = default;
};

/// One [[pair]]: tables of a keyspace, and the names of their indices.
struct PairRule {
    std::string keyspace;
    std::vector<std::string> tables = {"*"};  // globs (glob.hpp)
    std::string index = "{keyspace}.{table}";
    Shape shape;
    bool operator==(const PairRule&) const = default;
};

struct Config {
    std::chrono::milliseconds period{1'000};
    std::string version_field = "updated_at";
    std::string expiry_field = "expires_at";
    /// Beside a faster feed; empty: as often as takes a hundredth of the time.
    std::optional<std::chrono::milliseconds> sweep_every;
    double sweep_share = 0.25;  // of the time, where the sweep is a table's only feed
    std::chrono::milliseconds max_clock_ahead{60'000};
    std::chrono::seconds keep_beaten{std::chrono::days(30)};
    std::size_t settled_limit = 100'000;  // documents remembered as settled, a pair
    std::optional<std::chrono::milliseconds>
        refresh_at_most;  // empty: by the index's own refresh_interval
    JournalUse journal = JournalUse::automatic;
    bool journal_owner = false;         // Duet deletes the segments that it is done with
    std::size_t max_new_columns = 100;  // a table
    sync::FirstMeeting first_meeting = sync::FirstMeeting::cassandra;
    CassandraConfig cassandra;
    ElasticsearchConfig elasticsearch;
    StateConfig state;
    HttpConfig http;
    std::vector<PairRule> pairs;  // none: every user keyspace

    bool operator==(const Config&) const = default;
};

/// Reads a file. Throws UsageError: "duet.toml:3:1: unknown key "perod": did you mean "period"?".
[[nodiscard]] Config load_config(const std::filesystem::path& file);
/// The same from text; `name` stands for the file in messages. Relative paths in it are taken from
/// `folder`.
[[nodiscard]] Config parse_config(const std::string& text, const std::string& name,
                                  const std::filesystem::path& folder);

/// The file to use: what --config named (which must exist), else duet.toml in this folder, else
/// /etc/duet/duet.toml; empty: there is none, the built-in defaults hold.
[[nodiscard]] std::optional<std::filesystem::path> find_config(
    const std::optional<std::filesystem::path>& named);

/// Both servers are on this machine: the only case in which "every keyspace" needs no --all.
[[nodiscard]] bool only_loopback(const Config& config);

}  // namespace duet::app
