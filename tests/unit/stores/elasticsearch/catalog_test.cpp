#include "stores/elasticsearch/catalog.hpp"

#include <gtest/gtest.h>

namespace duet::elasticsearch {
namespace {

bool pairs(const std::string& index) {
    const auto document = JsonDocument::parse(index);
    const auto problem = pairing_problem(document->root());
    if (problem) {
        EXPECT_FALSE(problem->what.empty());
        EXPECT_FALSE(problem->remedy.empty());
    }
    return !problem;
}

TEST(Catalog, an_ordinary_index_can_be_paired) {
    EXPECT_TRUE(
        pairs(R"({"aliases":{},"mappings":{"properties":{}},"settings":{"index":{"uuid":"x"}}})"));
    EXPECT_TRUE(pairs(
        R"({"settings":{"index":{"hidden":"false","final_pipeline":"_none","mode":"standard"}}})"));
}

TEST(Catalog, an_index_that_does_not_keep_documents_as_written_is_never_paired) {
    for (const char* index :
         {R"({"settings":{"index":{"mode":"time_series"}}})",
          R"({"settings":{"index":{"mode":"logsdb"}}})",
          R"({"mappings":{"_source":{"mode":"synthetic"}}})",
          R"({"settings":{"index":{"mapping":{"source":{"mode":"synthetic"}}}}})",
          R"({"mappings":{"_source":{"enabled":false}}})",
          R"({"mappings":{"_source":{"excludes":["a"]}}})"}) {
        EXPECT_FALSE(pairs(index)) << index;
    }
}

TEST(Catalog, an_index_that_others_rule_is_never_paired) {
    for (const char* index :
         {R"({"settings":{"index":{"hidden":"true"}}})",
          R"({"settings":{"index":{"frozen":"true"}}})",
          R"({"settings":{"index":{"xpack":{"ccr":{"following_index":"true"}}}}})",
          R"({"settings":{"index":{"final_pipeline":"p"}}})", R"({"data_stream":"logs"})",
          R"({"mappings":{"_routing":{"required":true}}})",
          R"({"settings":{"index":{"disable_sequence_numbers":"true"}}})",
          R"({"settings":{"index":{"store":{"type":"snapshot"}}}})"}) {
        EXPECT_FALSE(pairs(index)) << index;
    }
}

TEST(Catalog, names_that_elasticsearch_refuses_are_told) {
    for (const char* name :
         {"", "Orders", "_x", "-x", "+x", "a b", "a,b", "a*", ".", "..", "a#b", "a:b"}) {
        EXPECT_TRUE(index_name_problem(name)) << name;
    }
    EXPECT_TRUE(index_name_problem(std::string(256, 'a')));
    for (const char* name : {"shop.orders", "a", "a-b_c+d", "\xC3\xA4"})
        EXPECT_FALSE(index_name_problem(name)) << name;
}

}  // namespace
}  // namespace duet::elasticsearch
