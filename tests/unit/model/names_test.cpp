#include "model/names.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace duet {
namespace {

/// Texts of characters that matter to the rules.
std::string any_of(const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : *rc::gen::nonEmpty(
             rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(parts))))
        text += part;
    return text;
}

TEST(Names, of_tables_that_are_plain_stay) {
    EXPECT_EQ(table_to_index("orders_2026"), "orders_2026");
    EXPECT_EQ(table_to_index("tax_x2"), "tax_x2");
    EXPECT_EQ(index_to_table("max_xray_x"), "max_xray_x");
}

TEST(Names, capitals_have_a_tilde_in_an_index) {
    EXPECT_EQ(table_to_index("OrderLines"), "~order~lines");
    EXPECT_EQ(index_to_table("~order~lines"), "OrderLines");
}

TEST(Names, what_no_table_can_be_called_is_a_number_between_underscores) {
    EXPECT_EQ(index_to_table("logs-2026.11"), "logs_x2d_2026_x2e_11");
    EXPECT_EQ(table_to_index("logs_x2d_2026_x2e_11"), "logs-2026.11");
    EXPECT_EQ(index_to_table("logs_x2d_2026"), "logs_x5f_x2d_2026") << "another index";
    EXPECT_EQ(index_to_table("~"), "_x7e_");
}

RC_GTEST_PROP(Names, of_tables_lead_back, ()) {
    const std::string table = any_of(
        {"a", "Z", "_", "x", "2", "5", "7", "d", "e", "f", "_x2d_", "_x5f_", "_x7e_", "_x41_"});
    RC_ASSERT(index_to_table(table_to_index(table)) == table);
}

RC_GTEST_PROP(Names, of_indices_lead_back, ()) {
    const std::string index = any_of({"a", "~", "_", "x", "2", "5", "7", "d", "e", "f", "-", ".",
                                      "\xC3\xA4", "_x2d_", "_x5f_", "_x7e_", "_xd2"});
    const std::string table = index_to_table(index);
    RC_ASSERT(table_to_index(table) == index);
    RC_ASSERT(table.find_first_not_of(
                  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") ==
              std::string::npos);
}

TEST(Names, of_columns_keep_all_but_dots_and_what_elasticsearch_keeps) {
    EXPECT_EQ(column_to_field("Straße 5%"), "Straße 5%");
    EXPECT_EQ(column_to_field("a.b"), "a%2Eb");
    EXPECT_EQ(field_to_column("a%2Eb"), "a.b");
    EXPECT_EQ(column_to_field("_id"), "%5Fid");
    EXPECT_EQ(column_to_field("_ids"), "_ids");
    EXPECT_EQ(column_to_field(" "), "%20");
    EXPECT_EQ(column_to_field("a%2Eb"), "a%252Eb") << "another column";
    EXPECT_EQ(column_to_field("100%25"), "100%25");
}

RC_GTEST_PROP(Names, of_columns_lead_back, ()) {
    const std::string column =
        any_of({"a", ".", "%", "2", "5", "E", "F", "%2E", "%25", "%5F", "_id", " "});
    const std::string field = column_to_field(column);
    RC_ASSERT(field_to_column(field) == column);
    RC_ASSERT(field.find('.') == std::string::npos);
    RC_ASSERT(field.find_first_not_of(' ') != std::string::npos);
}

RC_GTEST_PROP(Names, of_fields_lead_back, ()) {
    const std::string field = any_of({"a", "%", "2", "5", "E", "F", "%2E", "%25", "%5F", "_id"});
    RC_PRE(field != "_id");
    RC_ASSERT(column_to_field(field_to_column(field)) == field);
}

}  // namespace
}  // namespace duet
