#include "stores/elasticsearch/index.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/error.hpp"
#include "elastic/index.hpp"
#include "model/names.hpp"
#include "stores/elasticsearch/answer.hpp"
#include "stores/elasticsearch/bulk_outcome.hpp"
#include "stores/elasticsearch/catalog.hpp"
#include "stores/elasticsearch/writer.hpp"

namespace duet {

using namespace elasticsearch;

namespace {

constexpr std::size_t first_sample_page = 20;  // documents, before their size is known
constexpr std::size_t sample_page_bytes = 2U << 20;

/// The one index that an answer to GET /<name> describes.
Json only_index(const Json& root, const std::string& name) {
    if (root.size() != 1) {
        throw Misconfigured(
            fmt::format("index {}: the name stands for {} indices", name, root.size()),
            "pair each index by its own name");
    }
    return *root.begin();
}

void check(const Json& index, const std::string& name) {
    if (const auto problem = pairing_problem(index)) {
        throw Misconfigured(fmt::format("index {}: {}", name, problem->what), problem->remedy);
    }
}

/// Documents may have fields that are not mapped. (A strict mapping takes no such documents.)
bool hides_fields(const Json& mappings) {
    const std::string_view dynamic = mappings["dynamic"].text();
    return dynamic == "false" || dynamic == "runtime" || mappings["enabled"].text() == "false";
}

constexpr std::size_t field_name_limit = 512;  // characters, Elasticsearch's own

void check_names(const std::vector<Column>& fields, const std::string& index) {
    for (const Column& field : fields) {
        if (field.name.size() <= field_name_limit) continue;
        throw Misconfigured(
            fmt::format("index {}: the field of the column {:.64}... would have a name longer than "
                        "{} bytes",
                        index, field_to_column(field.name), field_name_limit),
            "leave the column out of the pair (columns)");
    }
}

/// Every field of a document: the key's columns too, where the `_id` is made of several.
std::vector<Column> fields_of(const Schema& schema) {
    std::vector<Column> fields;
    if (schema.key.is_composite()) {
        for (const KeyColumn& column : schema.key.columns()) {
            fields.push_back({column.name, column.type});
        }
    }
    fields.insert(fields.end(), schema.columns.begin(), schema.columns.end());
    return fields;
}

void append_property(std::string& out, std::string_view name, std::string_view mapping) {
    if (!out.empty()) out += ',';
    elastic::append_json_string(out, name);
    out += ':';
    out += mapping;
}

std::string version_mapping() {
    // A version before 1970 is stored all the same, only not indexed.
    return R"({"type":"date_nanos","ignore_malformed":true})";
}

/// Empty: the index has none.
std::string expiry_field_of(const Json& properties, const std::string& name) {
    for (const std::string& candidate : {"_" + name, name}) {
        if (is_expiry_field(properties[candidate])) return candidate;
    }
    return {};
}

/// "1s", "500ms", "-1": whether it is longer than a second.
bool is_slow(std::string_view interval) {
    if (interval.empty()) return false;
    std::int64_t number = 0;
    const char* last = interval.data() + interval.size();
    const auto [end, error] = std::from_chars(interval.data(), last, number);
    if (error != std::errc{}) return false;
    const std::string_view unit(end, static_cast<std::size_t>(last - end));
    if (number < 0 || unit == "m" || unit == "h" || unit == "d") return true;
    if (unit == "s") return number > 1;
    return unit == "ms" && number > 1'000;
}

std::size_t window_of(const Json& settings) {
    const std::int64_t window = settings["max_result_window"].integer_or(ElasticIndex::most_hits);
    return static_cast<std::size_t>(std::clamp<std::int64_t>(window, 1, ElasticIndex::most_hits));
}

std::size_t fields_limit_of(const Json& settings) {
    const std::int64_t limit =
        settings.at("mapping.total_fields.limit").integer_or(ElasticIndex::default_fields_limit);
    return static_cast<std::size_t>(std::max<std::int64_t>(limit, 1));
}

std::size_t count_of(std::string_view text, std::string_view part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos;
         at = text.find(part, at + 1))
        ++count;
    return count;
}

}  // namespace

