#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "base/vint.hpp"
#include "stores/cassandra/codec.hpp"

namespace duet::cassandra {
namespace {

[[noreturn]] void refuse(ByteView bytes, const Type& type, std::string_view reason) {
    const ByteView front = bytes.first(std::min(bytes.size(), shown_value_limit));
    throw ValueError(
        shown(Blob{Bytes(front.begin(), front.end())}),
        fmt::format("{} bytes that are no {}: {}", bytes.size(), to_cql(type), reason));
}

void expect_size(ByteView bytes, const Type& type, std::size_t size) {
    if (bytes.size() != size) {
        refuse(bytes, type, fmt::format("expected {} bytes", size));
    }
}

template <class T>
T load(ByteView bytes, const Type& type) {
    expect_size(bytes, type, sizeof(T));
    return load_big<T>(bytes.data());
}

template <class T>
Value decode_int(ByteView bytes, const Type& type) {
    return std::int64_t{load<T>(bytes, type)};
}

Value decode_text(ByteView bytes, const Type& type) {
    if (!is_utf8(bytes)) {
        refuse(bytes, type, "not UTF-8");
    }
    if (type.kind == Kind::ascii && !is_ascii(bytes)) {
        refuse(bytes, type, "not ASCII");
    }
    return std::string(as_text(bytes));
}

Value decode_varint(ByteView bytes, const Type& type) {
    auto number = BigInteger::from_twos_complement(bytes);
    if (!number) {
        refuse(bytes, type, "not a number that Duet can hold");
    }
    return std::move(*number);
}

Value decode_decimal(ByteView bytes, const Type& type) {
    if (bytes.size() < 5) {
        refuse(bytes, type, "expected a scale and a number");
    }
    auto unscaled = BigInteger::from_twos_complement(bytes.subspan(4));
    if (!unscaled) {
        refuse(bytes, type, "not a number that Duet can hold");
    }
    return Decimal{std::move(*unscaled), load_big<std::int32_t>(bytes.data())};
}

Value decode_uuid(ByteView bytes, const Type& type) {
    expect_size(bytes, type, 16);
    Uuid id;
    std::memcpy(id.bytes.data(), bytes.data(), 16);
    if (type.kind == Kind::timeuuid && id.version() != 1) {
        refuse(bytes, type, "not a version 1 (time) UUID");
    }
    return id;
}

Value decode_time(ByteView bytes, const Type& type) {
    const auto nanoseconds = load<std::int64_t>(bytes, type);
    if (nanoseconds < 0 || nanoseconds >= 86'400'000'000'000) {
        refuse(bytes, type, "outside of a day");
    }
    return nanoseconds;
}

std::int64_t take_signed(ByteView& rest, ByteView bytes, const Type& type) {
    const auto raw = take_vint(rest);
    if (!raw) {
        refuse(bytes, type, "cut short");
    }
    return unzigzag(*raw);
}

Value decode_duration(ByteView bytes, const Type& type) {
    ByteView rest = bytes;
    const std::int64_t months = take_signed(rest, bytes, type);
    const std::int64_t days = take_signed(rest, bytes, type);
    const std::int64_t nanoseconds = take_signed(rest, bytes, type);
    if (!rest.empty() || std::int32_t(months) != months || std::int32_t(days) != days) {
        refuse(bytes, type, "months or days beyond 32 bits");
    }
    const Duration duration{static_cast<std::int32_t>(months), static_cast<std::int32_t>(days),
                            nanoseconds};
    if (!has_one_sign(duration)) {
        refuse(bytes, type, "its parts must have one sign");
    }
    return duration;
}

Value decode_inet(ByteView bytes, const Type& type) {
    if (bytes.size() != 4 && bytes.size() != 16) {
        refuse(bytes, type, "expected 4 or 16 bytes");
    }
    Inet address;
    address.size = static_cast<std::uint8_t>(bytes.size());
    std::memcpy(address.bytes.data(), bytes.data(), bytes.size());
    return address;
}

const Type& element(ByteView bytes, const Type& type, std::size_t index) {
    if (index >= type.elements.size()) {
        refuse(bytes, type, "the type is incomplete");
    }
    return type.elements[index];
}

/// A part of a value. The old "empty" value is nothing in a column of its own, but inside of
/// another value it would be lost.
Value decode_part(ByteView bytes, const Type& type) {
    Value value = decode(bytes, type);
    if (value.is_null()) {
        refuse(bytes, type,
               "inside of a collection, tuple or user type an empty value has no form "
               "in a document; write the row without it");
    }
    return value;
}

/// Takes [int length][bytes] off the front; a negative length is null.
Value take_sized(ByteView& rest, const Type& type) {
    if (rest.size() < 4) {
        refuse(rest, type, "cut short");
    }
    const auto size = load_big<std::int32_t>(rest.data());
    rest = rest.subspan(4);
    if (size < 0) {
        return {};
    }
    const auto length = static_cast<std::size_t>(size);
    if (rest.size() < length) {
        refuse(rest, type, "cut short");
    }
    Value value = decode_part(rest.first(length), type);
    rest = rest.subspan(length);
    return value;
}

/// As take_sized(), of a list, set or map, which cannot hold null.
Value take_element(ByteView& rest, const Type& type) {
    const ByteView bytes = rest;
    Value value = take_sized(rest, type);
    if (value.is_null()) {
        refuse(bytes, type, "a collection cannot hold null");
    }
    return value;
}

/// Takes the number of elements off the front. Each takes `least` bytes: more cannot be there.
std::size_t take_count(ByteView& rest, const Type& type, std::size_t least) {
    if (rest.size() < 4) {
        refuse(rest, type, "cut short");
    }
    const auto count = load_big<std::int32_t>(rest.data());
    if (count < 0 || static_cast<std::size_t>(count) > (rest.size() - 4) / least) {
        refuse(rest, type, fmt::format("it cannot hold {} elements", count));
    }
    rest = rest.subspan(4);
    return static_cast<std::size_t>(count);
}

Value decode_list(ByteView bytes, const Type& type) {
    ByteView rest = bytes;
    const Type& of = element(bytes, type, 0);
    const std::size_t count = take_count(rest, type, 4);
    Value value{List()};
    List& list = std::get<List>(value.held);
    list.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        list.push_back(take_element(rest, of));
    }
    if (!rest.empty()) {
        refuse(bytes, type, "bytes are left over");
    }
    return value;
}

Value decode_map(ByteView bytes, const Type& type) {
    ByteView rest = bytes;
    const Type& key_type = element(bytes, type, 0);
    const Type& value_type = element(bytes, type, 1);
    const std::size_t count = take_count(rest, type, 8);
    Value value{Map()};
    Map& map = std::get<Map>(value.held);
    map.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        Value key = take_element(rest, key_type);
        map.emplace_back(std::move(key), take_element(rest, value_type));
    }
    if (!rest.empty()) {
        refuse(bytes, type, "bytes are left over");
    }
    return value;
}

