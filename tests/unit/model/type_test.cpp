#include "model/type.hpp"

#include <gtest/gtest.h>

namespace duet {
namespace {

Type simple(Kind kind) {
    Type type;
    type.kind = kind;
    return type;
}

Type nested(Kind kind, std::vector<Type> elements, bool frozen = false) {
    Type type = simple(kind);
    type.elements = std::move(elements);
    type.frozen = frozen;
    return type;
}

Type udt(std::string name, bool frozen = false) {
    Type type = nested(Kind::udt, {simple(Kind::text)}, frozen);
    type.udt_name = std::move(name);
    type.field_names = {"street"};
    return type;
}

TEST(Type, native_types_have_the_names_of_CQL) {
    EXPECT_EQ(to_cql(simple(Kind::int_)), "int");
    EXPECT_EQ(to_cql(simple(Kind::float_)), "float");
    EXPECT_EQ(to_cql(simple(Kind::double_)), "double");
    EXPECT_EQ(to_cql(simple(Kind::timeuuid)), "timeuuid");
    EXPECT_EQ(to_cql(simple(Kind::duration)), "duration");
    EXPECT_EQ(to_cql(simple(Kind::counter)), "counter");
}

TEST(Type, collections_nest) {
    const Type numbers = nested(Kind::list, {simple(Kind::int_)}, true);
    EXPECT_EQ(to_cql(nested(Kind::map, {simple(Kind::text), numbers})),
              "map<text, frozen<list<int>>>");
    EXPECT_EQ(to_cql(nested(Kind::set, {simple(Kind::uuid)})), "set<uuid>");
}

TEST(Type, tuples_and_vectors_are_frozen_without_saying_so) {
    const Type pair = nested(Kind::tuple, {simple(Kind::int_), simple(Kind::text)}, true);
    EXPECT_EQ(to_cql(pair), "tuple<int, text>");
    Type vector = nested(Kind::vector, {simple(Kind::float_)}, true);
    vector.dimension = 3;
    EXPECT_EQ(to_cql(vector), "vector<float, 3>");
}

TEST(Type, names_of_UDTs_are_quoted) {
    EXPECT_EQ(to_cql(udt("address")), "\"address\"");
    EXPECT_EQ(to_cql(udt("My \"Type\"")), "\"My \"\"Type\"\"\"");
    EXPECT_EQ(to_cql(nested(Kind::list, {udt("address", true)})), "list<frozen<\"address\">>");
}

TEST(Type, only_what_is_not_frozen_has_many_cells) {
    EXPECT_TRUE(nested(Kind::list, {simple(Kind::int_)}).multi_cell());
    EXPECT_TRUE(udt("address").multi_cell());
    EXPECT_FALSE(udt("address", true).multi_cell());
    EXPECT_FALSE(nested(Kind::map, {simple(Kind::int_), simple(Kind::int_)}, true).multi_cell());
    EXPECT_FALSE(nested(Kind::tuple, {simple(Kind::int_)}).multi_cell());
    EXPECT_FALSE(simple(Kind::text).multi_cell());
}

}  // namespace
}  // namespace duet
