#pragma once
// A table's primary key as the `_id` of a document, and back (docs/keys.md).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/id.hpp"
#include "model/type.hpp"
#include "model/value.hpp"

namespace duet {

struct KeyColumn {
    std::string name;
    Type type;
    bool clustering = false;  // else part of the partition key
    bool operator==(const KeyColumn&) const = default;
};

/// Of one column: its value's text form. Of several: the text forms in the order of the key with
/// `~` between them; inside of them `%` is `%25` and `~` is `%7E`. Injective and reversible: two
/// keys that Cassandra tells apart have two ids, and an id is accepted in one spelling only.
class Key {
public:
    /// One column of type uuid.
    Key();
    /// The partition key first, then the clustering columns, as CREATE TABLE names them.
    explicit Key(std::vector<KeyColumn> columns);

    [[nodiscard]] const std::vector<KeyColumn>& columns() const { return columns_; }
    /// One column of type uuid or timeuuid: every id of it is a UUID.
    [[nodiscard]] bool is_uuid() const;
    [[nodiscard]] bool is_composite() const { return columns_.size() > 1; }
    [[nodiscard]] bool has_clustering() const { return columns_.back().clustering; }
    [[nodiscard]] bool has(std::string_view column) const;

    /// The id of a key with these values.
    [[nodiscard]] Id encode(const std::vector<Value>& values) const;
    /// The values of an id, in the order of the columns; empty: it is none of such a key.
    [[nodiscard]] std::optional<std::vector<Value>> decode(const Id& id) const;
    /// decode() gives something.
    [[nodiscard]] bool accepts(const Id& id) const;
    /// What an id of it looks like, for people: "sensor (text) ~ at (timestamp)".
    [[nodiscard]] std::string shape() const;

    bool operator==(const Key&) const = default;

private:
    std::vector<KeyColumn> columns_;
};

}  // namespace duet
