#include "app/config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>
#include <fstream>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

#include "app/config_section.hpp"
#include "app/glob.hpp"
#include "app/index_name.hpp"
#include "base/error.hpp"
#include "model/names.hpp"
#include "net/http_client.hpp"
#include "net/transport.hpp"
#include "stores/cassandra/types.hpp"

namespace duet::app {

using std::chrono::milliseconds;

namespace {

constexpr std::uint16_t cassandra_port = 9042;
constexpr std::uint16_t elasticsearch_port = 9200;

/// A name that is the same in CQL (quoted) and in JSON.
bool is_plain_name(std::string_view name) {
    return !name.empty() && name.size() <= 48 && std::ranges::all_of(name, [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
    });
}

void read_general(Section& top, Config& config) {
    constexpr milliseconds day{86'400'000};
    top.read("period", config.period, shortest_period, longest_period);
    milliseconds every{0};
    top.read("sweep_every", every, milliseconds(100), 30 * day);
    if (top.has("sweep_every")) config.sweep_every = every;
    top.read_share("sweep_share", config.sweep_share);
    top.read("max_clock_ahead", config.max_clock_ahead, milliseconds(0), day);
    milliseconds keep = config.keep_beaten;
    top.read("keep_beaten", keep, milliseconds(1'000),
             7'300 * day);  // Cassandra's longest TTL is 20 years
    config.keep_beaten = std::chrono::duration_cast<std::chrono::seconds>(keep);
    top.read("settled_limit", config.settled_limit, 1'000, 100'000'000);
    top.read("max_new_columns", config.max_new_columns, 0, 10'000);
    milliseconds at_most{0};
    top.read("refresh_at_most", at_most, milliseconds(100), day);
    if (top.has("refresh_at_most")) config.refresh_at_most = at_most;
    top.read("version_field", config.version_field);
    if (!is_plain_name(config.version_field)) {
        top.fail("version_field", "must be a name of letters, digits and underscores");
    }
    top.read("expiry_field", config.expiry_field);
    if (!is_plain_name(config.expiry_field) || config.expiry_field == config.version_field) {
        top.fail("expiry_field",
                 "must be a name of letters, digits and underscores, and not the version_field");
    }
    std::string journal = "auto";
    top.read_word("journal", journal, {"auto", "yes", "no"});
    if (journal == "yes") config.journal = JournalUse::yes;
    if (journal == "no") config.journal = JournalUse::no;
    top.read("journal_owner", config.journal_owner);
    std::string first = "cassandra";
    top.read_word("first_meeting", first, {"cassandra", "elasticsearch", "stop"});
    if (first == "elasticsearch") config.first_meeting = sync::FirstMeeting::elasticsearch;
    if (first == "stop") config.first_meeting = sync::FirstMeeting::stop;
}

void read_cassandra(Section section, CassandraConfig& config) {
    section.read("hosts", config.hosts);
    for (const std::string& host : config.hosts) {
        try {
            static_cast<void>(net::Endpoint::parse(host, cassandra_port));
        } catch (const UsageError& error) {
            section.fail("hosts",
                         fmt::format("has an address that cannot be used: {}", error.what()));
        }
    }
    section.read("username", config.username);
    section.read("password", config.password);
    if (section.has("password") && section.has("password_file")) {
        section.fail("password_file", "stands beside password: one of them must go");
    }
    section.read_secret("password_file", config.password);
    section.read("local_datacenter", config.local_datacenter);
    section.read_word(
        "consistency", config.consistency,
        {"one", "two", "three", "quorum", "all", "local_quorum", "each_quorum", "local_one"});
    section.read_path("cdc_directory", config.cdc_directory);
    section.finish();
}

void read_elasticsearch(Section section, ElasticsearchConfig& config) {
    section.read("urls", config.urls);
    for (const std::string& url : config.urls) {
        try {
            net::check_url(url);
        } catch (const UsageError& error) {
            section.fail("urls",
                         fmt::format("has an address that cannot be used: {}", error.what()));
        }
        if (!url.starts_with("http://")) {
            section.fail("urls", fmt::format("has \"{0}\", which lacks http://: "
                                             "write \"http://{0}\"",
                                             url));
        }
    }
    section.read("username", config.username);
    section.read("password", config.password);
    if (section.has("password") && section.has("password_file")) {
        section.fail("password_file", "stands beside password: one of them must go");
    }
    section.read_secret("password_file", config.password);
    section.read_secret("api_key_file", config.api_key);
    section.finish();
}

void read_state(Section section, StateConfig& config) {
    section.read("keyspace", config.keyspace);
    if (!is_plain_name(config.keyspace)) {
        section.fail("keyspace", "must be a name of letters, digits and underscores");
    }
    section.read("replication", config.replication);
    if (!config.replication.empty() &&
        !(config.replication.starts_with('{') && config.replication.ends_with('}'))) {
        section.fail("replication",
                     "must be a CQL map: \"{'class': 'NetworkTopologyStrategy', 'dc1': 3}\"");
    }
    section.finish();
}

void read_http(Section section, HttpConfig& config) {
    section.read("listen", config.listen);
    if (!config.listen.empty()) {
        try {
            static_cast<void>(net::Endpoint::parse(config.listen, http_port));
        } catch (const UsageError& error) {
            section.fail("listen", fmt::format("cannot be used: {}", error.what()));
        }
    }
    section.finish();
}

/// At such a level another copy may not have what this one acknowledged: it would look deleted.
bool may_miss_rows(const std::string& consistency) {
    return consistency == "one" || consistency == "local_one";
}

/// A field's mapping: a type's name, or a whole mapping in braces.
std::string read_mapping(Section& section) {
    std::string mapping;
    section.read("mapping", mapping);
    if (mapping.empty()) return mapping;
    if (mapping.front() != '{') {
        if (!is_plain_name(mapping)) {
            section.fail("mapping",
                         "must be a type of Elasticsearch (\"keyword\") or a mapping in braces");
        }
        return fmt::format(R"({{"type":"{}"}})", mapping);
    }
    boost::system::error_code problem;
    const boost::json::value parsed = boost::json::parse(mapping, problem);
    if (problem || !parsed.is_object() || !parsed.as_object().contains("type")) {
        section.fail("mapping", R"(must be a JSON object with a type: '{"type": "keyword"}')");
    }
    return mapping;
}

FieldRule read_field(Section section) {
    FieldRule rule;
    section.read("column", rule.column);
    if (rule.column.empty()) {
        section.missing("a [[pair.field]] needs a column: column = \"price\"");
    }
    section.read("field", rule.field);
    std::string type;
    section.read("type", type);
    if (!type.empty()) {
        rule.type = cassandra::parse_type(type, {});
        if (!rule.type) {
            section.fail("type", fmt::format("is \"{}\", which is no CQL type without user types: "
                                             "write \"text\", \"decimal\", \"list<int>\" ...",
                                             type));
        }
    }
    rule.mapping = read_mapping(section);
    section.finish();
    return rule;
}

/// No column twice, no two columns in one field, and the version field as it is.
void check_fields(const Section& section, const std::vector<FieldRule>& rules,
                  const std::string& version_field) {
    std::set<std::string> columns;
    std::set<std::string> fields;
    for (const FieldRule& rule : rules) {
        if (rule.column == version_field || rule.field == version_field) {
            section.fail("field", fmt::format("means the version field, {}, which has one name on "
                                              "both sides: version_field sets it",
                                              version_field));
        }
        if (column_to_field(field_to_column(rule.field)) != rule.field) {
            section.fail("field", fmt::format("gives column {} the field \"{}\", and no field can "
                                              "be called so: take a name without dots that is "
                                              "neither blank nor one that Elasticsearch keeps",
                                              rule.column, rule.field));
        }
        if (!columns.insert(rule.column).second) {
            section.fail("field", fmt::format("names column {} twice", rule.column));
        }
        if (!rule.field.empty() && !fields.insert(rule.field).second) {
            section.fail("field", fmt::format("gives the field {} to two columns", rule.field));
        }
    }
}

Shape read_shape(Section& section, const std::string& version_field) {
    Shape shape;
    section.read("columns", shape.columns);
    std::string direction = "both";
    section.read_word("direction", direction, {"both", "to_elasticsearch", "to_cassandra"});
    if (direction == "to_elasticsearch") shape.direction = sync::Direction::to_elasticsearch;
    if (direction == "to_cassandra") shape.direction = sync::Direction::to_cassandra;
    for (Section& field : section.sections("field")) shape.fields.push_back(read_field(field));
    check_fields(section, shape.fields, version_field);
    std::string deletes = "restore";
    section.read_word("deletes", deletes, {"restore", "propagate"});
    if (deletes == "propagate") shape.deletes = sync::Deletes::propagate;
    section.read_share("max_delete", shape.max_delete);
    return shape;
}

PairRule read_pair(Section section, const std::string& version_field) {
    PairRule rule;
    section.read("keyspace", rule.keyspace);
    if (rule.keyspace.empty()) section.missing("a [[pair]] needs a keyspace: keyspace = \"shop\"");
    if (!is_plain_name(rule.keyspace)) {
        section.fail("keyspace", "must be one keyspace's name; write a [[pair]] for each");
    }
    section.read("tables", rule.tables);
    section.read("index", rule.index);
    const bool one_table = rule.tables.size() == 1 && is_literal(rule.tables.front());
    if (const auto problem = pattern_problem(rule.index, one_table))
        section.fail("index", *problem);
    rule.shape = read_shape(section, version_field);
    section.finish();
    return rule;
}

}  // namespace

Config parse_config(const std::string& text, const std::string& name,
                    const std::filesystem::path& folder) {
    Config config;
    Section top = Section::parse(text, name, folder);
    read_general(top, config);
    read_cassandra(top.section("cassandra"), config.cassandra);
    if (config.journal == JournalUse::yes && config.cassandra.cdc_directory.empty()) {
        top.fail("journal", "needs the folder to read: cdc_directory in [cassandra]");
    }
    read_elasticsearch(top.section("elasticsearch"), config.elasticsearch);
    read_state(top.section("state"), config.state);
    read_http(top.section("http"), config.http);
    for (Section& pair : top.sections("pair")) {
        config.pairs.push_back(read_pair(pair, config.version_field));
        const bool propagates = config.pairs.back().shape.deletes == sync::Deletes::propagate;
        if (propagates && may_miss_rows(config.cassandra.consistency)) {
            pair.fail("deletes", "cannot be \"propagate\" with cassandra.consistency = \"" +
                                     config.cassandra.consistency +
                                     "\", which may not see every row: use \"local_quorum\"");
        }
    }
    top.finish();
    top.refuse();
    return config;
}

Config load_config(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    if (!stream.good() && !stream.eof()) {
        throw UsageError(fmt::format("{}: the configuration cannot be read", file.string()));
    }
    return parse_config(text, file.string(), file.parent_path());
}

std::optional<std::filesystem::path> find_config(
    const std::optional<std::filesystem::path>& named) {
    std::error_code ignored;  // a folder that may not be looked into holds no file for us
    if (named) {
        if (!std::filesystem::is_regular_file(*named, ignored)) {
            throw UsageError(fmt::format("{}: no such configuration file", named->string()));
        }
        return named;
    }
    for (const char* place : {"duet.toml", "/etc/duet/duet.toml"}) {
        if (std::filesystem::exists(place, ignored)) return place;
    }
    return std::nullopt;
}

bool only_loopback(const Config& config) {
    const auto is_loopback = [](std::string host) {
        std::ranges::transform(host, host.begin(),
                               [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        const bool is_ipv4 = host.find_first_not_of("0123456789.") == std::string::npos;
        return host == "localhost" || host == "::1" || (is_ipv4 && host.starts_with("127."));
    };
    const bool cassandra = std::ranges::all_of(config.cassandra.hosts, [&](const auto& host) {
        return is_loopback(net::Endpoint::parse(host, cassandra_port).host);
    });
    return cassandra && std::ranges::all_of(config.elasticsearch.urls, [&](const auto& url) {
               std::string authority = url.substr(url.find("://") + 3);
               authority = authority.substr(0, authority.find('/'));
               return is_loopback(net::Endpoint::parse(authority, elasticsearch_port).host);
           });
}

}  // namespace duet::app
