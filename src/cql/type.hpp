#pragma once
// CQL types as the native protocol spells them (protocol v5, section 4.2.5.2 [option]).

#include <cstdint>
#include <string>
#include <vector>

namespace duet::cql {

enum class TypeCode : std::uint16_t {
    custom = 0x00,
    ascii = 0x01,
    bigint = 0x02,
    blob = 0x03,
    boolean = 0x04,
    counter = 0x05,
    decimal = 0x06,
    double_ = 0x07,
    float_ = 0x08,
    int_ = 0x09,
    timestamp = 0x0B,
    uuid = 0x0C,
    text = 0x0D,
    varint = 0x0E,
    timeuuid = 0x0F,
    inet = 0x10,
    date = 0x11,
    time = 0x12,
    smallint = 0x13,
    tinyint = 0x14,
    duration = 0x15,
    list = 0x20,
    map = 0x21,
    set = 0x22,
    udt = 0x30,
    tuple = 0x31,
};

struct ColumnType {
    TypeCode code = TypeCode::text;
    std::string custom_class;  // custom (vector: org.apache.cassandra.db.marshal.VectorType(...))
    std::vector<ColumnType> elements;
    std::vector<std::string> field_names;  // udt
    std::string udt_keyspace;
    std::string udt_name;
};

}  // namespace duet::cql
