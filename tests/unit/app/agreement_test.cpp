#include "app/agreement.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "model/cursor.hpp"

namespace duet::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Type of(Kind kind) { return Type{.kind = kind}; }

Type json() { return Type{.kind = Kind::text, .holds_json = true}; }

Type list_of(const Type& element) { return Type{.kind = Kind::list, .elements = {element}}; }

Type map_of_text() { return Type{.kind = Kind::map, .elements = {of(Kind::text), of(Kind::text)}}; }

Schema table(std::vector<Column> columns) {
    return {.name = "shop.orders", .exists = true, .columns = std::move(columns)};
}

Schema index(std::vector<Column> columns) {
    return {.name = "shop.orders", .exists = true, .columns = std::move(columns)};
}

std::vector<std::string> names(const Schema& schema) {
    std::vector<std::string> all;
    for (const Column& column : schema.columns) all.push_back(column.name);
    return all;
}

TEST(Agreement, has_the_columns_of_both_sides_the_tables_first) {
    const auto agreed = agree(table({{"price", of(Kind::decimal)}, {"name", of(Kind::text)}}),
                              index({{"colour", of(Kind::text)}, {"name", of(Kind::text)}}), {});
    EXPECT_THAT(names(agreed.schema), ElementsAre("price", "name", "colour"));
    EXPECT_THAT(agreed.new_columns, ElementsAre("colour"));
    EXPECT_THAT(agreed.new_fields, ElementsAre("price"));
}

TEST(Agreement, takes_the_tables_type_where_both_have_one) {
    const auto agreed = agree(table({{"n", of(Kind::int_)}}), index({{"n", of(Kind::bigint)}}), {});
    EXPECT_EQ(agreed.schema.columns.at(0).type, of(Kind::int_));
    EXPECT_TRUE(agreed.new_columns.empty() && agreed.new_fields.empty());
}

TEST(Agreement, keeps_the_precision_of_each_side) {
    Schema rows = table({});
    rows.version_precision = Precision::milliseconds;
    Schema documents = index({});
    documents.document_precision = Precision::seconds;
    const auto agreed = agree(rows, documents, {});
    EXPECT_EQ(agreed.schema.version_precision, Precision::milliseconds);
    EXPECT_EQ(agreed.schema.document_precision, Precision::seconds);
}

TEST(Agreement, text_for_an_object_holds_its_json) {
    const auto agreed = agree(table({{"o", of(Kind::text)}, {"l", list_of(of(Kind::text))}}),
                              index({{"o", json()}, {"l", json()}}), {});
    EXPECT_TRUE(agreed.schema.columns.at(0).type.holds_json);
    EXPECT_TRUE(agreed.schema.columns.at(1).type.elements.at(0).holds_json);
}

TEST(Agreement, a_map_and_an_object_go_together) {
    const auto agreed = agree(table({{"m", map_of_text()}}), index({{"m", json()}}), {});
    EXPECT_EQ(agreed.schema.columns.at(0).type, map_of_text());
}

TEST(Agreement, a_list_and_a_mapping_of_its_elements_go_together) {
    const Column tags{"tags", list_of(of(Kind::text))};
    const auto agreed = agree(table({tags}), index({{"tags", of(Kind::text)}}), {});
    EXPECT_EQ(agreed.schema.columns.at(0), tags);
}

TEST(Agreement, an_object_for_a_single_value_is_a_misconfiguration) {
    try {
        static_cast<void>(agree(table({{"n", of(Kind::int_)}}), index({{"n", json()}}), {}));
        FAIL() << "agreed";
    } catch (const Misconfigured& error) {
        EXPECT_THAT(error.what(), HasSubstr("column n is int"));
        EXPECT_THAT(error.hint(), HasSubstr("!orders"));
    }
}

TEST(Agreement, a_single_value_for_a_map_is_a_misconfiguration) {
    EXPECT_THROW(
        static_cast<void>(agree(table({{"m", map_of_text()}}), index({{"m", of(Kind::text)}}), {})),
        Misconfigured);
}

TEST(Agreement, a_column_that_was_dropped_is_not_added_again) {
    TableLimits limits;
    limits.dropped = {"old"};
    const auto agreed = agree(table({}), index({{"old", of(Kind::text)}}), limits);
    EXPECT_TRUE(agreed.schema.columns.empty());
    EXPECT_THAT(agreed.schema.notes, ElementsAre(HasSubstr("somebody dropped")));
}

TEST(Agreement, a_column_that_was_dropped_and_is_back_is_one_like_any_other) {
    TableLimits limits;
    limits.dropped = {"old"};
    const auto agreed =
        agree(table({{"old", of(Kind::text)}}), index({{"old", of(Kind::text)}}), limits);
    EXPECT_THAT(names(agreed.schema), ElementsAre("old"));
}

TEST(Agreement, an_index_that_duet_makes_has_a_field_for_the_ends_of_records) {
    Schema none = index({});
    none.exists = false;
    EXPECT_EQ(agree(table({}), none, {}).schema.expiry_field, "expires_at");
}

TEST(Agreement, an_index_that_was_there_gets_one_where_rows_end) {
    TableLimits limits;
    EXPECT_EQ(agree(table({}), index({}), limits).schema.expiry_field, "");
    limits.expires = true;
    const auto agreed = agree(table({}), index({}), limits);
    EXPECT_EQ(agreed.schema.expiry_field, "expires_at");
    EXPECT_THAT(agreed.new_fields, ElementsAre("expires_at"));
    Schema has = index({});
    has.expiry_field = "expires_at";
    EXPECT_TRUE(agree(table({}), has, limits).new_fields.empty());
    limits.shape.direction = sync::Direction::to_cassandra;
    EXPECT_EQ(agree(table({}), index({}), limits).schema.expiry_field, "");
    EXPECT_EQ(agree(table({}), has, limits).schema.expiry_field, "expires_at");
}

