#pragma once
// A fuzzer's bytes as a row of choices: types of any shape, and values that fit them. What is made
// so differs a little where the bytes do, which is how libFuzzer finds its way.

#include <algorithm>
#include <bit>
#include <limits>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "model/order.hpp"
#include "model/record.hpp"

namespace duet::fuzz {

/// Where the bytes end, every further choice is the first of its kind.
class Choices {
public:
    explicit Choices(ByteView bytes) : rest_(bytes) {}

    std::uint8_t byte() {
        if (rest_.empty()) return 0;
        const std::uint8_t first = rest_.front();
        rest_ = rest_.subspan(1);
        return first;
    }
    /// One of 0 to count - 1, of at most 256.
    std::size_t below(std::size_t count) { return byte() % count; }
    bool flip() { return below(2) == 1; }
    template <class Range>
    const auto& one_of(const Range& range) {
        return range[below(std::size(range))];
    }
    std::uint64_t number() {
        std::uint64_t bits = 0;
        for (int i = 0; i < 8; ++i) bits = (bits << 8) | byte();
        return bits;
    }
    ByteView take(std::size_t size) {
        const ByteView front = rest_.first(std::min(size, rest_.size()));
        rest_ = rest_.subspan(front.size());
        return front;
    }
    ByteView rest() { return take(rest_.size()); }

private:
    ByteView rest_;
};

/// Of the depth that is given at most. Names and shapes are those that a table can have.
inline Type any_type(Choices& choices, int depth, bool inside = false) {
    constexpr auto scalars = static_cast<std::size_t>(Kind::list);
    constexpr auto all = static_cast<std::size_t>(Kind::udt) + 1;
    Type type;
    type.kind = static_cast<Kind>(choices.below(depth == 0 ? scalars : all));
    if (static_cast<std::size_t>(type.kind) < scalars) return type;
    const bool has_parts = type.kind == Kind::tuple || type.kind == Kind::udt;
    const std::size_t parts = type.kind == Kind::map ? 2 : has_parts ? 1 + choices.below(3) : 1;
    for (std::size_t i = 0; i < parts; ++i) {
        type.elements.push_back(any_type(choices, depth - 1, true));
        if (type.kind == Kind::udt) type.field_names.push_back("part \"" + std::to_string(i));
    }
    if (type.kind == Kind::udt) type.udt_name = "Made \"Up";
    if (type.kind == Kind::vector) type.dimension = static_cast<std::int32_t>(1 + choices.below(3));
    type.frozen = inside && type.kind != Kind::vector;
    return type;
}

/// The lowest, the highest, a small one, or any.
inline std::int64_t any_int(Choices& choices, std::int64_t lowest, std::int64_t highest) {
    const auto span = static_cast<std::uint64_t>(highest) - static_cast<std::uint64_t>(lowest);
    switch (choices.below(4)) {
        case 0: return std::clamp<std::int64_t>(std::int8_t(choices.byte()), lowest, highest);
        case 1: return lowest;
        case 2: return highest;
        default: break;
    }
    const std::uint64_t bits = choices.number();
    const std::uint64_t step = span == UINT64_MAX ? bits : bits % (span + 1);
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(lowest) + step);
}

template <class T>
std::int64_t any_int_of(Choices& choices) {
    return any_int(choices, std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
}

/// Of ASCII and of characters of two, three and four bytes.
inline std::string any_text(Choices& choices, bool ascii) {
    constexpr std::string_view wide[] = {"\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x90\x8E",
                                         "\xE2\x80\xA8"};
    std::string text;
    for (const std::uint8_t byte : choices.take(choices.below(24))) {
        if (byte < 0x80 || ascii) {
            text += static_cast<char>(byte & 0x7fU);
        } else {
            text += wide[byte % std::size(wide)];
        }
    }
    return text;
}

inline BigInteger any_integer(Choices& choices) {
    const auto number = BigInteger::from_twos_complement(choices.take(1 + choices.below(24)));
    return number.value_or(BigInteger());
}

inline Duration any_duration(Choices& choices) {
    const auto months = any_int(choices, 0, INT32_MAX);
    const auto days = any_int(choices, 0, INT32_MAX);
    const auto nanoseconds = any_int(choices, 0, INT64_MAX);
    // Below zero by one more: the lowest number has no counterpart.
    const bool negative = choices.flip();
    return {static_cast<std::int32_t>(negative ? -months - 1 : months),
            static_cast<std::int32_t>(negative ? -days - 1 : days),
            negative ? -nanoseconds - 1 : nanoseconds};
}

inline Uuid any_uuid(Choices& choices, bool timed) {
    Uuid id;
    std::ranges::copy(choices.take(id.bytes.size()), id.bytes.begin());
    if (timed) id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0fU) | 0x10U);
    return id;
}

