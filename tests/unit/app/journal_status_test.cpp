#include "app/journal_status.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace duet::app {
namespace {

using testing::HasSubstr;
using testing::Not;

JournalStatus half_full() {
    JournalStatus status;
    status.folder = "/var/cdc_raw";
    status.space = {.held = 2048ULL << 20, .unsettled = 0, .limit = 4096ULL << 20};
    return status;
}

TEST(JournalStatus, says_how_full_the_folder_is_and_who_deletes_there) {
    JournalStatus status = half_full();
    EXPECT_THAT(text_of(status), HasSubstr("journal /var/cdc_raw: 2,048 MiB of 4,096 MiB\n"));
    EXPECT_THAT(text_of(status), HasSubstr("Cassandra drops the oldest"));
    status.blocks_writes = true;
    EXPECT_THAT(text_of(status), HasSubstr("another reader must, or Cassandra refuses writes"));
    status.owner = true;
    EXPECT_THAT(text_of(status), HasSubstr("Duet deletes each segment when its keys are settled"));
    status.space.limit = 0;
    EXPECT_THAT(text_of(status), HasSubstr(": 2,048 MiB\n"));
}

TEST(JournalStatus, says_what_a_late_or_incomplete_journal_costs) {
    JournalStatus status = half_full();
    EXPECT_THAT(text_of(status), Not(HasSubstr("incomplete")));
    EXPECT_THAT(text_of(status), Not(HasSubstr("writes appear")));
    status.shown_every = "10000ms";
    status.problem = "it cannot be read";
    status.counts.emptied = 2;
    status.counts.incomplete = 3;
    for (const char* text : {"writes appear every 10000ms", "it cannot be read",
                             "emptied into one sweep: 2 times", "tables were swept: 3 times"}) {
        EXPECT_THAT(text_of(status), HasSubstr(text));
    }
}

TEST(JournalStatus, a_command_takes_the_counts_of_the_daemon) {
    JournalStatus daemon = half_full();
    daemon.counts = {.nominated = 5, .echoes = 4, .incomplete = 3, .emptied = 2, .deleted = 1};
    daemon.space.unsettled = 7;
    JournalStatus own = half_full();
    take_counts(own, json_of(daemon));
    EXPECT_EQ(json_of(own), json_of(daemon));
}

}  // namespace
}  // namespace duet::app
