#pragma once
// Types of any shape, and values that fit them.

#include <rapidcheck.h>

#include <limits>
#include <string>

#include "model/type.hpp"
#include "model/value.hpp"

namespace duet::cassandra {

inline rc::Gen<Kind> scalar_kinds() {
    return rc::gen::element(Kind::ascii, Kind::text, Kind::tinyint, Kind::smallint, Kind::int_,
                            Kind::bigint, Kind::varint, Kind::decimal, Kind::float_, Kind::double_,
                            Kind::boolean, Kind::uuid, Kind::timeuuid, Kind::timestamp, Kind::date,
                            Kind::time, Kind::duration, Kind::inet, Kind::blob, Kind::counter);
}

inline Type any_type(int depth) {
    Type type;
    if (depth == 0 || *rc::gen::inRange(0, 3) == 0) {
        type.kind = *scalar_kinds();
        return type;
    }
    type.kind =
        *rc::gen::element(Kind::list, Kind::set, Kind::map, Kind::tuple, Kind::vector, Kind::udt);
    int parts = 1;
    if (type.kind == Kind::map) {
        parts = 2;
    } else if (type.kind == Kind::tuple || type.kind == Kind::udt) {
        parts = *rc::gen::inRange(1, 4);
    }
    for (int i = 0; i < parts; ++i) {
        type.elements.push_back(any_type(depth - 1));
        if (type.kind == Kind::udt) {
            type.udt_name = "Made Up";
            type.field_names.push_back("f" + std::to_string(i));
        }
    }
    if (type.kind == Kind::vector) {
        type.dimension = *rc::gen::inRange(1, 4);
    }
    return type;
}

inline Value any_value(const Type& type);

inline List any_list(const Type& of, std::size_t size) {
    List list;
    for (std::size_t i = 0; i < size; ++i) {
        list.push_back(any_value(of));
    }
    return list;
}

inline List any_parts(const Type& type) {
    List list;
    for (const Type& part : type.elements) {
        list.push_back(*rc::gen::inRange(0, 4) == 0 ? Value() : any_value(part));
    }
    return list;
}

inline Map any_map(const Type& type) {
    Map map;
    const std::size_t size = *rc::gen::inRange<std::size_t>(0, 4);
    for (std::size_t i = 0; i < size; ++i) {
        Value key = any_value(type.elements[0]);
        map.emplace_back(std::move(key), any_value(type.elements[1]));
    }
    return map;
}

template <class T>
std::int64_t any_int() {
    return *rc::gen::oneOf(
        rc::gen::arbitrary<T>(),
        rc::gen::element(std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
}

inline Uuid any_uuid() {
    Uuid id;
    for (auto& byte : id.bytes) {
        byte = *rc::gen::arbitrary<std::uint8_t>();
    }
    return id;
}

inline Inet any_inet() {
    Inet address;
    address.size = *rc::gen::element<std::uint8_t>(4, 16);
    for (std::size_t i = 0; i < address.size; ++i) {
        address.bytes[i] = *rc::gen::arbitrary<std::uint8_t>();
    }
    return address;
}

inline BigInteger any_integer() {
    const auto bytes = *rc::gen::nonEmpty(rc::gen::arbitrary<Bytes>());
    return *BigInteger::from_twos_complement(bytes);
}

inline Duration any_duration() {
    Duration duration{*rc::gen::inRange(0, std::numeric_limits<std::int32_t>::max()),
                      *rc::gen::inRange(0, std::numeric_limits<std::int32_t>::max()),
                      *rc::gen::inRange<std::int64_t>(0, std::numeric_limits<std::int64_t>::max())};
    if (*rc::gen::arbitrary<bool>()) {
        duration = {-duration.months, -duration.days, -duration.nanoseconds};
    }
    return duration;
}

inline std::string any_text() {
    const auto parts = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
        "a", "Z", " ", "\"", "ä", "€", "\xF0\x9F\x90\x8E", "\n", std::string(1, '\0'), "eight ch"));
    std::string text;
    for (const std::string& part : parts) {
        text += part;
    }
    return text;
}

inline Value any_value(const Type& type) {
    switch (type.kind) {
        case Kind::ascii:
            return *rc::gen::container<std::string>(
                rc::gen::inRange<char>(0, std::numeric_limits<char>::max()));
        case Kind::text: return any_text();
        case Kind::tinyint: return any_int<std::int8_t>();
        case Kind::smallint: return any_int<std::int16_t>();
        case Kind::date:
        case Kind::int_: return any_int<std::int32_t>();
        case Kind::bigint:
        case Kind::counter:
        case Kind::timestamp: return any_int<std::int64_t>();
        case Kind::varint: return any_integer();
        case Kind::decimal: return Decimal{any_integer(), *rc::gen::arbitrary<std::int32_t>()};
        case Kind::float_: return *rc::gen::arbitrary<float>();
        case Kind::double_: return *rc::gen::arbitrary<double>();
        case Kind::boolean: return *rc::gen::arbitrary<bool>();
        case Kind::uuid: return any_uuid();
        case Kind::timeuuid:
            return Uuid::version1(*rc::gen::inRange<std::int64_t>(0, 1LL << 52),
                                  *rc::gen::arbitrary<std::uint64_t>());
        case Kind::time: return *rc::gen::inRange<std::int64_t>(0, 86'400'000'000'000);
        case Kind::duration: return any_duration();
        case Kind::inet: return any_inet();
        case Kind::blob: return Blob{*rc::gen::arbitrary<Bytes>()};
        case Kind::list:
        case Kind::set: return any_list(type.elements[0], *rc::gen::inRange<std::size_t>(0, 4));
        case Kind::map: return any_map(type);
        case Kind::tuple:
        case Kind::udt: return any_parts(type);
        case Kind::vector:
            return any_list(type.elements[0], static_cast<std::size_t>(type.dimension));
    }
    return {};
}

}  // namespace duet::cassandra
