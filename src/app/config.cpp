#include "app/config.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <map>
#include <string_view>
#include <utility>

#include "app/duration.hpp"
#include "app/glob.hpp"
#include "app/index_name.hpp"
#include "app/nearest.hpp"
#include "base/error.hpp"
#include "net/transport.hpp"

namespace duet::app {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t secret_limit = 64U << 10;  // bytes of a password file
constexpr std::uint16_t cassandra_port = 9042;
constexpr std::uint16_t elasticsearch_port = 9200;

/// Where the text comes from: what messages begin with, and what relative paths start from.
class Origin {
public:
    Origin(std::string name, std::filesystem::path folder)
        : name_(std::move(name)), folder_(std::move(folder)) {}

    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

    [[noreturn]] void fail(const toml::source_region& where, const std::string& what) const {
        throw UsageError(at(where, what));
    }
    /// A mistake beside which others can be looked for: refuse() names them all.
    void note(const toml::source_region& where, const std::string& what) {
        noted_[{where.begin.line, where.begin.column}] = at(where, what);
    }
    void refuse() const {
        std::string all;
        for (const auto& [place, text] : noted_) all += (all.empty() ? "" : "\n") + text;
        if (!all.empty()) throw UsageError(all);
    }

private:
    std::string name_;
    std::filesystem::path folder_;
    std::map<std::pair<toml::source_index, toml::source_index>, std::string> noted_;  // by place