ElasticIndex::ElasticIndex(elastic::Client& client, const Clock& clock, IndexOptions options)
    : client_(client), clock_(clock), options_(std::move(options)), names_(options_.fields) {}

ElasticIndex::~ElasticIndex() = default;

Task<std::optional<std::string>> ElasticIndex::load() {
    std::string path = "/" + elastic::escape_segment(options_.index);
    try {
        elastic::Client::Reply reply =
            co_await client_.request("GET", std::move(path), std::string(), true, true);
        if (reply.status == 404) co_return std::nullopt;
        co_return std::move(reply.body);
    } catch (const elastic::RequestError& error) {
        rethrow(error, options_.index);
    }
}

Task<Schema> ElasticIndex::describe() {
    Schema schema;
    schema.name = options_.index;
    const std::optional<std::string> body = co_await load();
    if (!body) {
        sampled_.clear();
        fields_limit_ = default_fields_limit;
        co_return schema;
    }
    const JsonDocument answer = parse_answer(*body, options_.index);
    const Json index = only_index(answer.root(), options_.index);
    check(index, options_.index);
    schema.exists = true;
    const Json mappings = index["mappings"];
    const Json properties = mappings["properties"];
    const Json version = properties[options_.version_field];
    if (!version.exists() && mappings["dynamic"].text() == "strict") {
        throw Misconfigured(
            fmt::format("index {}: the mapping is strict and has no version field {}",
                        options_.index, options_.version_field),
            fmt::format(
                "PUT /{}/_mapping {{\"properties\": {{\"{}\": {{\"type\": \"date_nanos\"}}}}}}",
                options_.index, options_.version_field));
    }
    learn(properties);
    schema.hides_fields = hides_fields(mappings);
    window_ = window_of(index["settings"]["index"]);
    fields_limit_ = fields_limit_of(index["settings"]["index"]);
    co_await take_sample(std::string(mappings.raw()));
    const auto unit = sample_.number_unit(options_.version_field);
    schema.document_precision =
        StampFormat::of(version, unit, options_.index, options_.version_field).precision();
    MappedColumns mapped = columns_of(properties, options_.version_field, sample_);
    schema.expiry_field = expiry_field_of(properties, options_.expiry_field);
    std::erase_if(mapped.columns,
                  [&](const Column& field) { return field.name == schema.expiry_field; });
    names_.to_columns(mapped);
    schema.columns = std::move(mapped.columns);
    schema.notes = std::move(mapped.notes);
    co_return schema;
}

/// Names that are mapped, and names met before the mapping was read: the pair has had its chance to
/// know them.
void ElasticIndex::learn(const Json& properties) {
    familiar_.clear();
    for (const Json field : properties) familiar_.emplace(field.key());
    for (const std::string& name : newcomers_) familiar_.insert(name);
}

Task<void> ElasticIndex::take_sample(std::string mappings) {
    // It grows with the index, but is not read again at every look.
    const std::int64_t now = clock_.now();
    const bool fresh = now - sampled_at_ < Micros(sample_again).count();
    if (mappings == sampled_ && (fresh || sample_.documents() >= sample_limit)) co_return;
    try {
        co_await elastic::refresh(client_, options_.index);
    } catch (const elastic::RequestError&) {
        // What is visible already is a sample as well.
    }
    Sample sample;
    std::size_t size = first_sample_page;
    const std::size_t limit = std::min(sample_limit, window_);
    for (std::size_t bytes = 0; sample.documents() < limit && bytes < sample_bytes;) {
        size = std::min(size, limit - sample.documents());
        std::string path = fmt::format("/{}/_search?allow_partial_search_results=false",
                                       elastic::escape_segment(options_.index));
        std::string query =
            fmt::format(R"({{"size":{},"from":{},"sort":["_doc"],"track_total_hits":false}})", size,
                        sample.documents());
        elastic::Client::Reply reply;
        try {
            reply = co_await client_.request("POST", std::move(path), std::move(query));
        } catch (const elastic::RequestError& error) {
            if (error.type() == elastic::answer_too_large)
                break;  // huge documents: what was seen must do
            rethrow(error, options_.index);
        }
        const JsonDocument answer = parse_answer(reply.body, options_.index);
        const Json hits = answer.root()["hits"]["hits"];
        for (const Json hit : hits) sample.add(hit["_source"]);
        const std::size_t found = hits.size();
        if (found < size) break;
        bytes += reply.body.size();
        const std::size_t fitting = sample_page_bytes / (reply.body.size() / found + 1) + 1;
        size = std::max<std::size_t>(fitting, 1);
    }
    sample_ = std::move(sample);
    sampled_ = std::move(mappings);
    sampled_at_ = now;
}

