#include "elastic/answers.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "base/hash.hpp"
#include "elastic/index.hpp"

namespace duet::elastic {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t excerpt_bytes = 300;  // of an answer, in a message

std::string excerpt(std::string_view body) {
    std::string text(body.substr(0, excerpt_bytes));
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text + (body.size() > excerpt_bytes ? " ..." : "");
}

/// Throws what simdjson reports as a ProtocolError with the start of the answer.
template <class Read>
auto reading(std::string_view what, std::string_view body, Read&& read) {
    try {
        dom::parser parser;
        const simdjson::padded_string padded(body);
        return read(parser.parse(padded).value());
    } catch (const simdjson::simdjson_error& error) {
        throw ProtocolError(
            fmt::format("Elasticsearch's answer to {}: {}: {}", what, error.what(), excerpt(body)));
    }
}

std::string text_of(const simdjson::simdjson_result<dom::element>& found) {
    return std::string(found.get_string().value());
}

std::string text_or_empty(const simdjson::simdjson_result<dom::element>& found) {
    std::string_view text;
    return found.get_string().get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

std::int64_t number_or(const simdjson::simdjson_result<dom::element>& found, std::int64_t other) {
    std::int64_t number = 0;
    return found.get_int64().get(number) == simdjson::SUCCESS ? number : other;
}

/// The reason, and what it was caused by: the second often says which value was wrong.
std::string full_reason(const dom::element& error) {
    std::string reason = text_or_empty(error["reason"]);
    const std::string cause = text_or_empty(error["caused_by"]["reason"]);
    if (!cause.empty() && reason.find(cause) == std::string::npos) reason += ": " + cause;
    return reason;
}

BulkItem parse_item(const dom::element& element) {
    const dom::object operation = element.get_object().value();
    if (operation.size() == 0) throw simdjson::simdjson_error(simdjson::NO_SUCH_FIELD);
    const dom::element outcome = (*operation.begin()).value;
    BulkItem item;
    item.status = static_cast<int>(std::int64_t(outcome["status"]));
    item.seq_no = number_or(outcome["_seq_no"], -1);
    item.primary_term = number_or(outcome["_primary_term"], 0);
    dom::element error;
    if (outcome["error"].get(error) == simdjson::SUCCESS) {
        item.error_type = text_or_empty(error["type"]);
        item.error_reason = full_reason(error);
    }
    if (item.status >= 300 && item.error_type.empty()) item.error_type = "unknown";
    return item;
}

std::vector<int> version_parts(std::string_view version) {
    std::vector<int> parts;
    const char* at = version.data();
    const char* const end = at + version.size();
    while (at < end) {
        int number = 0;
        const auto [stop, error] = std::from_chars(at, end, number);
        if (error != std::errc{}) break;
        parts.push_back(number);
        at = stop < end && *stop == '.' ? stop + 1 : end;
    }
    return parts;
}

dom::element only_value(const dom::object& object, const char* what) {
    if (object.size() != 1) {
        throw Misconfigured(
            fmt::format("{}: {} indices answer where one was asked for", what, object.size()),
            "name one index, or an alias of one");
    }
    return (*object.begin()).value;
}

int number_of(std::string_view text) {
    int number = -1;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || stop != end) {
        throw simdjson::simdjson_error(simdjson::NUMBER_ERROR);
    }
    return number;
}

struct PrimaryShard {
    ShardPosition position;
    std::string history_uuid;
};

PrimaryShard parse_primary(int number, const dom::element& copy) {
    const dom::element seq_no = copy["seq_no"].value();
    return {.position = {.shard = number,
                         .max_seq_no = seq_no["max_seq_no"],
                         .global_checkpoint = seq_no["global_checkpoint"]},
            .history_uuid = text_of(copy["commit"]["user_data"]["history_uuid"])};
}

/// Each shard has a history of its own: another one of any of them must show.
std::string joint_history(const std::map<int, PrimaryShard>& primaries) {
    if (primaries.size() == 1) return primaries.begin()->second.history_uuid;
    std::uint64_t hash = fnv1a("");
    for (const auto& [number, primary] : primaries) hash = fnv1a(primary.history_uuid + ",", hash);
    return fmt::format("{}-{:016x}", primaries.size(), hash);
}

/// Empty: it has a shard without an active primary.
std::optional<IndexPosition> read_position(const dom::element& index) {
    std::map<int, PrimaryShard> primaries;
    dom::object shards;
    if (index["shards"].get(shards) == simdjson::SUCCESS) {
        for (const auto& [key, copies] : shards) {
            const int number = number_of(key);
            const dom::array named = copies.get_array().value();  // a loop would not keep it alive
            for (const dom::element copy : named) {
                if (!bool(copy["routing"]["primary"])) continue;
                dom::element seq_no;  // a shard that recovers has none yet
                if (copy["seq_no"].get(seq_no) != simdjson::SUCCESS) continue;
                primaries.emplace(number, parse_primary(number, copy));
            }
        }
    }
    IndexPosition position;
    position.index_uuid = text_of(index["uuid"]);
    for (const auto& [number, primary] : primaries) {
        if (number != static_cast<int>(position.shards.size())) break;
        position.shards.push_back(primary.position);
    }
    if (primaries.empty() || position.shards.size() != primaries.size()) return std::nullopt;
    position.history_uuid = joint_history(primaries);
    return position;
}

}  // namespace

