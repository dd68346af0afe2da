#include "app/clocks.hpp"

#include <gtest/gtest.h>

namespace duet::app {
namespace {

TEST(Clocks, a_time_between_two_looks_is_no_drift) {
    EXPECT_EQ(drift_of(1'000, 1'000, 5'000), 0);
    EXPECT_EQ(drift_of(1'000, 3'000, 5'000), 0);
    EXPECT_EQ(drift_of(1'000, 5'000, 5'000), 0);
    EXPECT_EQ(drift_of(1'278, 1'000, 1'900), 0) << "the server tells whole milliseconds";
}

TEST(Clocks, of_a_drift_only_what_the_way_to_the_server_does_not_explain_is_certain) {
    EXPECT_EQ(drift_of(1'000'000, 4'000'000, 1'500'000), 2'500'000);
    EXPECT_EQ(drift_of(9'000'000, 4'000'000, 9'500'000), -4'999'001);
}

}  // namespace
}  // namespace duet::app