Value decode_tuple(ByteView bytes, const Type& type) {
    ByteView rest = bytes;
    Value value{List(type.elements.size())};
    List& parts = std::get<List>(value.held);
    // A value written before a field was added to its type ends early.
    for (std::size_t i = 0; i < parts.size() && !rest.empty(); ++i) {
        parts[i] = take_sized(rest, type.elements[i]);
    }
    if (!rest.empty()) {
        refuse(bytes, type, "bytes are left over");
    }
    return value;
}

ByteView take_vector_element(ByteView& rest, const Type& type, std::size_t fixed) {
    std::size_t size = fixed;
    if (fixed == 0) {
        const auto length = take_vint(rest);
        if (!length || *length > rest.size()) {
            refuse(rest, type, "cut short");
        }
        size = static_cast<std::size_t>(*length);
    }
    if (rest.size() < size) {
        refuse(rest, type, "cut short");
    }
    const ByteView bytes = rest.first(size);
    rest = rest.subspan(size);
    return bytes;
}

Value decode_vector(ByteView bytes, const Type& type) {
    ByteView rest = bytes;
    const Type& of = element(bytes, type, 0);
    if (type.dimension < 0 || static_cast<std::size_t>(type.dimension) > bytes.size()) {
        refuse(bytes, type, "cut short");  // an element takes a byte at least
    }
    const std::size_t fixed = fixed_size(of);
    Value value{List()};
    List& list = std::get<List>(value.held);
    list.reserve(static_cast<std::size_t>(type.dimension));
    for (std::int32_t i = 0; i < type.dimension; ++i) {
        list.push_back(decode_part(take_vector_element(rest, type, fixed), of));
    }
    if (!rest.empty()) {
        refuse(bytes, type, "bytes are left over");
    }
    return value;
}

}  // namespace

Value decode(ByteView bytes, const Type& type) {
    if (bytes.empty() && type.kind != Kind::text && type.kind != Kind::ascii &&
        type.kind != Kind::blob && type.kind != Kind::tuple && type.kind != Kind::udt) {
        return {};
    }
    switch (type.kind) {
        case Kind::ascii:
        case Kind::text: return decode_text(bytes, type);
        case Kind::tinyint: return decode_int<std::int8_t>(bytes, type);
        case Kind::smallint: return decode_int<std::int16_t>(bytes, type);
        case Kind::int_: return decode_int<std::int32_t>(bytes, type);
        case Kind::bigint:
        case Kind::counter:
        case Kind::timestamp: return decode_int<std::int64_t>(bytes, type);
        case Kind::varint: return decode_varint(bytes, type);
        case Kind::decimal: return decode_decimal(bytes, type);
        case Kind::float_: return std::bit_cast<float>(load<std::uint32_t>(bytes, type));
        case Kind::double_: return std::bit_cast<double>(load<std::uint64_t>(bytes, type));
        case Kind::boolean: return load<std::uint8_t>(bytes, type) != 0;
        case Kind::uuid:
        case Kind::timeuuid: return decode_uuid(bytes, type);
        case Kind::date:
            return std::int64_t{load<std::uint32_t>(bytes, type)} - (std::int64_t{1} << 31);
        case Kind::time: return decode_time(bytes, type);
        case Kind::duration: return decode_duration(bytes, type);
        case Kind::inet: return decode_inet(bytes, type);
        case Kind::blob: return Blob{Bytes(bytes.begin(), bytes.end())};
        case Kind::list:
        case Kind::set: return decode_list(bytes, type);
        case Kind::map: return decode_map(bytes, type);
        case Kind::tuple:
        case Kind::udt: return decode_tuple(bytes, type);
        case Kind::vector: return decode_vector(bytes, type);
    }
    return {};
}

}  // namespace duet::cassandra
