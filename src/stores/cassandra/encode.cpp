#include <fmt/format.h>

#include <bit>
#include <limits>

#include "base/vint.hpp"
#include "stores/cassandra/codec.hpp"

namespace duet::cassandra {
namespace {

constexpr std::int64_t nanoseconds_a_day = 86'400'000'000'000;
constexpr std::size_t element_limit = std::numeric_limits<std::int32_t>::max();

[[noreturn]] void refuse(const Value& value, const Type& type, std::string_view reason) {
    throw ValueError(shown(value),
                     fmt::format("does not fit the type {}: {}", to_cql(type), reason));
}

template <class T>
const T& expect(const Value& value, const Type& type) {
    const T* held = value.get_if<T>();
    if (held == nullptr) {
        refuse(value, type, value.is_null() ? "it is null" : "it is of another kind");
    }
    return *held;
}

std::int64_t expect_int(const Value& value, const Type& type, std::int64_t lowest,
                        std::int64_t highest) {
    const auto number = expect<std::int64_t>(value, type);
    if (number < lowest || number > highest) {
        refuse(value, type, fmt::format("the range is {} to {}", lowest, highest));
    }
    return number;
}

template <class T>
void encode_int(const Value& value, const Type& type, Bytes& out) {
    using Limits = std::numeric_limits<T>;
    append_big(out, static_cast<T>(expect_int(value, type, Limits::min(), Limits::max())));
}

void encode_text(const Value& value, const Type& type, Bytes& out) {
    const std::string& text = expect<std::string>(value, type);
    if (!is_utf8(as_bytes(text))) {
        refuse(value, type, "it is not UTF-8");
    }
    append(out, as_bytes(text));
}

void encode_ascii(const Value& value, const Type& type, Bytes& out) {
    const std::string& text = expect<std::string>(value, type);
    if (!is_ascii(as_bytes(text))) {
        refuse(value, type, "it has characters beyond ASCII; make the column text");
    }
    append(out, as_bytes(text));
}

void encode_uuid(const Value& value, const Type& type, Bytes& out) {
    const Uuid& id = expect<Uuid>(value, type);
    if (type.kind == Kind::timeuuid && id.version() != 1) {
        refuse(value, type, "it is not a version 1 (time) UUID");
    }
    append(out, id.bytes);
}

void encode_date(const Value& value, const Type& type, Bytes& out) {
    using Limits = std::numeric_limits<std::int32_t>;
    const std::int64_t days = expect_int(value, type, Limits::min(), Limits::max());
    append_big(out, static_cast<std::uint32_t>(days + (std::int64_t{1} << 31)));  // 2^31 is 1970
}

void encode_inet(const Value& value, const Type& type, Bytes& out) {
    const Inet& address = expect<Inet>(value, type);
    if (address.size != 4 && address.size != 16) {
        refuse(value, type, "an address has 4 or 16 bytes");
    }
    append(out, ByteView(address.bytes).first(address.size));
}

void encode_decimal(const Value& value, const Type& type, Bytes& out) {
    const Decimal& number = expect<Decimal>(value, type);
    append_big(out, number.scale);
    append(out, number.unscaled.to_twos_complement());
}

void encode_duration(const Value& value, const Type& type, Bytes& out) {
    const Duration& duration = expect<Duration>(value, type);
    if (!has_one_sign(duration)) {
        refuse(value, type, "its parts must have one sign");
    }
    append_vint(out, zigzag(duration.months));
    append_vint(out, zigzag(duration.days));
    append_vint(out, zigzag(duration.nanoseconds));
}

void check_part(const Value& value, const Type& type, std::size_t count) {
    if (type.elements.size() < count) {
        refuse(value, type, "the type is incomplete");
    }
}

/// Appends [int length][bytes]; the length is patched in afterwards, so nothing is copied.
void encode_sized(const Value& value, const Type& type, Bytes& out) {
    const std::size_t start = out.size();
    append_big(out, std::int32_t{0});
    encode(value, type, out);
    const std::size_t size = out.size() - start - 4;
    if (size > element_limit) {
        refuse(Value(), type, "an element is larger than 2 GiB");
    }
    for (std::size_t i = 0; i < 4; ++i) {
        out[start + i] = static_cast<std::uint8_t>(size >> (8 * (3 - i)));
    }
}

void encode_element(const Value& owner, const Type& owner_type, const Value& element,
                    const Type& type, Bytes& out) {
    if (element.is_null()) {
        refuse(owner, owner_type, "a collection cannot hold null");
    }
    encode_sized(element, type, out);
}

void encode_count(const Value& value, const Type& type, std::size_t count, Bytes& out) {
    if (count > element_limit) {
        refuse(value, type, "too many elements");
    }
    append_big(out, static_cast<std::int32_t>(count));
}

void encode_list(const Value& value, const Type& type, Bytes& out) {
    const List& list = expect<List>(value, type);
    check_part(value, type, 1);
    encode_count(value, type, list.size(), out);
    for (const Value& element : list) {
        encode_element(value, type, element, type.elements[0], out);
    }
}

void encode_map(const Value& value, const Type& type, Bytes& out) {
    const Map& map = expect<Map>(value, type);
    check_part(value, type, 2);
    encode_count(value, type, map.size(), out);
    for (const auto& [key, element] : map) {
        encode_element(value, type, key, type.elements[0], out);
        encode_element(value, type, element, type.elements[1], out);
    }
}

void encode_tuple(const Value& value, const Type& type, Bytes& out) {
    const List& parts = expect<List>(value, type);
    // An empty list means null (rule V6), but would be read back as a tuple of nulls.
    if (parts.size() > type.elements.size() || parts.empty()) {
        refuse(value, type, fmt::format("it has {} parts", parts.size()));
    }
    for (std::size_t i = 0; i < type.elements.size(); ++i) {
        if (i >= parts.size() || parts[i].is_null()) {
            append_big(out, std::int32_t{-1});
        } else {
            encode_sized(parts[i], type.elements[i], out);
        }
    }
}

void encode_vector(const Value& value, const Type& type, Bytes& out) {
    const List& list = expect<List>(value, type);
    check_part(value, type, 1);
    if (type.dimension < 0 || list.size() != static_cast<std::size_t>(type.dimension)) {
        refuse(value, type, fmt::format("it has {} elements", list.size()));
    }
    const Type& element_type = type.elements[0];
    const bool fixed = has_fixed_size(element_type);
    Bytes scratch;
    for (const Value& element : list) {
        if (element.is_null()) {
            refuse(value, type, "a vector cannot hold null");
        }
        if (fixed) {
            encode(element, element_type, out);
            continue;
        }
        scratch.clear();
        encode(element, element_type, scratch);
        append_vint(out, scratch.size());
        append(out, scratch);
    }
}

}  // namespace

bool has_fixed_size(const Type& type) { return fixed_size(type) != 0; }

std::size_t fixed_size(const Type& type) {
    switch (type.kind) {
        case Kind::boolean: return 1;
        case Kind::int_:
        case Kind::float_: return 4;
        case Kind::bigint:
        case Kind::double_:
        case Kind::timestamp: return 8;
        case Kind::uuid:
        case Kind::timeuuid: return 16;
        case Kind::vector: {
            if (type.elements.empty() || type.dimension <= 0) {
                return 0;
            }
            return static_cast<std::size_t>(type.dimension) * fixed_size(type.elements[0]);
        }
        case Kind::ascii:
        case Kind::text:
        case Kind::tinyint:
        case Kind::smallint:
        case Kind::varint:
        case Kind::decimal:
        case Kind::date:
        case Kind::time:
        case Kind::duration:
        case Kind::inet:
        case Kind::blob:
        case Kind::counter:
        case Kind::list:
        case Kind::set:
        case Kind::map:
        case Kind::tuple:
        case Kind::udt: return 0;
    }
    return 0;
}

bool has_one_sign(const Duration& duration) {
    const bool negative = duration.months < 0 || duration.days < 0 || duration.nanoseconds < 0;
    const bool positive = duration.months > 0 || duration.days > 0 || duration.nanoseconds > 0;
    return !(negative && positive);
}

void encode(const Value& value, const Type& type, Bytes& out) {
    switch (type.kind) {
        case Kind::ascii: return encode_ascii(value, type, out);
        case Kind::text: return encode_text(value, type, out);
        case Kind::tinyint: return encode_int<std::int8_t>(value, type, out);
        case Kind::smallint: return encode_int<std::int16_t>(value, type, out);
        case Kind::int_: return encode_int<std::int32_t>(value, type, out);
        case Kind::bigint:
        case Kind::counter:
        case Kind::timestamp: return encode_int<std::int64_t>(value, type, out);
        case Kind::varint: return append(out, expect<BigInteger>(value, type).to_twos_complement());
        case Kind::decimal: return encode_decimal(value, type, out);
        case Kind::float_:
            return append_big(out, std::bit_cast<std::uint32_t>(expect<float>(value, type)));
        case Kind::double_:
            return append_big(out, std::bit_cast<std::uint64_t>(expect<double>(value, type)));
        case Kind::boolean: return out.push_back(expect<bool>(value, type) ? 1 : 0);
        case Kind::uuid:
        case Kind::timeuuid: return encode_uuid(value, type, out);
        case Kind::date: return encode_date(value, type, out);
        case Kind::time: return append_big(out, expect_int(value, type, 0, nanoseconds_a_day - 1));
        case Kind::duration: return encode_duration(value, type, out);
        case Kind::inet: return encode_inet(value, type, out);
        case Kind::blob: return append(out, expect<Blob>(value, type).bytes);
        case Kind::list:
        case Kind::set: return encode_list(value, type, out);
        case Kind::map: return encode_map(value, type, out);
        case Kind::tuple:
        case Kind::udt: return encode_tuple(value, type, out);
        case Kind::vector: return encode_vector(value, type, out);
    }
}

}  // namespace duet::cassandra
