#pragma once
// Types of any shape that a column may have, and values that fit them.

#include <rapidcheck.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "model/record.hpp"
#include "model/type.hpp"
#include "model/value.hpp"

namespace duet {

inline Kind any_scalar_kind() {
    return *rc::gen::element(Kind::ascii, Kind::text, Kind::tinyint, Kind::smallint, Kind::int_,
                             Kind::bigint, Kind::varint, Kind::decimal, Kind::float_, Kind::double_,
                             Kind::boolean, Kind::uuid, Kind::timeuuid, Kind::timestamp, Kind::date,
                             Kind::time, Kind::duration, Kind::inet, Kind::blob, Kind::counter);
}

/// `frozen`: it stands inside of another.
inline Type any_type(int depth, bool frozen = false) {
    Type type;
    if (depth == 0 || *rc::gen::inRange(0, 3) == 0) {
        type.kind = any_scalar_kind();
        return type;
    }
    type.kind =
        *rc::gen::element(Kind::list, Kind::set, Kind::map, Kind::tuple, Kind::vector, Kind::udt);
    const bool has_parts = type.kind == Kind::tuple || type.kind == Kind::udt;
    const int parts = type.kind == Kind::map ? 2 : has_parts ? *rc::gen::inRange(1, 4) : 1;
    for (int i = 0; i < parts; ++i) {
        type.elements.push_back(any_type(depth - 1, true));
        if (type.kind == Kind::udt) type.field_names.push_back("field \"" + std::to_string(i));
    }
    if (type.kind == Kind::udt) type.udt_name = "Made \"Up";
    if (type.kind == Kind::vector) type.dimension = *rc::gen::inRange(1, 4);
    type.frozen = frozen && type.kind != Kind::vector;
    return type;
}

inline Value any_value(const Type& type);

template <class T>
std::int64_t any_int() {
    return *rc::gen::oneOf(
        rc::gen::arbitrary<T>(),
        rc::gen::element(std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
}

template <class T>
T any_float() {
    using Limits = std::numeric_limits<T>;
    return *rc::gen::oneOf(rc::gen::arbitrary<T>(),
                           rc::gen::element(T(0), -T(0), T(1) / 3, Limits::max(), Limits::lowest(),
                                            Limits::min(), Limits::denorm_min(), Limits::infinity(),
                                            -Limits::infinity(), Limits::quiet_NaN()));
}

inline Uuid any_uuid() {
    return Uuid::version4(*rc::gen::arbitrary<std::uint64_t>(),
                          *rc::gen::arbitrary<std::uint64_t>());
}

inline Inet any_inet() {
    Inet address;
    address.size = *rc::gen::element<std::uint8_t>(4, 16);
    for (std::size_t i = 0; i < address.size; ++i)
        address.bytes[i] = *rc::gen::arbitrary<std::uint8_t>();
    return address;
}

inline BigInteger any_integer() {
    return *BigInteger::from_twos_complement(*rc::gen::nonEmpty(rc::gen::arbitrary<Bytes>()));
}

inline Duration any_duration() {
    const auto months = static_cast<std::int32_t>(any_int<std::int32_t>());
    const auto days = static_cast<std::int32_t>(any_int<std::int32_t>());
    const bool negative = months < 0 || days < 0;
    Duration duration{negative ? std::min(months, 0) : months, negative ? std::min(days, 0) : days,
                      any_int<std::int64_t>()};
    if (duration.nanoseconds < 0 && !negative) duration.nanoseconds = -(duration.nanoseconds + 1);
    if (duration.nanoseconds > 0 && negative) duration.nanoseconds = -duration.nanoseconds;
    return duration;
}

inline std::string any_text(bool ascii) {
    std::vector<std::string> alphabet = {
        "a", "Z", " ", "\"", "\\", "\n", "\x1f", "/", std::string(1, '\0'), "1", "-"};
    if (!ascii)
        alphabet.insert(alphabet.end(),
                        {"\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x90\x8E", "\xE2\x80\xA8"});
    std::string text;
    for (const auto& part :
         *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(alphabet)))
        text += part;
    return text;
}

inline List any_list(const Type& of, std::size_t size) {
    List list;
    for (std::size_t i = 0; i < size; ++i) list.push_back(any_value(of));
    return list;
}

inline Value any_collection(const Type& type) {
    const std::size_t size = *rc::gen::inRange<std::size_t>(0, 4);
    if (type.kind == Kind::vector)
        return any_list(type.elements[0], static_cast<std::size_t>(type.dimension));
    if (type.kind == Kind::list || type.kind == Kind::set) return any_list(type.elements[0], size);
    if (type.kind == Kind::map) {
        Map map;
        for (std::size_t i = 0; i < size; ++i) {
            Value key = any_value(type.elements[0]);
            const bool known = std::any_of(map.begin(), map.end(), [&](const auto& entry) {
                return same_value(entry.first, key, type.elements[0]);
            });
            if (!known) map.emplace_back(std::move(key), any_value(type.elements[1]));
        }
        return map;
    }
    List parts;
    for (const Type& part : type.elements)
        parts.push_back(*rc::gen::inRange(0, 4) == 0 ? Value() : any_value(part));
    return parts;
}

inline Value any_value(const Type& type) {
    switch (type.kind) {
        case Kind::ascii: return any_text(true);
        case Kind::text: return any_text(false);
        case Kind::tinyint: return any_int<std::int8_t>();
        case Kind::smallint: return any_int<std::int16_t>();
        case Kind::date:
        case Kind::int_: return any_int<std::int32_t>();
        case Kind::bigint:
        case Kind::counter:
        case Kind::timestamp: return any_int<std::int64_t>();
        case Kind::varint: return any_integer();
        case Kind::decimal: return Decimal{any_integer(), *rc::gen::arbitrary<std::int32_t>()};
        case Kind::float_: return any_float<float>();
        case Kind::double_: return any_float<double>();
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
        case Kind::set:
        case Kind::map:
        case Kind::tuple:
        case Kind::vector:
        case Kind::udt: return any_collection(type);
    }
    return {};
}

}  // namespace duet
