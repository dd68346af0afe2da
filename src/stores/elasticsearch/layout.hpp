#pragma once
// The columns of a pair as fields of its documents.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/schema.hpp"
#include "model/value.hpp"
#include "stores/elasticsearch/date_format.hpp"
#include "stores/elasticsearch/json.hpp"
#include "stores/elasticsearch/stamp_format.hpp"

namespace duet::elasticsearch {

/// One column, or a part of one.
struct Field {
    std::string name;
    std::string prefix;   // `"name":`; a column's
    Type type;            // a column's; holds_json also where only the mapping says so
    DateFormat dates;     // of a date field; else Elasticsearch's default
    bool finite = false;  // dense_vector: takes no NaN
    bool bare = false;    // numbers of any size are written as numbers, never as strings of digits
    std::optional<Value> blank;  // what "" means there: nothing to a number, false to a boolean
    std::vector<Field> parts;    // of an object: those that are not plain_field()

    [[nodiscard]] const Field& part(std::string_view member) const;
};

/// Of which a mapping says nothing.
[[nodiscard]] const Field& plain_field();

class Layout {
public:
    Layout() = default;
    Layout(Layout&&) = default;  // never copied: places_ looks into fields_
    Layout& operator=(Layout&&) = default;
    /// `properties` is the mapping's, missing where there is none.
    Layout(const Schema& schema, const Json& properties, std::string version_field,
           StampFormat stamps);

    [[nodiscard]] const std::vector<Field>& fields() const { return fields_; }
    [[nodiscard]] const Key& key() const { return key_; }
    /// The key's columns as fields, in its order; none where the `_id` alone is the key.
    [[nodiscard]] const std::vector<Field>& key_fields() const { return key_fields_; }
    [[nodiscard]] const std::string& version_field() const { return version_field_; }
    [[nodiscard]] const std::string& version_prefix() const { return version_prefix_; }
    [[nodiscard]] const StampFormat& stamps() const { return stamps_; }
    /// Empty: documents do not say when they end.
    [[nodiscard]] const std::string& expiry_field() const { return expiry_field_; }
    [[nodiscard]] const std::string& expiry_prefix() const { return expiry_prefix_; }
    /// The place of a column. `guess`: where it probably is, the place after the one found before.
    [[nodiscard]] std::optional<std::size_t> find(std::string_view name, std::size_t guess) const;

private:
    std::vector<Field> fields_;
    Key key_;
    std::vector<Field> key_fields_;
    std::unordered_map<std::string_view, std::size_t>
        places_;  // views into fields_, which never changes
    std::string version_field_;
    std::string version_prefix_;
    std::string expiry_field_;
    std::string expiry_prefix_;
    StampFormat stamps_;
};

}  // namespace duet::elasticsearch
