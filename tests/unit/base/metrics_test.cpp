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

TEST(Metrics, a_label_cannot_break_out_of_its_quotes) {
    set("duet_test_escaped", {{"pair", "a\"b\nc"}}, 1);
    EXPECT_THAT(serialize(), HasSubstr(R"(duet_test_escaped{pair="a\"b\nc"} 1)"));
}

}  // namespace
}  // namespace duet::metrics
