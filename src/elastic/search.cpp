#include "elastic/search.hpp"

#include <fmt/format.h>

#include <utility>

#include "elastic/answers.hpp"

namespace duet::elastic {
namespace {

// A shard that does not answer must be an error: by default its documents are just missing.
constexpr std::string_view all_or_nothing = "allow_partial_search_results=false";
// Only without sources: filtering would parse them and write their numbers anew, not digit by
// digit.
constexpr std::string_view hits_filter =
    "filter_path=pit_id,hits.hits._id,hits.hits._routing,hits.hits._seq_no,"
    "hits.hits._primary_term,hits.hits.sort,hits.hits.fields,hits.hits._ignored";

Task<std::string> post(Client& client, std::string path, std::string body) {
    Client::Reply reply = co_await client.request("POST", std::move(path), std::move(body));
    co_return std::move(reply.body);
}

/// Sources are read to be written again, whole.
std::string_view whole_sources(const Client& client) {
    return client.hides_vectors() ? "_source_exclude_vectors=false" : "";
}

std::string parameters(const Client& client, bool source) {
    if (!source) return fmt::format("{}&{}", all_or_nothing, hits_filter);
    return fmt::format("{}&{}", all_or_nothing, whole_sources(client));
}

std::string page_settings(std::size_t size, bool source, bool position = true) {
    return fmt::format(
        R"("size":{},"track_total_hits":false,"seq_no_primary_term":{},"_source":{})", size,
        position, source);
}

/// Documents that were last written at these positions: (after, upto].
std::string position_query(std::int64_t after, std::int64_t upto) {
    return fmt::format(R"("query":{{"range":{{"_seq_no":{{"gt":{},"lte":{}}}}}}})", after, upto);
}

std::string ids_body(const std::vector<std::string>& ids) {
    std::string body = "{\"ids\":[";
    for (const std::string& id : ids) {
        if (body.back() != '[') body += ',';
        append_json_string(body, id);
    }
    return body + "]}";
}

}  // namespace

Task<std::string> seq_no_page(Client& client, std::string index, int shard, std::int64_t after,
                              std::int64_t upto, std::size_t size, bool source) {
    std::string path = fmt::format("/{}/_search?preference=_shards:{}&{}", escape_segment(index),
                                   shard, parameters(client, source));
    std::string body = fmt::format(R"({{{},{},"sort":[{{"_seq_no":"asc"}}]}})",
                                   page_settings(size, source), position_query(after, upto));
    return post(client, std::move(path), std::move(body));
}

Task<std::string> mget(Client& client, std::string index, const std::vector<std::string>& ids) {
    std::string path = fmt::format("/{}/_mget?{}", escape_segment(index), whole_sources(client));
    return post(client, std::move(path), ids_body(ids));
}

Task<std::string> mget_guards(Client& client, std::string index,
                              const std::vector<std::string>& ids) {
    std::string path = "/" + escape_segment(index) +
                       "/_mget?_source=false&filter_path=docs._id,docs.found,docs._routing,"
                       "docs._seq_no,docs._primary_term,docs.error";
    return post(client, std::move(path), ids_body(ids));
}

Task<std::string> open_point_in_time(Client& client, std::string index, int keep_alive_seconds) {
    std::string path =
        fmt::format("/{}/_pit?keep_alive={}s", escape_segment(index), keep_alive_seconds);
    // Not sent again after a lost answer: the first one would stay open.
    const Client::Reply reply =
        co_await client.request("POST", std::move(path), std::string(), false);
    co_return parse_member(reply.body, "id");
}

Task<void> close_point_in_time(Client& client, std::string pit) {
    std::string body = "{\"id\":";
    append_json_string(body, pit);
    body += '}';
    static_cast<void>(co_await client.request("DELETE", "/_pit", std::move(body), true, true));
}

Task<std::string> point_in_time_page(Client& client, PointInTimePage page) {
    std::string path = fmt::format("/_search?{}", parameters(client, page.source));
    std::string body = "{" + page_settings(page.size, page.source, page.date_field.empty());
    if (!page.date_field.empty()) {
        body += ",\"docvalue_fields\":[{\"field\":";
        append_json_string(body, page.date_field);
        body += ",\"format\":\"strict_date_optional_time_nanos\"}]";
    }
    body += ",\"pit\":{\"id\":";
    append_json_string(body, page.pit);
    body += fmt::format(R"(,"keep_alive":"{}s"}},"sort":["_shard_doc"])", page.keep_alive_seconds);
    if (page.slices > 1) {
        body += fmt::format(R"(,"slice":{{"id":{},"max":{}}})", page.slice, page.slices);
    }
    if (page.seq_no_after >= 0 || page.seq_no_upto < INT64_MAX) {
        body += "," + position_query(page.seq_no_after, page.seq_no_upto);
    }
    if (!page.search_after.empty()) body.append(",\"search_after\":").append(page.search_after);
    body += '}';
    return post(client, std::move(path), std::move(body));
}

}  // namespace duet::elastic
