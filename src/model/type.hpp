#pragma once
// The types of values: CQL's, since they are the richer of the two stores' (docs/types.md).

#include <cstdint>
#include <string>
#include <vector>

namespace duet {

enum class Kind : std::uint8_t {
    ascii,
    text,
    tinyint,
    smallint,
    int_,
    bigint,
    varint,
    decimal,
    float_,
    double_,
    boolean,
    uuid,
    timeuuid,
    timestamp,
    date,
    time,
    duration,
    inet,
    blob,
    counter,
    list,
    set,
    map,
    tuple,
    vector,
    udt,
};

struct Type {
    Kind kind = Kind::text;
    std::vector<Type> elements;  // list, set, vector: 1; map: key and value; tuple, udt: each part
    std::vector<std::string> field_names;  // udt
    std::string udt_name;                  // udt
    std::int32_t dimension = 0;            // vector
    bool frozen = false;  // as in CQL; a non-frozen collection has a WRITETIME per element
    /// The text of this type holds JSON (an object, nested or geo field of an index): written into
    /// the document as JSON, not as a string.
    bool holds_json = false;

    bool operator==(const Type&) const = default;

    /// A non-frozen list, set, map or UDT: many cells.
    [[nodiscard]] bool multi_cell() const;
    [[nodiscard]] bool is_collection() const {
        return kind == Kind::list || kind == Kind::set || kind == Kind::map;
    }
};

/// CQL's spelling: `map<text, frozen<list<int>>>`.
[[nodiscard]] std::string to_cql(const Type& type);

}  // namespace duet