inline Inet any_inet(Choices& choices) {
    Inet address;
    address.size = choices.flip() ? 16 : 4;
    std::ranges::copy(choices.take(address.size), address.bytes.begin());
    return address;
}

inline Value any_value(Choices& choices, const Type& type);

inline Value any_parts(Choices& choices, const Type& type) {
    List list;
    if (type.kind == Kind::tuple || type.kind == Kind::udt) {
        for (const Type& part : type.elements) {
            list.push_back(choices.below(4) == 3 ? Value() : any_value(choices, part));
        }
        return list;
    }
    const std::size_t size =
        type.kind == Kind::vector ? static_cast<std::size_t>(type.dimension) : choices.below(4);
    // Sets and maps as Cassandra keeps them: in its order, and 1.0 and 1.00 are one key.
    const Type& of = type.elements[0];
    const auto less = [&](const Value& left, const Value& right) {
        return cassandra_order(left, right, of) < 0;
    };
    if (type.kind != Kind::map) {
        for (std::size_t i = 0; i < size; ++i) {
            Value element = any_value(choices, of);
            const bool known =
                type.kind == Kind::set && std::ranges::any_of(list, [&](const Value& each) {
                    return !less(each, element) && !less(element, each);
                });
            if (!known) list.push_back(std::move(element));
        }
        if (type.kind == Kind::set) std::ranges::sort(list, less);
        return list;
    }
    Map map;
    for (std::size_t i = 0; i < size; ++i) {
        Value key = any_value(choices, of);
        const bool known = std::ranges::any_of(map, [&](const auto& entry) {
            return same_value(entry.first, key, of) ||
                   (!less(entry.first, key) && !less(key, entry.first));
        });
        if (!known) map.emplace_back(std::move(key), any_value(choices, type.elements[1]));
    }
    std::ranges::sort(map, less, &std::pair<Value, Value>::first);
    return map;
}

/// Never null; inside of a tuple or user type there may be nulls.
inline Value any_value(Choices& choices, const Type& type) {
    switch (type.kind) {
        case Kind::ascii: return any_text(choices, true);
        case Kind::text: return any_text(choices, false);
        case Kind::tinyint: return any_int_of<std::int8_t>(choices);
        case Kind::smallint: return any_int_of<std::int16_t>(choices);
        case Kind::date:
        case Kind::int_: return any_int_of<std::int32_t>(choices);
        case Kind::bigint:
        case Kind::counter:
        case Kind::timestamp: return any_int_of<std::int64_t>(choices);
        case Kind::varint: return any_integer(choices);
        case Kind::decimal: {
            const auto scale = static_cast<std::int32_t>(any_int_of<std::int32_t>(choices));
            return Decimal{any_integer(choices), scale};
        }
        case Kind::float_:
            return std::bit_cast<float>(static_cast<std::uint32_t>(choices.number() >> 32));
        case Kind::double_: return std::bit_cast<double>(choices.number());
        case Kind::boolean: return choices.flip();
        case Kind::uuid:
        case Kind::timeuuid: return any_uuid(choices, type.kind == Kind::timeuuid);
        case Kind::time: return any_int(choices, 0, 86'399'999'999'999);
        case Kind::duration: return any_duration(choices);
        case Kind::inet: return any_inet(choices);
        case Kind::blob: {
            const ByteView bytes = choices.take(choices.below(24));
            return Blob{Bytes(bytes.begin(), bytes.end())};
        }
        case Kind::list:
        case Kind::set:
        case Kind::map:
        case Kind::tuple:
        case Kind::vector:
        case Kind::udt: return any_parts(choices, type);
    }
    return {};
}

/// A few bytes replaced, put in or taken out, here and there.
template <class Text>
void edit(Choices& choices, Text& text) {
    using Element = typename Text::value_type;
    for (std::size_t edits = choices.below(4); edits > 0; --edits) {
        const std::size_t place = choices.number() >> 48;
        const auto at = text.begin() + static_cast<std::ptrdiff_t>(place % (text.size() + 1));
        const auto element = static_cast<Element>(choices.byte());
        switch (choices.below(4)) {
            case 0: text.insert(at, element); break;
            case 1: text.erase(at, text.end()); break;
            case 2:
                if (at != text.end()) text.erase(at);
                break;
            default:
                if (at != text.end()) *at = element;
        }
    }
}

}  // namespace duet::fuzz
