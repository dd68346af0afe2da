// ElasticIndex: how many fields it has, and how many it may have.

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "stores/elasticsearch/index.hpp"

namespace duet {

using namespace elasticsearch;

namespace {

constexpr std::size_t warning_percent = 80;

}  // namespace

std::string ElasticIndex::fields_budget(const Schema& agreed, bool adds_fields) const {
    const auto mappings = JsonDocument::parse(sampled_);
    if (!mappings) return {};
    const std::size_t used = count_fields(mappings->root());
    std::size_t added = 0;
    if (adds_fields) {
        const Schema schema = names_.to_fields(agreed, options_.index);
        const std::string missing = missing_properties(schema, mappings->root());
        const auto parsed = JsonDocument::parse("{\"properties\":{" + missing + "}}");
        if (parsed) added = count_new_fields(parsed->root(), mappings->root());
    }
    const std::string remedy =
        fmt::format("PUT /{}/_settings {{\"index.mapping.total_fields.limit\": {}}}",
                    options_.index, std::max(2 * fields_limit_, 2 * (used + added)));
    if (added > 0 && used + added > fields_limit_) {
        throw Misconfigured(
            fmt::format("index {}: it has {} of the {} fields that it may have, and {} more are "
                        "needed",
                        options_.index, used, fields_limit_, added),
            remedy + ", or leave columns out of the pair (columns)");
    }
    if ((used + added) * 100 <= fields_limit_ * warning_percent) return {};
    return fmt::format(
        "index {} has used more than {} % of the {} fields that it may have; beyond them "
        "Elasticsearch refuses documents with new ones: {}, or keep new names unmapped: PUT "
        "/{}/_mapping {{\"dynamic\": false}}",
        options_.index, warning_percent, fields_limit_, remedy, options_.index);
}

}  // namespace duet
