#include "elastic/answers.hpp"

#include <gtest/gtest.h>

#include <string>

#include "elastic/index.hpp"

namespace duet::elastic {
namespace {

std::string stats_of(const std::string& shards) {
    return R"({"indices":{"shop.orders":{"uuid":"U1","shards":{)" + shards + "}}}}";
}

std::string copy_of_shard(bool primary, int max, int global, const std::string& history) {
    return std::string(R"({"routing":{"primary":)") + (primary ? "true" : "false") +
           R"(},"commit":{"user_data":{"history_uuid":")" + history +
           R"("}},"seq_no":{"max_seq_no":)" + std::to_string(max) +
           R"(,"local_checkpoint":0,"global_checkpoint":)" + std::to_string(global) + "}}";
}

TEST(ParsePosition, takes_the_primary_of_each_shard_in_order) {
    const std::string stats =
        stats_of(R"("1":[)" + copy_of_shard(true, 9, 8, "H1") + R"(],"0":[)" +
                 copy_of_shard(false, 5, 3, "H0") + "," + copy_of_shard(true, 6, 4, "H0") + "]");
    const IndexPosition position = parse_position(stats);
    EXPECT_EQ(position.index_uuid, "U1");
    ASSERT_EQ(position.shards.size(), 2U);
    EXPECT_EQ(position.shards[0].max_seq_no, 6);
    EXPECT_EQ(position.shards[0].global_checkpoint, 4);
    EXPECT_EQ(position.shards[1].shard, 1);
    EXPECT_EQ(position.shards[1].global_checkpoint, 8);
}

TEST(ParsePosition, another_history_of_any_shard_shows) {
    const std::string before = stats_of(R"("0":[)" + copy_of_shard(true, 1, 1, "H0") +
                                        R"(],"1":[)" + copy_of_shard(true, 1, 1, "H1") + "]");
    const std::string after = stats_of(R"("0":[)" + copy_of_shard(true, 1, 1, "H0") + R"(],"1":[)" +
                                       copy_of_shard(true, 1, 1, "H2") + "]");
    EXPECT_NE(parse_position(before).history_uuid, parse_position(after).history_uuid);
}

TEST(ParsePosition, the_history_of_a_single_shard_stays_readable) {
    const auto stats = stats_of(R"("0":[)" + copy_of_shard(true, 1, 1, "H0") + "]");
    EXPECT_EQ(parse_position(stats).history_uuid, "H0");
}

TEST(ParsePosition, a_shard_without_an_active_primary_is_unavailable) {
    EXPECT_THROW(static_cast<void>(parse_position(stats_of(""))), Unavailable);
    const auto only_second = stats_of(R"("1":[)" + copy_of_shard(true, 1, 1, "H1") + "]");
    EXPECT_THROW(static_cast<void>(parse_position(only_second)), Unavailable);
    const auto recovers = stats_of(R"("0":[{"routing":{"primary":true}}])");
    EXPECT_THROW(static_cast<void>(parse_position(recovers)), Unavailable);
}

TEST(ParsePosition, two_indices_behind_one_name_are_refused) {
    const char* const stats = R"({"indices":{"a":{"uuid":"1"},"b":{"uuid":"2"}}})";
    EXPECT_THROW(static_cast<void>(parse_position(stats)), Misconfigured);
}

TEST(ParsePosition, of_several_indices_those_with_all_primaries_are_given) {
    const std::string shard = copy_of_shard(true, 6, 4, "H");
    const std::string whole = R"("a":{"uuid":"A","shards":{"0":[)" + shard + "]}}";
    const std::string lacking = R"("b":{"uuid":"B","shards":{"1":[)" + shard + "]}}";
    const auto positions = parse_positions(R"({"indices":{)" + whole + "," + lacking + "}}");
    ASSERT_EQ(positions.size(), 1U);
    EXPECT_EQ(positions.at("a").index_uuid, "A");
    EXPECT_TRUE(parse_positions("{}").empty());
}

TEST(ParsePosition, what_is_no_answer_of_stats_is_a_protocol_error) {
    for (const char* text :
         {"", "[]", "{}", "{\"indices\":", "<html>", "{\"indices\":{\"a\":1}}"}) {
        EXPECT_THROW(static_cast<void>(parse_position(text)), ProtocolError) << text;
    }
}

