#include "model/order.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace duet {
namespace {

using Order = std::weak_ordering;

Order opposite(Order order) { return 0 <=> order; }

/// digits * 10^-scale; zeros at the end of the digits count for nothing.
Order order_of_numbers(std::string_view left, std::int32_t left_scale, std::string_view right,
                       std::int32_t right_scale) {
    const auto sign = [](std::string_view digits) {
        if (digits == "0") return 0;
        return digits.starts_with('-') ? -1 : 1;
    };
    if (sign(left) != sign(right) || sign(left) == 0) return sign(left) <=> sign(right);
    if (sign(left) < 0) {
        return opposite(order_of_numbers(left.substr(1), left_scale, right.substr(1), right_scale));
    }
    const auto power = [](std::string_view digits, std::int64_t scale) {
        return static_cast<std::int64_t>(digits.size()) - scale;
    };
    const Order powers = power(left, left_scale) <=> power(right, right_scale);
    if (powers != 0) return powers;
    const auto significant = [](std::string_view digits) {
        return digits.substr(0, digits.find_last_not_of('0') + 1);
    };
    return significant(left) <=> significant(right);
}

/// As Java has it: -0.0 is less than 0.0, and NaN more than everything.
template <class Number>
Order order_of_floats(Number left, Number right) {
    if (std::isnan(left) || std::isnan(right)) return std::isnan(left) <=> std::isnan(right);
    if (left == 0 && right == 0) return std::signbit(right) <=> std::signbit(left);
    return left < right ? Order::less : left > right ? Order::greater : Order::equivalent;
}

std::string_view half(const Uuid& id, std::size_t from) {
    return as_text(id.bytes).substr(from, 8);
}

/// The bytes of its time, the most significant ones first.
std::array<std::uint8_t, 8> time_of(const Uuid& id) {
    const auto& bytes = id.bytes;
    return {bytes[6], bytes[7], bytes[4], bytes[5], bytes[0], bytes[1], bytes[2], bytes[3]};
}

Order order_of_uuids(const Uuid& left, const Uuid& right) {
    if (left.version() != right.version()) return left.version() <=> right.version();
    const bool timed = left.version() == 1;
    const Order first = timed ? time_of(left) <=> time_of(right) : half(left, 0) <=> half(right, 0);
    return first != 0 ? first : half(left, 8) <=> half(right, 8);
}

/// By time; then by bytes that have a sign.
Order order_of_timeuuids(const Uuid& left, const Uuid& right) {
    const Order times = time_of(left) <=> time_of(right);
    if (times != 0) return times;
    const auto less = [](std::uint8_t a, std::uint8_t b) {
        return static_cast<std::int8_t>(a) <=> static_cast<std::int8_t>(b);
    };
    return std::lexicographical_compare_three_way(left.bytes.begin() + 8, left.bytes.end(),
                                                  right.bytes.begin() + 8, right.bytes.end(), less);
}

Order order_of_lists(const List& left, const List& right, const Type& type) {
    const bool own_types = type.kind == Kind::tuple || type.kind == Kind::udt;
    for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
        const Type& of = type.elements[own_types ? i : 0];
        const Order order = cassandra_order(left[i], right[i], of);
        if (order != 0) return order;
    }
    return left.size() <=> right.size();
}

Order order_of_maps(const Map& left, const Map& right, const Type& type) {
    for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
        const Order keys = cassandra_order(left[i].first, right[i].first, type.elements[0]);
        if (keys != 0) return keys;
        const Order values = cassandra_order(left[i].second, right[i].second, type.elements[1]);
        if (values != 0) return values;
    }
    return left.size() <=> right.size();
}

/// Of two values of one kind.
struct OrderOf {
    const Value& other;
    const Type& type;

    Order operator()(std::monostate) const { return Order::equivalent; }
    Order operator()(bool value) const { return value <=> other.get<bool>(); }
    Order operator()(std::int64_t value) const { return value <=> other.get<std::int64_t>(); }
    Order operator()(float value) const { return order_of_floats(value, other.get<float>()); }
    Order operator()(double value) const { return order_of_floats(value, other.get<double>()); }
    Order operator()(const std::string& value) const { return value <=> other.get<std::string>(); }
    Order operator()(const Blob& value) const { return value.bytes <=> other.get<Blob>().bytes; }
    Order operator()(const Uuid& value) const {
        const Uuid& id = other.get<Uuid>();
        return type.kind == Kind::timeuuid ? order_of_timeuuids(value, id)
                                           : order_of_uuids(value, id);
    }
    Order operator()(const Inet& value) const {
        const Inet& address = other.get<Inet>();
        return as_text(value.bytes).substr(0, value.size) <=>
               as_text(address.bytes).substr(0, address.size);
    }
    Order operator()(const BigInteger& value) const {
        return order_of_numbers(value.digits, 0, other.get<BigInteger>().digits, 0);
    }
    Order operator()(const Decimal& value) const {
        const Decimal& number = other.get<Decimal>();
        return order_of_numbers(value.unscaled.digits, value.scale, number.unscaled.digits,
                                number.scale);
    }
    Order operator()(const Duration& /*value*/) const {
        return Order::equivalent;  // CQL has no duration in a set or as a map's key
    }
    Order operator()(const List& value) const {
        return order_of_lists(value, other.get<List>(), type);
    }
    Order operator()(const Map& value) const {
        return order_of_maps(value, other.get<Map>(), type);
    }
};

}  // namespace

std::weak_ordering cassandra_order(const Value& left, const Value& right, const Type& type) {
    if (left.is_null() || right.is_null()) return right.is_null() <=> left.is_null();
    return std::visit(OrderOf{right, type}, left.held);
}

}  // namespace duet