std::vector<std::string> ElasticIndex::grown(const Schema& schema) const {
    std::vector<std::string> columns;
    const auto mappings = JsonDocument::parse(sampled_);
    if (!mappings) return columns;
    const Json properties = mappings->root()["properties"];
    const Schema fields = names_.to_fields(schema, options_.index);
    for (std::size_t i = 0; i < fields.columns.size(); ++i) {
        const Column& field = fields.columns[i];
        if (!missing_parts(field.type, properties[field.name]).empty())
            columns.push_back(schema.columns[i].name);
    }
    return columns;
}

Task<void> ElasticIndex::provision(const Schema& agreed, bool may_create) {
    const Schema schema = names_.to_fields(agreed, options_.index);
    std::optional<std::string> body = co_await load();
    exists_ = body.has_value();
    if (!exists_ && may_create) {
        co_await make(schema);
        body = co_await load();
        exists_ = body.has_value();
        if (!exists_)
            throw Unavailable("index " + options_.index + " has gone as soon as it was made");
    }
    if (!exists_) {
        layout_ = Layout(schema, Json(), options_.version_field, StampFormat());
        co_return;
    }
    std::optional<JsonDocument> answer = parse_answer(*body, options_.index);
    check(only_index(answer->root(), options_.index), options_.index);
    if (may_create &&
        co_await add_fields(schema, only_index(answer->root(), options_.index)["mappings"])) {
        body = co_await load();
        if (!body) throw Unavailable("index " + options_.index + " has gone");
        answer = parse_answer(*body, options_.index);
    }
    const Json index = only_index(answer->root(), options_.index);
    const Json properties = index["mappings"]["properties"];
    StampFormat stamps = StampFormat::of(properties[options_.version_field],
                                         sample_.number_unit(options_.version_field),
                                         options_.index, options_.version_field);
    layout_ = Layout(schema, properties, options_.version_field, std::move(stamps));
    exact_versions_ = properties[options_.version_field]["type"].text() == "date_nanos";
    const Json settings = index["settings"]["index"];
    window_ = window_of(settings);
    const std::string_view interval = settings["refresh_interval"].text();
    paused_ = interval == paused_refresh;
    refreshes_slowly_ = !paused_ && is_slow(interval);
    may_pause_ = interval.empty() && index["mappings"]["_meta"]["made_by"].text() == "duet";
    routing_ = co_await routing_of(settings);
}

Task<std::vector<std::string>> ElasticIndex::requests(const Schema& agreed) {
    const Schema schema = names_.to_fields(agreed, options_.index);
    std::vector<std::string> requests;
    const std::optional<std::string> body = co_await load();
    const std::string path = "PUT /" + elastic::escape_segment(options_.index);
    if (!body) {
        requests.push_back(path + "\n" + creation_body(schema));
        co_return requests;
    }
    const JsonDocument answer = parse_answer(*body, options_.index);
    const std::string properties =
        missing_properties(schema, only_index(answer.root(), options_.index)["mappings"]);
    if (!properties.empty())
        requests.push_back(path + "/_mapping\n{\"properties\":{" + properties + "}}");
    co_return requests;
}

