#include "stores/cassandra/commit_log.hpp"

#include <gtest/gtest.h>

namespace duet::cassandra {
namespace {

std::map<std::string, std::string> stock() {
    return {{"cdc_block_writes", "true"},
            {"cdc_total_space", "4096MiB"},
            {"commitlog_disk_access_mode", "legacy"},
            {"commitlog_sync", "periodic"},
            {"commitlog_sync_group_window", "0ms"},
            {"commitlog_sync_period", "10000ms"}};
}

TEST(CommitLogSettings, are_what_the_server_says) {
    const CommitLogSettings read = read_commit_log_settings(stock());
    EXPECT_TRUE(read.blocks_writes);
    EXPECT_EQ(read.total_space, 4'294'967'296U);
    EXPECT_FALSE(read.direct);
    EXPECT_EQ(read.sync_every, "10000ms");
}

TEST(CommitLogSettings, were_called_otherwise_in_cassandra_4_0) {
    const CommitLogSettings read =
        read_commit_log_settings({{"cdc_total_space_in_mb", "256"},
                                  {"commitlog_sync", "periodic"},
                                  {"commitlog_sync_period_in_ms", "50"}});
    EXPECT_TRUE(read.blocks_writes) << "there was no choice";
    EXPECT_EQ(read.total_space, 268'435'456U);
    EXPECT_EQ(read.sync_every, "50ms");
}

TEST(CommitLogSettings, tell_direct_io_and_how_often_the_log_is_synced) {
    for (const char* mode : {"direct", "auto"}) {
        auto settings = stock();
        settings["commitlog_disk_access_mode"] = mode;
        EXPECT_TRUE(read_commit_log_settings(settings).direct) << mode;
    }
    auto settings = stock();
    settings["commitlog_sync"] = "group";
    settings["commitlog_sync_group_window"] = "7ms";
    EXPECT_EQ(read_commit_log_settings(settings).sync_every, "7ms");
    settings["commitlog_sync"] = "batch";
    EXPECT_EQ(read_commit_log_settings(settings).sync_every, "");
}

TEST(CommitLogSettings, that_nobody_knows_promise_nothing) {
    const CommitLogSettings read = read_commit_log_settings({{"cdc_total_space", "much"}});
    EXPECT_TRUE(read.blocks_writes);
    EXPECT_EQ(read.total_space, 0U);
}

}  // namespace
}  // namespace duet::cassandra
