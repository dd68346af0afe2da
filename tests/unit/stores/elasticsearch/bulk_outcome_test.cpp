#include "stores/elasticsearch/bulk_outcome.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"

namespace duet::elasticsearch {
namespace {

using testing::HasSubstr;

elastic::BulkItem item(int status, std::string type = {}, std::string reason = {}) {
    elastic::BulkItem item;
    item.status = status;
    item.error_type = std::move(type);
    item.error_reason = std::move(reason);
    return item;
}

TEST(BulkOutcome, a_written_document_has_its_new_position) {
    elastic::BulkItem written = item(201);
    written.seq_no = 7;
    written.primary_term = 2;
    const Outcome outcome = outcome_of(written, "orders");
    EXPECT_EQ(outcome.kind, Outcome::Kind::applied);
    EXPECT_EQ(outcome.guard.seq_no, 7);
    EXPECT_EQ(outcome.guard.primary_term, 2);
}

TEST(BulkOutcome, a_conflict_or_a_missing_document_means_look_again) {
    EXPECT_EQ(outcome_of(item(409, "version_conflict_engine_exception"), "i").kind,
              Outcome::Kind::superseded);
    EXPECT_EQ(outcome_of(item(404, "document_missing_exception"), "i").kind,
              Outcome::Kind::superseded);
}

TEST(BulkOutcome, what_is_wrong_with_one_record_is_refused_and_names_the_field) {
    const Outcome parsing =
        outcome_of(item(400, "document_parsing_exception",
                        "[1:6] failed to parse field [n] of type [integer] in document"),
                   "i");
    EXPECT_EQ(parsing.kind, Outcome::Kind::refused);
    EXPECT_EQ(parsing.refusal.field, "n");
    const Outcome immense = outcome_of(item(400, "illegal_argument_exception",
                                            "Document contains at least one immense term in "
                                            "field=\"k\" (whose UTF8 encoding is longer"),
                                       "i");
    EXPECT_EQ(immense.kind, Outcome::Kind::refused);
    EXPECT_EQ(immense.refusal.field, "k");
    EXPECT_EQ(outcome_of(item(413, "request_too_large"), "i").kind, Outcome::Kind::refused);
}

TEST(BulkOutcome, blocks_full_disks_and_failing_nodes_are_waited_for) {
    for (const auto& failed :
         {item(403, "cluster_block_exception", "blocked by: [FORBIDDEN/8/index write (api)];"),
          item(429, "cluster_block_exception",
               "[TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark"),
          item(429, "es_rejected_execution_exception"), item(503, "unavailable_shards_exception"),
          item(404, "index_not_found_exception", "no such index [i]")}) {
        EXPECT_THROW(static_cast<void>(outcome_of(failed, "i")), Unavailable) << failed.error_type;
    }
}

TEST(BulkOutcome, what_a_person_must_change_stops_the_pair_with_a_hint) {
    const auto hint_of = [](const elastic::BulkItem& failed) {
        try {
            static_cast<void>(outcome_of(failed, "orders"));
        } catch (const Misconfigured& error) {
            EXPECT_THAT(error.what(), HasSubstr("orders"));
            return error.hint();
        }
        return std::string("none");
    };
    EXPECT_THAT(hint_of(item(400, "index_closed_exception", "closed")), HasSubstr("/orders/_open"));
    EXPECT_THAT(hint_of(item(400, "strict_dynamic_mapping_exception", "introducing [x]")),
                HasSubstr("dynamic"));
    EXPECT_THAT(
        hint_of(item(400, "document_parsing_exception",
                     "[1:14] failed to parse: Limit of total fields [5] has been exceeded")),
        HasSubstr("\"index.mapping.total_fields.limit\": 1000"));
    EXPECT_THAT(
        hint_of(item(400, "document_parsing_exception",
                     "[1:14] failed to parse: Limit of total fields [2000] has been exceeded")),
        HasSubstr("\"index.mapping.total_fields.limit\": 4000"));
    EXPECT_THAT(hint_of(item(403, "security_exception", "action is unauthorized")),
                HasSubstr("right"));
}

TEST(BulkOutcome, the_value_that_was_refused_is_found_in_what_was_sent) {
    const std::string item =
        "{\"create\":{\"_id\":\"1\"}}\n"
        R"({"name":"good","place":{"lat":[91,2]},"a.b":true})"
        "\n";
    EXPECT_EQ(value_in(item, "name"), "good");
    EXPECT_EQ(value_in(item, "place.lat"), "[91,2]");
    EXPECT_EQ(value_in(item, "a.b"), "true");
    EXPECT_EQ(value_in(item, "price"), "");
    EXPECT_EQ(value_in(item, ""), "");
    EXPECT_EQ(value_in("{\"delete\":{\"_id\":\"1\"}}", "name"), "");
}

}  // namespace
}  // namespace duet::elasticsearch
