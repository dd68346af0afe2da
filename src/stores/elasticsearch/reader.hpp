#pragma once
// A document's `_source` as a record's content (rule V6): every value is converted to its column's
// type, and what would lose something on the way is a Refusal that names the field.

#include <optional>
#include <string>
#include <vector>

#include "model/store.hpp"
#include "stores/elasticsearch/json.hpp"
#include "stores/elasticsearch/layout.hpp"

namespace duet::elasticsearch {

/// What was read of one document.
struct ReadDocument {
    Content content;
    std::optional<Version> version;
    std::optional<std::int64_t> expires_at;  // as State's
    std::optional<Refusal> problem;          // the first one
    std::vector<std::string> unknown;        // fields that are no columns: in content.carried
};

/// A field of the key that says something else than the id is a problem; one that is missing is
/// not.
[[nodiscard]] ReadDocument read_document(const Id& id, const Json& source, const Layout& layout);

/// Thrown by convert(): the value cannot be held by the type.
struct Unfit {
    std::string value;
    std::string reason;
};

/// One value of a field.
[[nodiscard]] Value convert(const Json& value, const Type& type, const Field& field);

constexpr std::size_t shown_limit = 200;  // bytes of a value in a refusal

/// At most shown_limit bytes, whole characters.
[[nodiscard]] std::string shown(std::string_view text);

}  // namespace duet::elasticsearch
