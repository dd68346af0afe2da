#pragma once
// Mappings: from types (an index that Duet makes) and back to types (an index that was there).
//
// What is read back is never guessed to hold less than the field can: a field of a kind that no CQL
// type matches becomes text that holds the field's JSON.

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/schema.hpp"
#include "stores/elasticsearch/json.hpp"

namespace duet::elasticsearch {

/// The mapping of a column, as JSON.
[[nodiscard]] std::string mapping_of(const Type& type);

/// What the mapping of a column's field lacks because its user-defined type has grown, as
/// `"properties":{...}`; empty: nothing. (Fields that Elasticsearch maps by itself would make a
/// field of each key of a map.)
[[nodiscard]] std::string missing_parts(const Type& type, const Json& mapped);

/// What documents show of a field that its mapping does not tell.
struct SeenField {
    std::string name;
    int depth = 0;            // of arrays in arrays
    bool fraction = false;    // a number with one
    bool structured = false;  // an object in an object or an array (flattened)
};

/// What a sample of the documents shows.
class Sample {
public:
    void add(const Json& source);
    [[nodiscard]] const SeenField* find(std::string_view name) const;
    /// The documents' numbers in the version field: microseconds, milliseconds or seconds; empty:
    /// none.
    [[nodiscard]] std::optional<Precision> number_unit(std::string_view version_field) const;
    [[nodiscard]] std::size_t documents() const { return documents_; }

private:
    struct Field {
        SeenField seen;
        std::int64_t number = 0;  // the last integer
    };
    std::vector<Field> fields_;
    std::unordered_map<std::string, std::size_t> places_;  // in fields_, by name
    std::size_t documents_ = 0;
};

/// The columns of `properties`, all but the version field, in the mapping's order; what is left out
/// or read otherwise than a person may expect is noted.
struct MappedColumns {
    std::vector<Column> columns;
    std::vector<std::string> notes;
};
[[nodiscard]] MappedColumns columns_of(const Json& properties, std::string_view version_field,
                                       const Sample& sample);

/// Fields as index.mapping.total_fields.limit counts them: objects and fields inside of fields
/// too. Of what `added` holds, those that `mappings` lacks.
[[nodiscard]] std::size_t count_fields(const Json& mappings);
[[nodiscard]] std::size_t count_new_fields(const Json& added, const Json& mappings);

/// A mapping's type for whole numbers; for numbers of any kind.
[[nodiscard]] bool is_integer_field(std::string_view kind);
[[nodiscard]] bool is_number_field(std::string_view kind);

/// The mapping of an expiry field, which tells it from a field of the same name that users made.
[[nodiscard]] std::string expiry_mapping();
[[nodiscard]] bool is_expiry_field(const Json& mapped);

/// Text of a field with this mapping holds JSON.
[[nodiscard]] bool holds_json(const Json& field);

constexpr int keyword_limit =
    8'191;  // ignore_above: 32,766 bytes a term, of up to 4 bytes a character
constexpr std::size_t sampled_fields = 10'000;  // names that a sample remembers
/// Arrays in arrays that a column takes; a document with more is refused.
constexpr int deepest_list = 8;
constexpr std::int32_t most_dimensions = 4'096;  // of a dense_vector

}  // namespace duet::elasticsearch
