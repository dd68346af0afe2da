#include "cql/hosts.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace duet::cql {
namespace {

const TimePoint start = TimePoint{} + std::chrono::hours(1);

TEST(Hosts, an_address_without_a_port_gets_cassandras) {
    const Hosts hosts({"db1", "db2:9999"}, 1);
    EXPECT_EQ(hosts.endpoint(0).to_string(), "db1:9042");
    EXPECT_EQ(hosts.endpoint(1).to_string(), "db2:9999");
}

TEST(Hosts, none_at_all_is_a_usage_error) {
    const std::vector<std::string> none;
    EXPECT_THROW(Hosts(none, 1), UsageError);
}

TEST(Hosts, the_turn_passes_on_when_one_fails) {
    Hosts hosts({"a", "b", "c"}, 1);
    EXPECT_EQ(hosts.choose(start).index, 0U);
    hosts.failed(0, start);
    EXPECT_EQ(hosts.choose(start).index, 1U);
    hosts.failed(1, start);
    EXPECT_EQ(hosts.choose(start).index, 2U);
}

TEST(Hosts, one_that_answered_keeps_the_turn) {
    Hosts hosts({"a", "b"}, 1);
    hosts.failed(0, start);
    hosts.answered(1);
    EXPECT_EQ(hosts.choose(start + std::chrono::hours(1)).index, 1U);
}

TEST(Hosts, a_failed_one_waits_no_longer_than_the_limit) {
    Hosts hosts({"a"}, 1);
    bool waited = false;
    for (int i = 0; i < 50; ++i) {
        hosts.failed(0, start);
        const auto wait = hosts.choose(start).wait;
        EXPECT_GE(wait.count(), 0);
        EXPECT_LE(wait, host_backoff_limit);
        waited = waited || wait > first_host_backoff;
        EXPECT_EQ(hosts.choose(start + wait).wait.count(), 0);
    }
    EXPECT_TRUE(waited) << "the backoff never grew";
}

TEST(Hosts, where_all_must_wait_the_soonest_is_chosen) {
    Hosts hosts({"a", "b", "c"}, 7);
    for (int i = 0; i < 10; ++i) {
        for (std::size_t index = 0; index < hosts.size(); ++index) hosts.failed(index, start);
    }
    const auto choice = hosts.choose(start);
    EXPECT_EQ(hosts.choose(start + choice.wait).index, choice.index);
}

TEST(Hosts, one_that_answered_waits_as_little_as_at_first) {
    Hosts hosts({"a"}, 1);
    for (int i = 0; i < 100; ++i) {
        for (int failure = 0; failure < 8; ++failure) hosts.failed(0, start);
        hosts.answered(0);
        hosts.failed(0, start);
        EXPECT_LE(hosts.choose(start).wait, first_host_backoff);
        hosts.answered(0);
    }
}

}  // namespace
}  // namespace duet::cql
