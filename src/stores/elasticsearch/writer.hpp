#pragma once
// A record's content as a document's `_source`, appended straight to a bulk body.

#include <optional>
#include <string>

#include "model/store.hpp"
#include "stores/elasticsearch/layout.hpp"

namespace duet::elasticsearch {

/// Appends one line of JSON: the values that are not null, what is carried over, and the version. A
/// refusal: the index could not hold one of the values, and nothing is appended.
[[nodiscard]] std::optional<Refusal> append_document(std::string& out, const Content& content,
                                                     Version version, const Layout& layout);

/// The document without a version, and without refusing anything; for people.
[[nodiscard]] std::string to_json(const Content& content, const Layout& layout);

}  // namespace duet::elasticsearch
