#include "base/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace duet::metrics {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Metrics, a_counter_adds_up_for_each_set_of_labels) {
    add("duet_test_applied_total", {{"pair", "shop.orders"}, {"target", "cassandra"}}, 2);
    add("duet_test_applied_total", {{"target", "cassandra"}, {"pair", "shop.orders"}});
    add("duet_test_applied_total", {{"pair", "shop.items"}, {"target", "cassandra"}});
    const std::string text = serialize();
    EXPECT_THAT(text, HasSubstr("# TYPE duet_test_applied_total counter"));
    EXPECT_THAT(text, HasSubstr("_total{pair=\"shop.orders\",target=\"cassandra\"} 3"));
    EXPECT_THAT(text, HasSubstr("_total{pair=\"shop.items\",target=\"cassandra\"} 1"));
}

TEST(Metrics, a_gauge_has_the_value_set_last) {
    set("duet_test_lag_seconds", {{"pair", "shop.orders"}}, 7);
    set("duet_test_lag_seconds", {{"pair", "shop.orders"}}, 0.5);
    const std::string text = serialize();
    EXPECT_THAT(text, HasSubstr("# TYPE duet_test_lag_seconds gauge"));
    EXPECT_THAT(text, HasSubstr("duet_test_lag_seconds{pair=\"shop.orders\"} 0.5"));
    EXPECT_THAT(text, Not(HasSubstr("duet_test_lag_seconds{pair=\"shop.orders\"} 7")));
}

TEST(Metrics, a_histogram_counts_durations_by_their_size) {
    observe("duet_test_pass_seconds", {{"pair", "shop.orders"}}, 0.02);
    observe("duet_test_pass_seconds", {{"pair", "shop.orders"}}, 2);
    const std::string text = serialize();
    EXPECT_THAT(text, HasSubstr("# TYPE duet_test_pass_seconds histogram"));
    EXPECT_THAT(text, HasSubstr("duet_test_pass_seconds_count{pair=\"shop.orders\"} 2"));
    EXPECT_THAT(text, HasSubstr("duet_test_pass_seconds_bucket{pair=\"shop.orders\",le=\"1\"} 1"));
}

TEST(Metrics, a_gauge_that_is_removed_is_served_no_more) {
    set("duet_test_gone", {{"pair", "shop.orders"}}, 1);
    set("duet_test_gone", {{"pair", "shop.items"}}, 1);
    remove("duet_test_gone", {{"pair", "shop.orders"}});
    const std::string text = serialize();
    EXPECT_THAT(text, Not(HasSubstr("duet_test_gone{pair=\"shop.orders\"}")));
    EXPECT_THAT(text, HasSubstr("duet_test_gone{pair=\"shop.items\"}"));
}

TEST(Metrics, a_label_cannot_break_out_of_its_quotes) {
    set("duet_test_escaped", {{"pair", "a\"b\nc"}}, 1);
    EXPECT_THAT(serialize(), HasSubstr(R"(duet_test_escaped{pair="a\"b\nc"} 1)"));
}

}  // namespace
}  // namespace duet::metrics
