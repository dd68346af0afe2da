// Fields of an index of a user, of every kind that the live tables of types cannot try on a server
// without modules: the column that each gets, and that a value read into it is written back as it
// was. (Kinds that every server knows: tests/types_table.py.)

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "stores/elasticsearch/mapping.hpp"
#include "support.hpp"

namespace duet::elasticsearch {
namespace {

struct Trip {
    std::string kind;
    std::string column;
    std::string there;
    std::string back;  // empty: as it was
    std::string more;  // of the mapping, with a comma before it
};

const std::vector<Trip> trips = {
    {"unsigned_long", "varint", "0", "", ""},
    {"unsigned_long", "varint", "18446744073709551615", "", ""},
    {"unsigned_long", "varint", R"("18446744073709551615")", "18446744073709551615", ""},
    {"scaled_float", "double", "10.123", "", R"(,"scaling_factor":100)"},
    {"scaled_float", "double", "-0.0", "", R"(,"scaling_factor":100)"},
    {"rank_feature", "double", "1.5", "", ""},
    {"wildcard", "text", R"("a*\u0000ä")", "", ""},
    {"wildcard", "text", R"("")", "", ""},
    {"version", "text", R"("1.2.3-beta+7")", "", ""},
    {"version", "text", R"("no version")", "", ""},
    {"constant_keyword", "text", R"("the one")", "", ""},
    {"match_only_text", "text", R"("a line of a log")", "", ""},
    {"search_as_you_type", "text", R"("quick")", "", ""},
    {"counted_keyword", "text", R"("x")", "", ""},
    {"annotated_text", "text", R"("a [word] (thing).")", "", ""},
    {"token_count", "text", R"("John Smith")", "", R"(,"analyzer":"standard")"},
    {"join", "text", R"({"name":"line","parent":"1"})", "", ""},
    {"join", "text", R"("order")", "", ""},
    {"percolator", "text", R"({"match":{"a":"b"}})", "", ""},
    {"completion", "text", R"({"input":["a","b"],"weight":3})", "", ""},
    {"completion", "text", R"(["a","b"])", "", ""},
    {"rank_features", "text", R"({"a":1.50,"b":20})", "", ""},
    {"sparse_vector", "text", R"({"a":0.5})", "", ""},
    {"histogram", "text", R"({"values":[0.1,0.20],"counts":[3,7]})", "", ""},
    {"aggregate_metric_double", "text", R"({"min":-1.0,"max":2})", "", ""},
    {"point", "text", R"({"x":1.0,"y":2})", "", ""},
    {"shape", "text", R"({"type":"point","coordinates":[1.0,2]})", "", ""},
    {"geo_shape", "text", R"x("POINT (1 2)")x", "", ""},
    {"date_range", "text", R"({"gte":"2026-01-01","lt":null})", "", ""},
    {"ip_range", "text", R"("10.0.0.0/8")", "", ""},
    {"flat_object", "map<text, text>", R"({"a":"x"})", "", ""},
    {"knn_vector", "vector<float, 2>", "[1.5,-0.0]", "", R"(,"dims":2)"},
    {"dense_vector", "text", "[1,-128]", "", R"(,"dims":2,"element_type":"byte")"},
    {"a_kind_of_the_future", "text", R"([1.10,{"a":null}])", "", ""},
};

TEST(FieldKinds, a_value_of_each_kind_is_written_back_as_it_was) {
    for (const Trip& trip : trips) {
        SCOPED_TRACE(trip.kind + " " + trip.there);
        const std::string mapping = R"({"type":")" + trip.kind + '"' + trip.more + "}";
        const auto properties = JsonDocument::parse(R"({"f":)" + mapping + "}");
        const MappedColumns mapped = columns_of(properties->root(), "updated_at", {});
        ASSERT_EQ(mapped.columns.size(), 1U);
        const Type& type = mapped.columns.front().type;
        EXPECT_EQ(to_cql(type), trip.column);
        const Value value = read_value(trip.there, type, mapping);
        EXPECT_EQ(write_value(value, type, mapping),
                  R"({"f":)" + (trip.back.empty() ? trip.there : trip.back) + ",");
    }
}

}  // namespace
}  // namespace duet::elasticsearch