TEST(ParseBulk, gives_the_outcomes_in_order) {
    const auto items = parse_bulk(
        R"({"items":[{"create":{"_seq_no":4,"_primary_term":1,"status":201}},
           {"index":{"status":409,"error":{"type":"version_conflict_engine_exception",
             "reason":"exists"}}},
           {"update":{"status":400,"error":{"type":"document_parsing_exception",
             "reason":"failed to parse field [i]","caused_by":{"reason":"For input: x"}}}}]})");
    ASSERT_EQ(items.size(), 3U);
    EXPECT_EQ(items[0].status, 201);
    EXPECT_EQ(items[0].seq_no, 4);
    EXPECT_EQ(items[0].primary_term, 1);
    EXPECT_EQ(items[0].error_type, "");
    EXPECT_EQ(items[1].status, 409);
    EXPECT_EQ(items[1].error_type, "version_conflict_engine_exception");
    EXPECT_EQ(items[2].error_reason, "failed to parse field [i]: For input: x");
}

TEST(ParseBulk, what_is_no_answer_of_bulk_is_a_protocol_error) {
    for (const char* text : {"", "{}", R"({"items":1})", R"({"items":[{}]})", R"({"items":[1]})",
                             R"({"items":[{"index":{}}]})", R"({"items":[)"}) {
        EXPECT_THROW(static_cast<void>(parse_bulk(text)), ProtocolError) << text;
    }
}

TEST(ParseError, reads_type_and_reason) {
    const auto error = parse_error(
        R"({"error":{"root_cause":[{"type":"x","reason":"deep"}],"type":"t","reason":"shallow"}})");
    EXPECT_EQ(error.type, "t");
    EXPECT_EQ(error.reason, "shallow: deep");
}

TEST(ParseError, of_a_proxy_is_the_start_of_its_page) {
    EXPECT_EQ(parse_error("<html>\nBad").reason, "<html> Bad");
    EXPECT_EQ(parse_error(R"({"error":"no handler"})").reason, "no handler");
    EXPECT_EQ(parse_error("").reason, "");
}

TEST(ParseLowestVersion, compares_numbers_not_texts) {
    EXPECT_EQ(
        parse_lowest_version(R"({"nodes":{"a":{"version":"8.19.0"},"b":{"version":"8.9.2"}}})"),
        "8.9.2");
    EXPECT_THROW(static_cast<void>(parse_lowest_version("{}")), ProtocolError);
}

TEST(ParseNodeTimes, tells_the_clock_of_each_node) {
    EXPECT_EQ(parse_node_times(R"({"nodes":{"a":{"timestamp":12},"b":{"timestamp":-3}}})"),
              (std::vector<std::int64_t>{12, -3}));
    EXPECT_THROW(static_cast<void>(parse_node_times(R"({"nodes":{"a":{}}})")), ProtocolError);
}

TEST(ParseCount, counts_only_where_every_shard_answered) {
    EXPECT_EQ(parse_count(R"({"count":12,"_shards":{"failed":0}})"), 12U);
    EXPECT_THROW(static_cast<void>(parse_count(R"({"count":12,"_shards":{"failed":1}})")),
                 Unavailable);
    EXPECT_THROW(static_cast<void>(parse_count("{}")), ProtocolError);
}

TEST(ParseRefresh, is_done_only_where_every_copy_of_every_shard_was_refreshed) {
    parse_refresh(R"({"_shards":{"total":2,"successful":1,"failed":0}})");
    EXPECT_THROW(parse_refresh(R"({"_shards":{"failed":1}})"), Unavailable);
    EXPECT_THROW(parse_refresh("nothing"), ProtocolError);
}

TEST(Versions, are_compared_by_their_numbers) {
    EXPECT_TRUE(is_at_least("9.2.0", 9, 2));
    EXPECT_TRUE(is_at_least("10.0.0-SNAPSHOT", 9, 2));
    EXPECT_FALSE(is_at_least("9.1.10", 9, 2));
    EXPECT_FALSE(is_at_least("8.19.0", 9, 2));
}

TEST(ParseShardCount, reads_the_setting) {
    EXPECT_EQ(parse_shard_count(R"({"i":{"settings":{"index":{"number_of_shards":"3"}}}})"), 3);
    EXPECT_THROW(static_cast<void>(
                     parse_shard_count(R"({"i":{"settings":{"index":{"number_of_shards":"x"}}}})")),
                 ProtocolError);
}

TEST(ParseDeletes, reads_what_the_primaries_counted) {
    EXPECT_EQ(parse_deletes(R"({"_all":{"primaries":{"indexing":{"delete_total":7}}}})"), 7U);
    EXPECT_THROW(static_cast<void>(parse_deletes("{}")), ProtocolError);
}

}  // namespace
}  // namespace duet::elastic
