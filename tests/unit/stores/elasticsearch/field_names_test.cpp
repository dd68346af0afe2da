#include "stores/elasticsearch/field_names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"

namespace duet::elasticsearch {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Type of(Kind kind) { return Type{.kind = kind}; }

FieldNames names() {
    return FieldNames(
        {{"price", "cost", of(Kind::decimal), ""}, {"name", "name", {}, R"({"type":"keyword"})"}});
}

TEST(FieldNames, a_column_stands_in_its_field_and_back) {
    Schema schema;
    schema.columns = {{"price", of(Kind::decimal)}, {"stock", of(Kind::int_)}};
    EXPECT_THAT(names().to_fields(schema, "shop.items").columns,
                ElementsAre(Column{"cost", of(Kind::decimal)}, Column{"stock", of(Kind::int_)}));
    MappedColumns mapped;
    mapped.columns = {{"cost", of(Kind::double_)}, {"stock", of(Kind::int_)}};
    names().to_columns(mapped);
    EXPECT_THAT(mapped.columns,
                ElementsAre(Column{"price", of(Kind::decimal)}, Column{"stock", of(Kind::int_)}));
    EXPECT_TRUE(mapped.notes.empty());
}

TEST(FieldNames, a_field_of_the_name_of_a_column_that_stands_elsewhere_is_left_out) {
    MappedColumns mapped;
    mapped.columns = {{"price", of(Kind::text)}};
    names().to_columns(mapped);
    EXPECT_TRUE(mapped.columns.empty());
    EXPECT_THAT(mapped.notes, ElementsAre(HasSubstr("column price stands in field cost")));
}

TEST(FieldNames, a_mapping_is_the_users_choice_or_the_types) {
    EXPECT_EQ(names().mapping_of({"name", of(Kind::text)}), R"({"type":"keyword"})");
    EXPECT_EQ(names().mapping_of({"stock", of(Kind::int_)}), mapping_of(of(Kind::int_)));
}

TEST(FieldNames, two_columns_in_one_field_are_a_misconfiguration) {
    Schema schema;
    schema.columns = {{"price", {}}, {"cost", {}}};
    try {
        (void)names().to_fields(schema, "shop.items");
        FAIL() << "accepted";
    } catch (const Misconfigured& error) {
        EXPECT_THAT(error.what(), HasSubstr("columns price and cost would both be field cost"));
    }
}

TEST(FieldNames, a_column_that_no_field_can_be_called_gets_another_name) {
    Schema schema;
    schema.columns = {{"a.b", Type{}}, {"_id", Type{}}, {"Größe", Type{}}};
    schema.key = Key({{"k.1", Type{}, false}, {"c", Type{}, true}});
    const Schema fields = FieldNames().to_fields(schema, "shop");
    EXPECT_EQ(fields.columns[0].name, "a%2Eb");
    EXPECT_EQ(fields.columns[1].name, "%5Fid");
    EXPECT_EQ(fields.columns[2].name, "Größe");
    EXPECT_EQ(fields.key.columns()[0].name, "k%2E1");
    MappedColumns mapped;
    mapped.columns = {fields.columns[0], fields.columns[1], {"x.y", Type{}}};
    FieldNames().to_columns(mapped);
    ASSERT_EQ(mapped.columns.size(), 2U);
    EXPECT_EQ(mapped.columns[0].name, "a.b");
    EXPECT_EQ(mapped.columns[1].name, "_id");
    ASSERT_EQ(mapped.notes.size(), 1U) << "a dotted field of subobjects: false";
}

TEST(FieldNames, a_field_of_the_users_choice_may_not_be_one_that_another_column_gets) {
    const FieldNames names({{"x", "a%2Eb", std::nullopt, ""}});
    Schema schema;
    schema.columns = {{"a.b", Type{}}, {"x", Type{}}};
    EXPECT_THROW((void)names.to_fields(schema, "shop"), Misconfigured);
    schema.columns = {{"a.b", Type{}}};
    EXPECT_THROW((void)names.to_fields(schema, "shop"), Misconfigured)
        << "x is no column yet, and would become one";
}

TEST(FieldNames, two_columns_may_change_their_names) {
    const FieldNames names({{"a", "b", std::nullopt, ""}, {"b", "a", std::nullopt, ""}});
    Schema schema;
    schema.columns = {{"a", Type{}}, {"b", Type{}}};
    EXPECT_THAT(names.to_fields(schema, "shop").columns,
                ElementsAre(Column{"b", Type{}}, Column{"a", Type{}}));
}

}  // namespace
}  // namespace duet::elasticsearch
