#include "model/order.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "model/text.hpp"

namespace duet {
namespace {

Type of(Kind kind) { return Type{.kind = kind}; }

/// Each value is less than those behind it.
void ascend(const std::vector<Value>& values, const Type& type) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        for (std::size_t j = 0; j < values.size(); ++j) {
            EXPECT_TRUE(cassandra_order(values[i], values[j], type) == (i <=> j))
                << "value " << i << " and value " << j << " of " << to_cql(type);
        }
    }
}

void ascend(const std::vector<const char*>& texts, Kind kind) {
    std::vector<Value> values;
    for (const char* text : texts) values.push_back(*parse_scalar(text, of(kind)));
    ascend(values, of(kind));
}

TEST(CassandraOrder, of_numbers_is_by_their_value) {
    ascend({"-128", "-1", "0", "1", "127"}, Kind::tinyint);
    ascend({"-123456789012345678901234567890", "-10", "-9", "0", "9", "10",
            "123456789012345678901234567890"},
           Kind::varint);
    ascend({"-1E+3", "-10.5", "-10", "-9.99", "-0.01", "0", "0.001", "0.01", "9.99", "10", "10.01",
            "1E+3"},
           Kind::decimal);
}

TEST(CassandraOrder, of_decimals_of_one_value_is_none) {
    const Type decimal = of(Kind::decimal);
    const auto order = [&](const char* left, const char* right) {
        return cassandra_order(*parse_scalar(left, decimal), *parse_scalar(right, decimal),
                               decimal);
    };
    EXPECT_TRUE(order("1.0", "1.00") == 0);
    EXPECT_TRUE(order("0", "0.00") == 0);
    EXPECT_TRUE(order("1000", "1E+3") == 0);
    EXPECT_TRUE(order("-20", "-2E+1") == 0);
}

TEST(CassandraOrder, of_floats_is_javas) {
    const std::vector<const char*> texts{"-Infinity", "-1.5", "-0.0",     "0.0",
                                         "1e-30",     "1.5",  "Infinity", "NaN"};
    ascend(texts, Kind::float_);
    ascend(texts, Kind::double_);
}

TEST(CassandraOrder, of_texts_blobs_and_addresses_is_by_bytes) {
    ascend({"", "B", "a", "aa", "b", "é", "☃"}, Kind::text);
    ascend({"", "AA==", "AAE=", "/w=="}, Kind::blob);
    ascend({"9.255.255.255", "10.0.0.1", "2001:db8::1", "200.0.0.1", "fe80::1"}, Kind::inet);
}

TEST(CassandraOrder, of_uuids_is_by_version_and_of_timeuuids_by_time) {
    ascend({"ffffffff-ffff-1fff-8000-000000000000", "00000000-0000-4000-8000-000000000000",
            "00000000-0000-4000-8000-000000000001", "f0000000-0000-4000-8000-000000000000"},
           Kind::uuid);
    ascend({"ffffffff-0000-1000-8000-000000000000", "00000000-0001-1000-7f00-000000000000",
            "00000000-0001-1000-8000-000000000000", "00000000-0000-1001-8000-000000000000"},
           Kind::uuid);
    ascend({"ffffffff-0000-1000-8000-000000000000", "00000000-0001-1000-8000-000000000000",
            "00000000-0001-1000-7f00-000000000000", "00000000-0000-1001-8000-000000000000"},
           Kind::timeuuid);
}

TEST(CassandraOrder, of_what_has_parts_is_by_its_parts_and_null_comes_first) {
    const auto number = [](std::int64_t value) { return Value(value); };
    const Type list{.kind = Kind::list, .elements = {of(Kind::int_)}, .frozen = true};
    ascend({List{}, List{number(1)}, List{number(1), number(2)}, List{number(2)}}, list);
    const Type map{.kind = Kind::map, .elements = {of(Kind::int_), of(Kind::int_)}, .frozen = true};
    ascend({Map{}, Map{{number(1), number(1)}}, Map{{number(1), number(2)}},
            Map{{number(1), number(2)}, {number(2), number(0)}}, Map{{number(2), number(0)}}},
           map);
    const Type tuple{.kind = Kind::tuple, .elements = {of(Kind::int_), of(Kind::text)}};
    ascend({List{Value(), std::string("z")}, List{number(1), Value()},
            List{number(1), std::string("a")}},
           tuple);
}

}  // namespace
}  // namespace duet
