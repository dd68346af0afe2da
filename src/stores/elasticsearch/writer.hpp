#pragma once
// A record's content as a document's `_source`, appended straight to a bulk body.

#include <cstdint>
#include <optional>
#include <string>

#include "model/store.hpp"
#include "stores/elasticsearch/layout.hpp"

namespace duet::elasticsearch {

/// Appends one line of JSON: the fields of the key, the values that are not null, what is carried
/// over, the version, and when the record ends. A refusal: the index could not hold the id or one
/// of the values, and nothing is appended.
[[nodiscard]] std::optional<Refusal> append_document(std::string& out, const Id& id,
                                                     const Content& content, Version version,
                                                     const Layout& layout,
                                                     std::optional<std::int64_t> expires_at = {});

/// Appends the fields of the key that are not `present` (in its order); `separator` is that of the
/// members.
void append_key_fields(std::string& out, const Id& id, const Layout& layout,
                       const std::vector<bool>& present, char& separator);

constexpr std::size_t id_limit = 512;  // bytes of an _id, Elasticsearch's own

/// The document without a version, and without refusing anything; for people.
[[nodiscard]] std::string to_json(const Content& content, const Layout& layout);

}  // namespace duet::elasticsearch