ErrorAnswer parse_error(std::string_view body) {
    ErrorAnswer answer;
    dom::parser parser;
    const simdjson::padded_string padded(body);
    dom::element error;
    if (parser.parse(padded)["error"].get(error) == simdjson::SUCCESS) {
        answer.type = text_or_empty(error["type"]);
        answer.reason =
            error.is_string() ? std::string(error.get_string().value()) : full_reason(error);
        const std::string root = text_or_empty(error["root_cause"].at(0)["reason"]);
        if (!root.empty() && answer.reason.find(root) == std::string::npos) {
            answer.reason += ": " + root;
        }
    }
    if (answer.reason.empty()) answer.reason = excerpt(body);
    return answer;
}

std::vector<BulkItem> parse_bulk(std::string_view body) {
    return reading("_bulk", body, [](const dom::element& answer) {
        std::vector<BulkItem> items;
        const dom::array outcomes = answer["items"].get_array().value();
        items.reserve(outcomes.size());
        for (const dom::element outcome : outcomes) items.push_back(parse_item(outcome));
        return items;
    });
}

std::string parse_lowest_version(std::string_view body) {
    return reading("_nodes", body, [](const dom::element& answer) {
        std::string lowest;
        const dom::object nodes = answer["nodes"].get_object().value();
        for (const auto& [id, node] : nodes) {
            const std::string version = text_of(node["version"]);
            if (lowest.empty() || version_parts(version) < version_parts(lowest)) lowest = version;
        }
        return lowest;
    });
}

bool is_at_least(std::string_view version, int major, int minor) {
    return version_parts(version) >= std::vector<int>{major, minor};
}

std::vector<std::int64_t> parse_node_times(std::string_view body) {
    return reading("_nodes/stats", body, [](const dom::element& answer) {
        std::vector<std::int64_t> times;
        const dom::object nodes = answer["nodes"].get_object().value();
        for (const auto& [id, node] : nodes) times.push_back(node["timestamp"].get_int64().value());
        return times;
    });
}

void parse_refresh(std::string_view body) {
    reading("_refresh", body, [](const dom::element& answer) {
        if (number_or(answer["_shards"]["failed"], 0) != 0)
            throw Unavailable("Elasticsearch could not refresh every copy of every shard");
        return 0;
    });
}

std::uint64_t parse_count(std::string_view body) {
    return reading("_count", body, [](const dom::element& answer) {
        if (number_or(answer["_shards"]["failed"], 0) != 0) {
            throw Unavailable("Elasticsearch could not count in every shard");
        }
        const std::uint64_t documents = answer["count"];
        return documents;
    });
}

std::uint64_t parse_deletes(std::string_view body) {
    return reading("_stats", body, [](const dom::element& answer) {
        const std::uint64_t deletes = answer["_all"]["primaries"]["indexing"]["delete_total"];
        return deletes;
    });
}

std::string parse_member(std::string_view body, std::string_view name) {
    return reading(name, body,
                   [name](const dom::element& answer) { return text_of(answer[name]); });
}

int parse_shard_count(std::string_view body) {
    return reading("_settings", body, [](const dom::element& answer) {
        const dom::element index = only_value(answer.get_object().value(), "_settings");
        return number_of(index["settings"]["index"]["number_of_shards"]);
    });
}

IndexPosition parse_position(std::string_view stats) {
    return reading("_stats", stats, [](const dom::element& answer) {
        const dom::object indices = answer["indices"].get_object().value();
        auto position = read_position(only_value(indices, "_stats"));
        if (!position) throw Unavailable("the index has a shard without an active primary");
        return std::move(*position);
    });
}

std::map<std::string, IndexPosition> parse_positions(std::string_view stats) {
    return reading("_stats", stats, [](const dom::element& answer) {
        std::map<std::string, IndexPosition> positions;
        dom::object indices;  // missing where none of those asked for is there
        if (answer["indices"].get(indices) != simdjson::SUCCESS) return positions;
        for (const auto& [name, index] : indices) {
            if (auto position = read_position(index))
                positions.emplace(std::string(name), std::move(*position));
        }
        return positions;
    });
}

}  // namespace duet::elastic
