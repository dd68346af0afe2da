#include "app/config_text.hpp"

#include <fmt/format.h>

#include "app/duration.hpp"

namespace duet::app {

namespace {

const char* name_of(sync::Direction direction) {
    switch (direction) {
        case sync::Direction::both: return "both";
        case sync::Direction::to_elasticsearch: return "to_elasticsearch";
        case sync::Direction::to_cassandra: return "to_cassandra";
    }
    return "unknown";
}

std::string text_of(const Shape& shape) {
    std::string text = fmt::format("    columns {}, direction {}, ", fmt::join(shape.columns, " "),
                                   name_of(shape.direction));
    text += shape.deletes == sync::Deletes::propagate
                ? fmt::format("deletes propagate, max_delete {}\n", shape.max_delete)
                : std::string("deletes restore\n");
    for (const FieldRule& rule : shape.fields) {
        text += fmt::format("    column {} in field {}\n", rule.column,
                            rule.field.empty() ? rule.column : rule.field);
    }
    return text;
}

}  // namespace

std::string text_of(const Config& config) {
    std::string text =
        fmt::format("  every {}, version field {}, expiry field {}\n",
                    format_duration(config.period), config.version_field, config.expiry_field);
    text += fmt::format("  Cassandra {}, consistency {}\n", fmt::join(config.cassandra.hosts, ", "),
                        config.cassandra.consistency);
    text += fmt::format("  Elasticsearch {}\n", fmt::join(config.elasticsearch.urls, ", "));
    text += fmt::format("  notes in keyspace {}, {}\n", config.state.keyspace,
                        config.http.listen.empty() ? "no page" : "page at " + config.http.listen);
    for (const PairRule& rule : config.pairs) {
        text += fmt::format("  keyspace {}: tables {}, index {}\n", rule.keyspace,
                            fmt::join(rule.tables, " "), rule.index);
        text += text_of(rule.shape);
    }
    return text;
}

}  // namespace duet::app
