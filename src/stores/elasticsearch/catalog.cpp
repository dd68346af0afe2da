#include "stores/elasticsearch/catalog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "stores/elasticsearch/answer.hpp"
#include "stores/elasticsearch/bulk_outcome.hpp"

namespace duet::elasticsearch {

namespace {

constexpr std::size_t name_limit = 255;  // bytes, Elasticsearch's own

struct Alias {
    std::vector<std::string> indices;
    bool filtered = false;
    bool routed = false;
};

Task<std::string> get(elastic::Client& client, std::string path) {
    try {
        elastic::Client::Reply reply = co_await client.request("GET", std::move(path));
        co_return std::move(reply.body);
    } catch (const elastic::RequestError& error) {
        rethrow(error, "*");
    }
}

bool is_true(const Json& value) { return value.text() == "true"; }

std::string sentence(const PairingProblem& problem) { return problem.what + ": " + problem.remedy; }

std::optional<PairingProblem> source_problem(const Json& settings, const Json& mappings) {
    const Json source = mappings["_source"];
    const std::string mode(settings.at("mode").text());
    if (mode == "time_series" || mode == "logsdb") {
        return PairingProblem{
            fmt::format("it is in {} mode, which does not keep documents as they were written",
                        mode),
            "reindex into an index of the standard mode"};
    }
    const bool synthetic = settings.at("mapping.source.mode").text() == "synthetic" ||
                           source["mode"].text() == "synthetic";
    if (synthetic)
        return PairingProblem{"its _source is synthetic", "reindex into an index that stores it"};
    if (source["enabled"].text() == "false" ||
        settings.at("mapping.source.mode").text() == "disabled") {
        return PairingProblem{"its _source is off",
                              "reindex from where the data came, with _source on"};
    }
    if (!source["excludes"].empty() || !source["includes"].empty()) {
        return PairingProblem{"its _source leaves fields out",
                              "reindex from where the data came, with a whole _source"};
    }
    return std::nullopt;
}

/// What _resolve/index tells of indices that GET does not.
std::map<std::string, std::string, std::less<>> attributes_of(const Json& resolved) {
    std::map<std::string, std::string, std::less<>> attributes;
    for (const Json index : resolved["indices"]) {
        attributes.emplace(index["name"].text(), index["attributes"].raw());
    }
    return attributes;
}

/// The alias as an index by its own name, where only one whole index stands behind it.
IndexInfo info_of(const std::string& name, const Alias& alias,
                  const std::vector<IndexInfo>& indices) {
    IndexInfo info;
    info.name = name;
    const auto refuse = [&info](const std::string& what) {
        info.problem = what + ": pair the index by its own name";
    };
    if (alias.indices.size() > 1) {
        refuse(fmt::format("it is an alias of {} indices", alias.indices.size()));
    } else if (alias.filtered) {
        refuse("it is an alias with a filter");
    } else if (alias.routed) {
        refuse("it is an alias with a routing");
    } else {
        info.stands_for = alias.indices.front();
        const auto index = std::ranges::find(indices, info.stands_for, &IndexInfo::name);
        if (index != indices.end() && index->problem)
            info.problem = fmt::format("it is an alias of {}: {}", index->name, *index->problem);
    }
    return info;
}

bool has(const std::string& attributes, std::string_view name) {
    return attributes.find("\"" + std::string(name) + "\"") != std::string::npos;
}

std::optional<std::string> attribute_problem(const std::string& attributes) {
    if (has(attributes, "system"))
        return "it is a system index of Elasticsearch: pair one of your own";
    if (has(attributes, "closed")) return "it is closed: open it with POST /<index>/_open";
    if (has(attributes, "frozen")) return "it is frozen: POST /<index>/_unfreeze, or reindex it";
    return std::nullopt;
}

}  // namespace

std::optional<PairingProblem> pairing_problem(const Json& index) {
    const Json settings =
        index["settings"]["index"].exists() ? index["settings"]["index"] : index["settings"];
    const Json mappings = index["mappings"];
    if (index["data_stream"].exists()) {
        return PairingProblem{
            fmt::format("it belongs to the data stream {}, which takes no updates",
                        index["data_stream"].text()),
            "reindex into an ordinary index"};
    }
    if (is_true(settings["hidden"]))
        return PairingProblem{"it is hidden", "set index.hidden to false"};
    if (is_true(settings["frozen"]))
        return PairingProblem{"it is frozen", "POST /<index>/_unfreeze, or reindex it"};
    if (is_true(settings.at("xpack.ccr.following_index"))) {
        return PairingProblem{"it follows an index of another cluster",
                              "pair that one, or POST /<index>/_ccr/unfollow"};
    }
    if (settings.at("store.type").text() == "snapshot") {
        return PairingProblem{"it is a searchable snapshot, which takes no writes",
                              "restore the snapshot"};
    }
    if (is_true(settings["disable_sequence_numbers"])) {
        return PairingProblem{
            "it has no sequence numbers, without which neither its changes can be told nor its "
            "documents be written unless they are still what was read",
            "reindex into an index without index.disable_sequence_numbers"};
    }
    const std::string_view pipeline = settings["final_pipeline"].text();
    if (!pipeline.empty() && pipeline != "_none") {
        return PairingProblem{
            fmt::format("its final pipeline {} changes what Duet writes", pipeline),
            "set index.final_pipeline to _none"};
    }
    if (is_true(mappings["_routing"]["required"])) {
        return PairingProblem{
            "its documents need a routing, and then an _id does not tell the shard",
            "reindex without \"_routing\": {\"required\": true}"};
    }
    return source_problem(settings, mappings);
}

Task<std::vector<IndexInfo>> list_indices(elastic::Client& client) {
    static_cast<void>(co_await client.version());  // nodes come and go: see hides_vectors()
    const std::string resolved_body =
        co_await get(client, "/_resolve/index/*?expand_wildcards=all");
    const std::string indices_body =
        co_await get(client,
                     "/_all?expand_wildcards=all&filter_path=*.aliases,*.settings.index.hidden,*."
                     "settings.index.frozen,"
                     "*.settings.index.xpack.ccr.following_index,*.settings.index.mode,*.settings."
                     "index.mapping.source.mode,*.settings.index.disable_sequence_numbers,"
                     "*.settings.index.final_pipeline,*.settings.index.store.type,*.settings.index."
                     "uuid,*.mappings._source,"
                     "*.mappings._routing,*.data_stream");
    const JsonDocument resolved = parse_answer(resolved_body, "*");
    const JsonDocument indices = parse_answer(indices_body, "*");
    const auto attributes = attributes_of(resolved.root());
    std::map<std::string, Alias> aliases;
    std::vector<IndexInfo> list;
    for (const Json index : indices.root()) {
        IndexInfo info;
        info.name = index.key();
        for (const Json alias : index["aliases"]) {
            info.aliases.emplace_back(alias.key());
            Alias& seen = aliases[info.aliases.back()];
            seen.indices.push_back(info.name);
            seen.filtered = seen.filtered || alias["filter"].exists();
            seen.routed =
                seen.routed || alias["index_routing"].exists() || alias["search_routing"].exists();
        }
        const auto told = attributes.find(info.name);
        if (told != attributes.end()) info.problem = attribute_problem(told->second);
        if (!info.problem && info.name.starts_with('.')) {
            info.problem =
                "its name begins with a dot, as those of Elasticsearch's own indices: give it "
                "another name";
        }
        if (const auto problem = pairing_problem(index); problem && !info.problem)
            info.problem = sentence(*problem);
        list.push_back(std::move(info));
    }
    const std::vector<IndexInfo> indices_alone = list;
    for (const auto& [name, alias] : aliases) list.push_back(info_of(name, alias, indices_alone));
    for (const Json stream : resolved.root()["data_streams"]) {
        list.push_back(IndexInfo{
            std::string(stream["name"].text()),
            {},
            {},
            "it is a data stream, which takes no updates: reindex into an ordinary index"});
    }
    std::sort(list.begin(), list.end(),
              [](const IndexInfo& left, const IndexInfo& right) { return left.name < right.name; });
    co_return list;
}

std::optional<std::string> index_name_problem(std::string_view name) {
    const auto refused = [&](std::string_view why) {
        return fmt::format("Elasticsearch takes no index named \"{}\": {}", name, why);
    };
    if (name.empty()) return refused("it is empty");
    if (name.size() > name_limit) return refused("it is longer than 255 bytes");
    if (std::any_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; })) {
        return refused("it has upper-case letters");
    }
    if (std::string_view("-_+").find(name.front()) != std::string_view::npos) {
        return refused("it begins with one of - _ +");
    }
    if (name == "." || name == "..") return refused("it is . or ..");
    if (name.find_first_of("\\/*?\"<>| ,#:") != std::string_view::npos) {
        return refused("it has one of the characters \\ / * ? \" < > | , # : or a blank");
    }
    return std::nullopt;
}

}  // namespace duet::elasticsearch
