#include "stores/cassandra/batch_limits.hpp"

#include <gtest/gtest.h>

namespace duet::cassandra {
namespace {

TEST(BatchLimits, are_below_what_the_server_warns_of) {
    const BatchLimits limits =
        read_batch_limits({{"batch_size_warn_threshold", "16KiB"},
                           {"unlogged_batch_across_partitions_warn_threshold", "25"}});
    EXPECT_EQ(limits.bytes, 14'336U);
    EXPECT_EQ(limits.rows, 25U);
}

TEST(BatchLimits, were_called_otherwise_in_cassandra_4_0) {
    EXPECT_EQ(read_batch_limits({{"batch_size_warn_threshold_in_kb", "2"}}).bytes, 1'792U);
}

TEST(BatchLimits, of_a_stock_server_are_those_of_one_that_says_nothing) {
    EXPECT_EQ(read_batch_limits({{"batch_size_warn_threshold", "5KiB"},
                                 {"unlogged_batch_across_partitions_warn_threshold", "10"}}),
              BatchLimits{});
    EXPECT_EQ(read_batch_limits({}), BatchLimits{});
    EXPECT_EQ(read_batch_limits({{"batch_size_warn_threshold", "null"},
                                 {"unlogged_batch_across_partitions_warn_threshold", "-1"}}),
              BatchLimits{});
}

TEST(BatchLimits, have_limits_of_their_own) {
    const BatchLimits limits =
        read_batch_limits({{"batch_size_warn_threshold", "1GiB"},
                           {"unlogged_batch_across_partitions_warn_threshold", "100000"}});
    EXPECT_EQ(limits.bytes, batch_bytes_most);
    EXPECT_EQ(read_batch_limits(
                  {{"batch_size_warn_threshold", "64KiB"}, {"batch_size_fail_threshold", "50KiB"}})
                  .bytes,
              44'800U)
        << "what it refuses is no use";
    EXPECT_EQ(limits.rows, batch_rows_most);
    EXPECT_EQ(read_batch_limits({{"unlogged_batch_across_partitions_warn_threshold", "0"}}).rows,
              1U);
}

}  // namespace
}  // namespace duet::cassandra