TEST(Agreement, a_column_or_a_field_of_that_name_is_content_and_the_end_stands_beside_it) {
    TableLimits limits;
    limits.expires = true;
    const Column own{"expires_at", of(Kind::timestamp)};
    const auto by_column = agree(table({own}), index({}), limits);
    EXPECT_EQ(by_column.schema.expiry_field, "_expires_at");
    EXPECT_THAT(by_column.new_fields, ElementsAre("_expires_at", "expires_at"));
    EXPECT_THAT(by_column.schema.notes, ElementsAre(HasSubstr("expires_at is taken")));
    EXPECT_EQ(agree(table({}), index({own}), limits).schema.expiry_field, "_expires_at");
    const Column beside{"_expires_at", of(Kind::timestamp)};
    EXPECT_THROW(static_cast<void>(agree(table({own}), index({beside}), limits)), Misconfigured);
    limits.expires = false;
    EXPECT_NO_THROW(static_cast<void>(agree(table({own}), index({beside}), limits)));
}

TEST(Agreement, the_tables_key_is_no_column_to_add) {
    Schema rows = table({});
    rows.key = Key({{"order_id", of(Kind::uuid), false}});
    const auto agreed = agree(rows, index({{"order_id", of(Kind::text)}}), {});
    EXPECT_TRUE(agreed.new_columns.empty());
    EXPECT_THAT(agreed.schema.notes, ElementsAre(HasSubstr("the table's key has that name")));
    EXPECT_EQ(agreed.schema.key, rows.key);
}

TEST(Agreement, every_column_of_a_composite_key_is_a_field) {
    Schema rows = table({{"v", of(Kind::int_)}});
    rows.key = Key({{"sensor", of(Kind::text), false}, {"at", of(Kind::timestamp), true}});
    const auto agreed = agree(rows, index({{"sensor", of(Kind::text)}}), {});
    EXPECT_THAT(agreed.new_fields, ElementsAre("at", "v"));
    EXPECT_TRUE(agreed.new_columns.empty());
    EXPECT_THAT(names(agreed.schema), ElementsAre("v"));
    EXPECT_TRUE(agreed.schema.notes.empty());
    EXPECT_THROW((void)agree(rows, index({{"sensor", json()}}), {}), Misconfigured);
}

TEST(Agreement, columns_are_added_up_to_a_limit_and_the_others_named) {
    TableLimits limits;
    limits.max_columns = 2;
    const auto agreed =
        agree(table({{"a", of(Kind::text)}}),
              index({{"b", of(Kind::text)}, {"c", of(Kind::text)}, {"d", of(Kind::text)}}), limits);
    EXPECT_THAT(agreed.new_columns, ElementsAre("b"));
    EXPECT_THAT(agreed.schema.notes, ElementsAre(HasSubstr("fields c, d stay")));
}

TEST(Agreement, passes_on_the_notes_of_both_sides) {
    Schema rows = table({});
    rows.notes = {"column c is a counter"};
    Schema documents = index({});
    documents.notes = {"field g is an alias"};
    EXPECT_THAT(agree(rows, documents, {}).schema.notes,
                ElementsAre("column c is a counter", "field g is an alias"));
}

TEST(Agreement, columns_that_the_globs_leave_out_are_left_on_their_side) {
    TableLimits limits;
    limits.shape.columns = {"*", "!secret_*"};
    const auto agreed =
        agree(table({{"name", of(Kind::text)}, {"secret_a", of(Kind::text)}}),
              index({{"secret_b", of(Kind::text)}, {"colour", of(Kind::text)}}), limits);
    EXPECT_THAT(names(agreed.schema), ElementsAre("name", "colour"));
    EXPECT_THAT(agreed.new_columns, ElementsAre("colour"));
    EXPECT_THAT(agreed.new_fields, ElementsAre("name"));
}

TEST(Agreement, to_elasticsearch_takes_no_fields_into_the_table) {
    TableLimits limits;
    limits.shape.direction = sync::Direction::to_elasticsearch;
    const auto agreed =
        agree(table({{"a", of(Kind::text)}}), index({{"b", of(Kind::text)}}), limits);
    EXPECT_THAT(names(agreed.schema), ElementsAre("a"));
    EXPECT_TRUE(agreed.new_columns.empty());
    EXPECT_THAT(agreed.schema.notes, ElementsAre(HasSubstr("fields b stay in the documents")));
}

TEST(Agreement, to_cassandra_clears_no_column_that_documents_do_not_know) {
    TableLimits limits;
    limits.shape.direction = sync::Direction::to_cassandra;
    const auto agreed =
        agree(table({{"a", of(Kind::text)}}), index({{"b", of(Kind::text)}}), limits);
    EXPECT_THAT(names(agreed.schema), ElementsAre("b"));
    EXPECT_TRUE(agreed.new_fields.empty());
    EXPECT_THAT(agreed.schema.notes, ElementsAre(HasSubstr("columns a stay as they are")));
}

TEST(Agreement, names_what_documents_may_hold_beside_the_columns) {
    Schema documents = index({{"name", of(Kind::text)}, {"old", of(Kind::text)}});
    const auto agreed = agree(table({{"name", of(Kind::text)}}), documents, {.dropped = {"old"}});
    EXPECT_THAT(agreed.schema.carried, ElementsAre("old"));
    documents.hides_fields = true;
    const auto hiding = agree(table({{"name", of(Kind::text)}}), documents, {.dropped = {"old"}});
    EXPECT_THAT(hiding.schema.carried, ElementsAre("old", any_name));
}

}  // namespace
}  // namespace duet::app
