#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "elastic/client.hpp"

namespace duet::elastic {
namespace {

TEST(BulkBody, writes_one_operation_and_one_source_per_item) {
    BulkBody body;
    body.create("a", R"({"n":1})");
    body.index("b", 7, 2, R"({"n":2})");
    body.index("c", R"({"n":3})");
    body.update("d", 8, 3, R"({"n":4})");
    EXPECT_EQ(body.text(),
              "{\"create\":{\"_id\":\"a\"}}\n{\"n\":1}\n"
              "{\"index\":{\"_id\":\"b\",\"if_seq_no\":7,\"if_primary_term\":2}}\n{\"n\":2}\n"
              "{\"index\":{\"_id\":\"c\"}}\n{\"n\":3}\n"
              "{\"update\":{\"_id\":\"d\",\"if_seq_no\":8,\"if_primary_term\":3}}\n"
              "{\"doc\":{\"n\":4}}\n");
    EXPECT_EQ(body.items(), 4U);
    EXPECT_EQ(body.offsets(), (std::vector<std::size_t>{0, 31, 95, 125}));
}

TEST(BulkBody, escapes_ids) {
    BulkBody body;
    body.create("a\"\n", "{}");
    EXPECT_EQ(body.text(), "{\"create\":{\"_id\":\"a\\\"\\n\"}}\n{}\n");
}

TEST(BulkBody, a_source_of_several_lines_becomes_one_line) {
    BulkBody body;
    body.create("a", "{\n\"n\":1\n}\n");
    body.create("b", "{}");
    EXPECT_EQ(body.text(),
              "{\"create\":{\"_id\":\"a\"}}\n{ \"n\":1 } \n"
              "{\"create\":{\"_id\":\"b\"}}\n{}\n");
}

TEST(BulkBody, takes_sources_rendered_into_it) {
    BulkBody rendered;
    rendered.begin_index("b", 7, 2);
    rendered.text() += R"({"n":2})";
    rendered.end_item();
    BulkBody given;
    given.index("b", 7, 2, R"({"n":2})");
    EXPECT_EQ(rendered.text(), given.text());
    EXPECT_EQ(rendered.offsets(), given.offsets());
}

TEST(BulkBody, is_empty_after_clear) {
    BulkBody body;
    body.create("a", "{}");
    body.clear();
    EXPECT_EQ(body.items(), 0U);
    EXPECT_EQ(body.bytes(), 0U);
}

TEST(BulkBody, deletes_by_compare_and_swap_and_has_no_source) {
    BulkBody body;
    body.remove("a", 7, 2);
    body.create("b", "{}");
    EXPECT_EQ(body.text(),
              "{\"delete\":{\"_id\":\"a\",\"if_seq_no\":7,\"if_primary_term\":2}}\n"
              "{\"create\":{\"_id\":\"b\"}}\n{}\n");
    EXPECT_EQ(body.items(), 2U);
}

}  // namespace
}  // namespace duet::elastic