    [[nodiscard]] std::string at(const toml::source_region& where, const std::string& what) const {
        return fmt::format("{}:{}:{}: {}", name_, where.begin.line, where.begin.column, what);
    }
};

std::string quoted_list(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

/// One table of the file. Each key is asked for by name; finish() notes the keys that nobody
/// asked for.
class Section {
public:
    Section(Origin& origin, const toml::table* table, std::string title,
            const Section* top = nullptr)
        : origin_(origin), table_(table), title_(std::move(title)), top_(top) {}

    [[noreturn]] void fail(std::string_view key, const std::string& what) const {
        origin_.fail(find(key)->source(), fmt::format("{} {}", path(key), what));
    }

    bool has(std::string_view key) const { return find(key) != nullptr; }

    void read(std::string_view key, std::string& into) {
        if (const toml::node* node = take(key)) into = text_of(*node, path(key));
    }

    void read(std::string_view key, std::vector<std::string>& into) {
        const toml::node* node = take(key);
        if (node == nullptr) return;
        const toml::array* array = node->as_array();
        if (array == nullptr) fail(key, "must be a list of strings, such as [\"…\"]");
        if (array->empty()) fail(key, "must not be empty: leave the line out for the default");
        into.clear();
        for (const toml::node& element : *array) {
            into.push_back(text_of(element, "every element of " + path(key)));
        }
    }

    void read(std::string_view key, std::size_t& into, std::int64_t least, std::int64_t most) {
        const toml::node* node = take(key);
        if (node == nullptr) return;
        const auto number = node->as_integer();
        if (number == nullptr || number->get() < least || number->get() > most) {
            fail(key, fmt::format("must be a whole number from {} to {}", least, most));
        }
        into = static_cast<std::size_t>(number->get());
    }

    void read_share(std::string_view key, double& into) {
        const toml::node* node = take(key);
        if (node == nullptr) return;
        const auto number = node->value<double>();
        if (node->is_boolean() || !number || !(*number > 0 && *number <= 1)) {
            fail(key, "must be a number above 0, at most 1, such as 0.25");
        }
        into = *number;
    }

    void read(std::string_view key, milliseconds& into, milliseconds least, milliseconds most) {
        const toml::node* node = take(key);
        if (node == nullptr) return;
        const auto text = node->value_exact<std::string>();
        const auto duration = text ? parse_duration(*text) : std::nullopt;
        if (!duration) {
            fail(key, "must be a duration in quotes, such as \"200ms\", \"1s\", \"5m\" or \"30d\"");
        }
        if (*duration < least || *duration > most) {
            fail(key, fmt::format("must lie between {} and {}", format_duration(least),
                                  format_duration(most)));
        }
        into = *duration;
    }

    /// One of these words.
    void read_word(std::string_view key, std::string& into, const std::vector<std::string>& valid) {
        const toml::node* node = take(key);
        if (node == nullptr) return;
        const std::string word = text_of(*node, path(key));
        if (std::ranges::find(valid, word) == valid.end()) {
            const auto near = nearest(word, valid);
            fail(key, near ? fmt::format("cannot be \"{}\": did you mean \"{}\"?", word, *near)
                           : fmt::format("must be one of: {}", quoted_list(valid)));
        }
        into = word;
    }

    /// A file whose first line is the secret.
    void read_secret(std::string_view key, std::string& into) {
        const toml::node* node = take(key);
        if (node == nullptr) return;
        const std::filesystem::path file = origin_.folder() / text_of(*node, path(key));
        std::ifstream stream(file);
        std::string line;
        if (!stream || !std::getline(stream, line) || line.empty() || line.size() > secret_limit) {
            fail(key, fmt::format("names {}, which cannot be read or whose first line is empty",
                                  file.string()));
        }
        if (line.back() == '\r') line.pop_back();
        into = line;
    }

    [[nodiscard]] Section section(std::string_view key) {
        const toml::node* node = take(key);
        if (node != nullptr && !node->is_table())
            fail(key, fmt::format("must be a table: [{}]", path(key)));
        return {origin_, node == nullptr ? nullptr : node->as_table(), path(key), this};
    }

    [[nodiscard]] std::vector<Section> sections(std::string_view key) {
        std::vector<Section> all;
        const toml::node* node = take(key);
        if (node == nullptr) return all;
        const toml::array* array = node->as_array();
        if (array == nullptr || !array->is_homogeneous(toml::node_type::table)) {
            fail(key, fmt::format("must be written as [[{}]], once for each", path(key)));
        }
        for (const toml::node& element : *array)
            all.emplace_back(origin_, element.as_table(), path(key), this);
        return all;
    }

    [[noreturn]] void missing(const std::string& what) const {
        origin_.fail(table_->source(), what);
    }

    void finish() const {
        if (table_ == nullptr) return;
        for (const auto& [key, node] : *table_) {
            const std::string name(key.str());
            if (std::ranges::find(asked_, name) != asked_.end()) continue;
            origin_.note(key.source(),
                         fmt::format("unknown key \"{}\"{}{}", name,
                                     title_.empty() ? "" : " in [" + title_ + "]", advice(name)));
        }
    }

private:
    [[nodiscard]] std::string advice(const std::string& key) const {
        if (const auto near = nearest(key, asked_)) return ": did you mean \"" + *near + "\"?";
        // What stands below a [section] belongs to it: easily forgotten when a line is added.
        const auto general = top_ == nullptr ? std::nullopt : nearest(key, top_->asked_);
        if (general) return ": \"" + *general + "\" belongs above the first [section]";
        return "; the keys here are: " + quoted_list(asked_);
    }

    [[nodiscard]] const toml::node* find(std::string_view key) const {
        return table_ == nullptr ? nullptr : table_->get(key);
    }

    const toml::node* take(std::string_view key) {
        asked_.emplace_back(key);
        return find(key);
    }

    [[nodiscard]] std::string path(std::string_view key) const {
        return title_.empty() ? std::string(key) : fmt::format("{}.{}", title_, key);
    }

    [[nodiscard]] std::string text_of(const toml::node& node, const std::string& what) const {
        const auto text = node.value_exact<std::string>();
        if (!text) origin_.fail(node.source(), what + " must be a string in quotes");
        return *text;
    }

    Origin& origin_;
    const toml::table* table_;  // nullptr: not in the file
    std::string title_;
    const Section* top_;  // nullptr: this is it
    std::vector<std::string> asked_;
};

/// A name that is the same in CQL (quoted) and in JSON.
bool is_plain_name(std::string_view name) {
    return !name.empty() && name.size() <= 48 && std::ranges::all_of(name, [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
    });
}

void read_general(Section& top, Config& config) {
    constexpr milliseconds day{86'400'000};
    top.read("period", config.period, milliseconds(10), day);
    top.read("sweep_every", config.sweep_every, milliseconds(100), 30 * day);
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
    section.finish();
}

void read_elasticsearch(Section section, ElasticsearchConfig& config) {
    section.read("urls", config.urls);
    for (const std::string& url : config.urls) {
        if (url.starts_with("https://")) {
            section.fail("urls", "has an https address: TLS is not supported yet, use http://");
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

PairRule read_pair(Section section) {
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
    section.finish();
    return rule;
}

}  // namespace

Config parse_config(const std::string& text, const std::string& name,
                    const std::filesystem::path& folder) {
    Origin origin(name, folder);
    toml::table file;
    try {
        file = toml::parse(text, name);
    } catch (const toml::parse_error& error) {
        origin.fail(error.source(), std::string(error.description()));
    }
    Config config;
    Section top(origin, &file, "");
    read_general(top, config);
    read_cassandra(top.section("cassandra"), config.cassandra);
    read_elasticsearch(top.section("elasticsearch"), config.elasticsearch);
    read_state(top.section("state"), config.state);
    read_http(top.section("http"), config.http);
    for (Section& pair : top.sections("pair")) config.pairs.push_back(read_pair(pair));
    top.finish();
    origin.refuse();
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