std::string ElasticIndex::creation_body(const Schema& schema) const {
    const std::vector<Column> columns = fields_of(schema);
    check_names(columns, options_.index);
    std::string properties;
    append_property(properties, options_.version_field, version_mapping());
    if (!schema.expiry_field.empty())
        append_property(properties, schema.expiry_field, expiry_mapping());
    for (const Column& column : columns)
        append_property(properties, column.name, names_.mapping_of(column));
    // Room for as many fields again that others add.
    const std::size_t fields =
        std::max(default_fields_limit, 2 * count_of(properties, "\"type\":"));
    return fmt::format(
        R"({{"settings":{{"index.mapping.ignore_malformed":true,)"
        R"("index.mapping.total_fields.limit":{}}},)"
        R"("mappings":{{"_meta":{{"made_by":"duet"}},"dynamic":true,"date_detection":false,)"
        R"("properties":{{{}}}}}}})",
        fields, properties);
}

Task<void> ElasticIndex::make(const Schema& schema) {
    std::string body = creation_body(schema);
    try {
        static_cast<void>(co_await elastic::create_index(client_, options_.index, std::move(body)));
    } catch (const elastic::RequestError& error) {
        rethrow(error, options_.index);
    }
}

std::string ElasticIndex::missing_properties(const Schema& schema, const Json& mappings) const {
    const Json mapped = mappings["properties"];
    std::vector<Column> added;
    std::string properties;
    for (const Column& column : fields_of(schema)) {
        if (!mapped[column.name].exists()) {
            added.push_back(column);
        } else if (const std::string parts = missing_parts(column.type, mapped[column.name]);
                   !parts.empty()) {
            append_property(properties, column.name, "{" + parts + "}");
        }
    }
    check_names(added, options_.index);
    if (!mapped[options_.version_field].exists()) {
        append_property(properties, options_.version_field, version_mapping());
    }
    if (!schema.expiry_field.empty() && !mapped[schema.expiry_field].exists()) {
        append_property(properties, schema.expiry_field, expiry_mapping());
    }
    for (const Column& column : added)
        append_property(properties, column.name, names_.mapping_of(column));
    return properties;
}

Task<bool> ElasticIndex::add_fields(const Schema& schema, const Json& mappings) {
    const std::string properties = missing_properties(schema, mappings);
    if (properties.empty()) co_return false;
    std::string body = "{\"properties\":{" + properties + "}}";
    try {
        co_await elastic::put_mapping(client_, options_.index, std::move(body));
    } catch (const elastic::RequestError& error) {
        rethrow(error, options_.index);
    }
    co_return true;
}

Task<Routing> ElasticIndex::routing_of(const Json& settings) {
    Routing routing;
    routing.shards = static_cast<std::int32_t>(settings["number_of_shards"].integer_or(1));
    routing.routing_shards = default_routing_shards(routing.shards);
    const std::string filter = "metadata.indices.*.routing_num_shards";
    std::string path = fmt::format("/_cluster/state/metadata/{}?filter_path={}",
                                   elastic::escape_segment(options_.index), filter);
    try {
        const elastic::Client::Reply reply = co_await client_.request("GET", std::move(path));
        const JsonDocument answer = parse_answer(reply.body, options_.index);
        const Json indices = answer.root()["metadata"]["indices"];
        const Json number = indices.size() == 1 ? (*indices.begin())["routing_num_shards"] : Json();
        routing.routing_shards =
            static_cast<std::int32_t>(number.integer_or(routing.routing_shards));
    } catch (const Misconfigured&) {
        // The right to read the cluster state may be missing; what Elasticsearch chooses by itself
        // is known.
    } catch (const elastic::RequestError&) {
    }
    co_return routing;
}

std::string ElasticIndex::to_json(const Content& content) const {
    return elasticsearch::to_json(content, layout_);
}

}  // namespace duet
