#include "stores/elasticsearch/bulk_outcome.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/error.hpp"
#include "stores/elasticsearch/json.hpp"
#include "stores/elasticsearch/reader.hpp"

namespace duet::elasticsearch {

namespace {

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

constexpr std::string_view too_many_fields = "Limit of total fields [";  // 1000] has been exceeded

/// The limit in such a reason; 0: there is none.
int fields_limit_in(std::string_view reason) {
    const std::size_t found = reason.find(too_many_fields);
    int number = 0;
    if (found == std::string_view::npos) return number;
    reason.remove_prefix(found + too_many_fields.size());
    std::from_chars(reason.data(), reason.data() + reason.size(), number);
    return number;
}

/// What is in the way of every record alike.
void throw_if_pair_level(int status, std::string_view type, std::string_view reason,
                         std::string_view index) {
    const auto misconfigured = [&](std::string hint) {
        throw Misconfigured(fmt::format("index {}: {}", index, shown(reason)), std::move(hint));
    };
    if (type == "index_closed_exception") misconfigured(fmt::format("POST /{}/_open", index));
    if (has(type, "strict_dynamic_mapping")) {
        misconfigured(
            fmt::format("PUT /{}/_mapping {{\"dynamic\": true}}, or map the field", index));
    }
    if (has(reason, too_many_fields)) {
        misconfigured(fmt::format("PUT /{}/_settings {{\"index.mapping.total_fields.limit\": {}}}",
                                  index, 2 * std::max(fields_limit_in(reason), 500)));
    }
    if (type == "security_exception")
        misconfigured("give Duet's user the right to write this index");
    if (status == 429 || status >= 500 || type == "cluster_block_exception" ||
        type == "index_not_found_exception") {
        throw Unavailable(fmt::format("index {}: {}: {}", index, type, shown(reason)));
    }
    if (status == 401 || status == 403)
        misconfigured("give Duet's user the right to write this index");
}

}  // namespace

std::string field_in(std::string_view reason) {
    for (const std::string_view before : {"failed to parse field [", "immense term in field=\"",
                                          "field [", "object mapping for ["}) {
        const std::size_t found = reason.find(before);
        if (found == std::string_view::npos) continue;
        const std::string_view rest = reason.substr(found + before.size());
        return std::string(rest.substr(0, rest.find(before.back() == '"' ? '"' : ']')));
    }
    return {};
}

std::string value_in(std::string_view item, std::string_view field) {
    const std::size_t line = item.find('\n');
    if (field.empty() || line == std::string_view::npos) return {};
    const auto source = JsonDocument::parse(item.substr(line + 1));
    return source ? shown(source->root().at(field).text()) : std::string();
}

Outcome outcome_of(const elastic::BulkItem& item, std::string_view index) {
    Outcome outcome;
    if (item.status >= 200 && item.status < 300) {
        outcome.guard.seq_no = item.seq_no;
        outcome.guard.primary_term = item.primary_term;
        return outcome;
    }
    const bool missing = item.status == 404 && item.error_type != "index_not_found_exception";
    if (item.status == 409 || missing) {
        outcome.kind = Outcome::Kind::superseded;
        return outcome;
    }
    throw_if_pair_level(item.status, item.error_type, item.error_reason, index);
    outcome.kind = Outcome::Kind::refused;
    outcome.refusal.field = field_in(item.error_reason);
    outcome.refusal.reason = fmt::format(
        "Elasticsearch does not take it: {} ({}); correct the row, or reindex with "
        "another mapping of the field",
        shown(item.error_reason), item.error_type);
    return outcome;
}

void rethrow(const elastic::RequestError& error, std::string_view index) {
    throw_if_pair_level(error.status(), error.type(), error.what(), index);
    throw Misconfigured(fmt::format("index {}: {}", index, error.what()),
                        "see what Elasticsearch says about it, then start Duet again");
}

}  // namespace duet::elasticsearch
