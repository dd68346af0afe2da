#pragma once
// `"a.b": 1` in a document is `"a": {"b": 1}` to Elasticsearch.

#include <optional>
#include <string>

#include "stores/elasticsearch/json.hpp"
#include "stores/elasticsearch/layout.hpp"

namespace duet::elasticsearch {

struct Undotted {
    std::string text;   // the whole document, with objects for dots
    std::string clash;  // a field that stands there twice, once so and once so; then no text
};

/// The document as objects where it names parts of a column with dots; empty: it does not.
[[nodiscard]] std::optional<Undotted> undot(const Json& source, const Layout& layout);

}  // namespace duet::elasticsearch
