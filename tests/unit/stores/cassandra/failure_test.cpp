#include "stores/cassandra/failure.hpp"

#include <gtest/gtest.h>

namespace duet::cassandra {
namespace {

constexpr std::int32_t invalid = 0x2200;

WriteFailure classified(const char* message, std::int32_t code = invalid) {
    return classify_write(cql::QueryError(code, message));
}

TEST(WriteFailures, what_is_wrong_with_one_record_is_its_refusal) {
    EXPECT_EQ(classified("Rejected an oversized mutation (20700075/16777216) for keyspace: shop"),
              WriteFailure::record);
    EXPECT_EQ(classified("Out of bound timestamp"), WriteFailure::record);
    EXPECT_EQ(classified("Guardrail column_value_size violated: Value of n has size 1MiB"),
              WriteFailure::record);
    EXPECT_EQ(classified("Guardrail items_per_collection violated"), WriteFailure::record);
    for (const char* guardrail : {"sai_string_term_size", "sai_frozen_term_size",
                                  "sai_vector_term_size", "column_text_and_varchar_value_size"}) {
        const std::string message = std::string("Guardrail ") + guardrail + " violated";
        EXPECT_EQ(classified(message.c_str()), WriteFailure::record);
    }
}

TEST(WriteFailures, guardrails_on_the_server_stop_the_pair) {
    EXPECT_EQ(classified("Guardrail data_disk_usage violated: Write request failed"),
              WriteFailure::misconfigured);
    EXPECT_EQ(classified("Guardrail user_timestamps violated"), WriteFailure::misconfigured);
    EXPECT_EQ(classified("nothing that is known", 0x2000), WriteFailure::misconfigured);
}

TEST(WriteFailures, a_table_that_changed_is_looked_at_again) {
    EXPECT_EQ(classified("Undefined column name b in table shop.orders"),
              WriteFailure::unavailable);
    EXPECT_EQ(classified("unconfigured table orders"), WriteFailure::unavailable);
}

TEST(WriteFailures, become_what_stops_the_pair_the_pass_or_only_the_record) {
    const cql::QueryError value(invalid, "Out of bound timestamp");
    EXPECT_NE(refusal_of(value, "shop.orders").reason.find("Out of bound"), std::string::npos);
    const cql::QueryError disk(invalid, "Guardrail data_disk_usage violated");
    EXPECT_THROW((void)refusal_of(disk, "shop.orders"), Misconfigured);
    const cql::QueryError gone(invalid, "unconfigured table orders");
    EXPECT_THROW((void)refusal_of(gone, "shop.orders"), Unavailable);
}

TEST(WriteFailures, name_the_column_that_the_server_names_or_the_largest) {
    Layout layout;
    for (const char* name : {"a", "body", "body_text", "size", "record"})
        layout.columns.push_back({name, Type{}});
    Content content;
    content.values = {Value(std::string("x")), Value(std::string(500, 'b')), Value(), Value(),
                      Value()};
    const auto culprit = [&](const char* reason) {
        Refusal refusal{"", "", reason};
        name_culprit(refusal, layout, content);
        return refusal.field;
    };
    EXPECT_EQ(culprit("Guardrail column_value_size violated: Value of column 'body' has a size"),
              "body");
    EXPECT_EQ(culprit("Term of column body_text is too large"), "body_text");
    EXPECT_EQ(culprit("Rejected an oversized mutation (20700075/16777216)"), "body");
    EXPECT_EQ(culprit("Out of bound timestamp"), "");
    Refusal known{"a", "1", "the size of a"};
    name_culprit(known, layout, content);
    EXPECT_EQ(known.value, "1");
}

TEST(WriteFailures, a_full_cdc_directory_stops_the_pair_and_an_overload_does_not) {
    const auto thrown = [](const char* message) {
        try {
            throw Unavailable(message);
        } catch (const Unavailable& error) {
            rethrow_unavailable(error, "shop.orders");
        }
    };
    EXPECT_THROW(thrown("Rejecting mutation to keyspace shop. Free up space in /cdc_raw by "
                        "processing CDC logs."),
                 Misconfigured);
    EXPECT_THROW(thrown("overloaded"), Unavailable);
}

}  // namespace
}  // namespace duet::cassandra
