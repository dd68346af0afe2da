#include "stores/cassandra/proof.hpp"

#include <gtest/gtest.h>

#include "stores/cassandra/binder.hpp"
#include "stores/cassandra/statements.hpp"
#include "stores/cassandra/types.hpp"

namespace duet::cassandra {
namespace {

Type typed(const char* cql) { return *parse_type(cql, UserTypes()); }

Layout layout() {
    Layout layout;
    layout.keyspace = "shop";
    layout.table = "orders";
    layout.key = Key();
    layout.columns = {{"n", typed("int"), true, true},
                      {"gone", typed("text"), false, false},
                      {"name", typed("text"), true, true},
                      {"tags", typed("set<text>"), true, true},
                      {"old", typed("list<int>"), true, false}};
    layout.version = LayoutColumn{"updated_at", typed("timestamp"), true, true};
    return layout;
}

const TokenRange range{-5, 700};
const std::string where =
    " FROM \"shop\".\"orders\" WHERE token(\"id\") > -5 AND token(\"id\") <= 700";

using Answer = std::vector<std::uint64_t>;

TEST(Proof, columns_of_every_row_share_one_sum_and_the_others_are_asked_as_in_a_digest) {
    RangeDigest written;
    written.count = 2;
    written.token_sum = 9;
    // n, name, tags, old (untimed), updated_at
    written.columns = {2, 1'000, 1, 300, 2, 70, 2, 2, 1'100};
    const std::vector<ProofQuery> proof = proof_of(layout(), range, written);
    ASSERT_EQ(proof.size(), 1U);
    EXPECT_EQ(proof[0].cql,
              "SELECT count(*), sum(token(\"id\")), "
              "count(\"name\"), sum(writetime(\"name\") * token(\"id\")), "
              "sum(cast(collection_count(\"tags\") AS bigint)), "
              "sum(maxwritetime(\"tags\") * token(\"id\")), "
              "sum(cast(collection_count(\"old\") AS bigint)), "
              "sum((writetime(\"n\") + writetime(\"updated_at\")) * token(\"id\"))" +
                  where);
    EXPECT_EQ(proof[0].answer, (Answer{2, 9, 1, 300, 2, 70, 2, 2'100}));
}

TEST(Proof, a_range_that_nothing_was_written_into_has_no_row_and_no_time) {
    RangeDigest written;
    written.columns.resize(9);
    const std::vector<ProofQuery> proof = proof_of(layout(), range, written);
    ASSERT_EQ(proof.size(), 1U);
    EXPECT_EQ(proof[0].answer, (Answer{0, 0, 0, 0, 0, 0}));
}

TEST(Proof, of_many_columns_it_is_several_queries_that_all_count_the_rows) {
    Layout wide = layout();
    wide.columns.assign(digest_columns + 1, {"c", typed("int"), true, true});
    wide.version.reset();
    RangeDigest written;
    written.count = 1;
    written.token_sum = 3;
    for (std::size_t i = 0; i < wide.columns.size(); ++i) {
        written.columns.push_back(1);
        written.columns.push_back(i);
    }
    const std::vector<ProofQuery> proof = proof_of(wide, range, written);
    ASSERT_EQ(proof.size(), 2U);
    EXPECT_EQ(proof[0].answer, (Answer{1, 3, digest_columns * (digest_columns - 1) / 2}));
    EXPECT_EQ(proof[1].cql, "SELECT count(*), sum((writetime(\"c\")) * token(\"id\"))" + where);
    EXPECT_EQ(proof[1].answer, (Answer{1, digest_columns}));
}

TEST(Proof, partitions_without_rows_are_not_counted_and_static_columns_stay_apart) {
    Layout clustered = layout();
    clustered.key = Key({{"site", typed("text"), false}, {"at", typed("timestamp"), true}});
    clustered.columns = {{"v", typed("int"), true, true}, {"s", typed("int"), true, true, true}};
    clustered.version.reset();
    RangeDigest written;
    written.columns.resize(4);
    const std::vector<ProofQuery> proof = proof_of(clustered, range, written);
    ASSERT_EQ(proof.size(), 1U);
    EXPECT_TRUE(proof[0].cql.starts_with(
        "SELECT count(\"at\"), sum(token(\"site\")), count(\"s\"), sum(writetime(\"s\") * "
        "token(\"site\")), sum((writetime(\"v\")) * token(\"site\")) FROM"))
        << proof[0].cql;
}

}  // namespace
}  // namespace duet::cassandra
