#include "stores/cassandra/types.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "unit/stores/arbitrary.hpp"

namespace duet::cassandra {
namespace {

std::string reparsed(std::string_view cql) {
    const auto type = parse_type(cql, UserTypes());
    return type ? to_cql(*type) : "none";
}

/// User types of any_type are all called the same; here each gets its own name.
void name_user_types(Type& type, UserTypes& types) {
    for (Type& element : type.elements) {
        name_user_types(element, types);
    }
    if (type.kind == Kind::udt) {
        type.udt_name = "Type \"" + std::to_string(types.size()) + "\"";
        types.emplace(type.udt_name, type);
    }
}

RC_GTEST_PROP(TypeText, every_type_is_read_back_from_its_text, ()) {
    UserTypes types;
    Type type = any_type(3);
    name_user_types(type, types);
    const auto parsed = parse_type(to_cql(type), types);
    RC_ASSERT(parsed.has_value());
    RC_ASSERT(same_shape(*parsed, type));
    RC_ASSERT(to_cql(*parsed) == to_cql(type));
}

RC_GTEST_PROP(TypeText, any_text_is_a_type_or_none, (const std::string& text)) {
    (void)parse_type(text, UserTypes());
    cql::ColumnType custom;
    custom.code = cql::TypeCode::custom;
    custom.custom_class = text;
    (void)from_column_type(custom);
}

TEST(TypeText, is_read_as_system_schema_writes_it) {
    for (const char* text :
         {"int", "map<text, frozen<list<int>>>", "frozen<tuple<int, text>>", "vector<float, 3>",
          "list<frozen<map<text, frozen<set<uuid>>>>>", "set<timeuuid>"}) {
        const std::string expected =
            std::string(text) == "frozen<tuple<int, text>>" ? "tuple<int, text>" : text;
        EXPECT_EQ(reparsed(text), expected);
    }
    EXPECT_EQ(reparsed("map<text,int>"), "map<text, int>");
}

TEST(TypeText, what_is_no_type_is_none) {
    for (const char* text : {"", "list", "list<", "list<int", "list<int>>", "map<int>", "int<int>",
                             "vector<int>", "vector<int, 0>", "vector<int, 3", "nonsense",
                             "'org.apache.cassandra.db.marshal.DateType'", "frozen<>", "\"open"}) {
        EXPECT_EQ(reparsed(text), "none") << text;
    }
}

TEST(TypeText, nesting_has_a_limit) {
    std::string text;
    for (int i = 0; i < 10'000; ++i) {
        text += "frozen<";
    }
    EXPECT_EQ(reparsed(text), "none");
}

TEST(TypeText, user_types_are_found_by_their_name) {
    Type address;
    address.kind = Kind::udt;
    address.udt_name = "address";
    address.elements.emplace_back();
    address.field_names = {"street"};
    UserTypes types{{"address", address}};
    const auto type = parse_type("list<frozen<address>>", types);
    ASSERT_TRUE(type);
    EXPECT_EQ(type->elements[0].field_names, address.field_names);
    EXPECT_TRUE(type->elements[0].frozen);
    EXPECT_FALSE(parse_type("list<frozen<other>>", types));
}

TEST(ColumnTypes, a_vector_is_a_custom_type_of_the_protocol) {
    cql::ColumnType column;
    column.code = cql::TypeCode::custom;
    column.custom_class =
        "org.apache.cassandra.db.marshal.VectorType(org.apache.cassandra.db.marshal.FloatType , 3)";
    const auto type = from_column_type(column);
    ASSERT_TRUE(type);
    EXPECT_EQ(to_cql(*type), "vector<float, 3>");
}

TEST(ColumnTypes, a_vector_of_a_user_type_is_one_of_the_protocol_too) {
    cql::ColumnType column;
    column.code = cql::TypeCode::custom;
    column.custom_class =
        "org.apache.cassandra.db.marshal.VectorType("
        "org.apache.cassandra.db.marshal.FrozenType(org.apache.cassandra.db.marshal.UserType("
        "shop,61646472657373,6e6f:org.apache.cassandra.db.marshal.Int32Type,"
        "74616773:org.apache.cassandra.db.marshal.SetType("
        "org.apache.cassandra.db.marshal.UTF8Type))) , 2)";
    const auto type = from_column_type(column);
    ASSERT_TRUE(type);
    EXPECT_EQ(to_cql(*type), "vector<frozen<\"address\">, 2>");
    const Type& user_type = type->elements.at(0);
    EXPECT_EQ(user_type.field_names, (std::vector<std::string>{"no", "tags"}));
    ASSERT_EQ(user_type.elements.size(), 2U);
    EXPECT_EQ(to_cql(user_type.elements[1]), "set<text>");
}

TEST(ColumnTypes, a_custom_type_that_is_not_known_is_none) {
    cql::ColumnType column;
    column.code = cql::TypeCode::custom;
    column.custom_class = "com.example.Special";
    EXPECT_FALSE(from_column_type(column));
}

TEST(ColumnTypes, collections_keep_their_parts) {
    cql::ColumnType column;
    column.code = cql::TypeCode::map;
    column.elements.resize(2);
    column.elements[1].code = cql::TypeCode::int_;
    EXPECT_EQ(to_cql(*from_column_type(column)), "map<text, int>");
}

TEST(DeclaredTypes, what_is_inside_of_a_collection_is_frozen) {
    const auto inner = parse_type("list<list<map<int, set<int>>>>", UserTypes());
    ASSERT_TRUE(inner);
    EXPECT_EQ(to_cql(declared(*inner)), "list<frozen<list<frozen<map<int, frozen<set<int>>>>>>>");
}

}  // namespace
}  // namespace duet::cassandra
