#include "bench/statistics.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "bench/figures.hpp"

namespace duet::bench {
namespace {

/// 1 to `count`, not in their order.
std::vector<double> shuffled(std::size_t count) {
    std::vector<double> values(count);
    std::iota(values.begin(), values.end(), 1.0);
    std::mt19937 random(1);
    std::shuffle(values.begin(), values.end(), random);
    return values;
}

TEST(Percentile, is_the_smallest_value_that_so_many_do_not_exceed) {
    EXPECT_EQ(percentile(shuffled(100), 0.5), 50);
    EXPECT_EQ(percentile(shuffled(100), 0.99), 99);
    EXPECT_EQ(percentile(shuffled(1'000), 0.999), 999);
    EXPECT_EQ(percentile(shuffled(1'000), 1), 1'000);
}

TEST(Percentile, is_the_worst_where_there_are_too_few_values) {
    EXPECT_EQ(percentile(shuffled(10), 0.99), 10);
    EXPECT_EQ(percentile({7}, 0.5), 7);
    EXPECT_EQ(percentile({}, 0.5), 0);
}

TEST(Median, is_the_lower_of_the_two_in_the_middle) {
    EXPECT_EQ(median({4, 1, 3, 2}), 2);
    EXPECT_EQ(median({5, 1, 3}), 3);
}

TEST(Growth, tells_lines_from_what_stays) {
    const std::vector<std::pair<double, double>> line{{10, 3}, {100, 30}, {1'000, 300}};
    const std::vector<std::pair<double, double>> still{{10, 5}, {100, 5}, {1'000, 5}};
    const std::vector<std::pair<double, double>> square{{2, 4}, {4, 16}};
    EXPECT_NEAR(growth(line).value(), 1, 1e-9);
    EXPECT_NEAR(growth(still).value(), 0, 1e-9);
    EXPECT_NEAR(growth(square).value(), 2, 1e-9);
}

TEST(Growth, is_unknown_of_fewer_than_two_points_above_zero) {
    const std::vector<std::pair<double, double>> zeros{{10, 0}, {100, 0}, {1'000, 1}};
    EXPECT_FALSE(growth(zeros));
    EXPECT_FALSE(growth({}));
}

TEST(Due, keeps_the_rate_from_the_first_moment_on) {
    using std::chrono::duration;
    EXPECT_EQ(due(duration<double>(0), 10), 1);
    EXPECT_EQ(due(duration<double>(0.09), 10), 1);
    EXPECT_EQ(due(duration<double>(0.11), 10), 2);
    EXPECT_EQ(due(duration<double>(29.995), 1'000), 29'996);
}

TEST(Figure, compares_the_medians_and_tells_the_worst) {
    Figure figure{"copy", "bare", 0.9, 1'000};
    figure.yardstick = {{1, 0, 0, 0}, {2, 0, 0, 0}, {9, 0, 0, 0}};
    figure.program = {{4, 0.5, 0, 10}, {5, 0.1, 0, 30}, {1, 0.2, 0, 20}};
    EXPECT_DOUBLE_EQ(figure.yardstick_rate(), 500);
    EXPECT_DOUBLE_EQ(figure.program_rate(), 250);
    EXPECT_DOUBLE_EQ(figure.ratio(), 0.5);
    EXPECT_DOUBLE_EQ(figure.cpu_seconds_per_million(), 200);
    EXPECT_DOUBLE_EQ(figure.resident_mebibytes(), 30);
}

TEST(Figure, has_no_ratio_without_a_yardstick) {
    Figure figure{"verify", "", 80'000, 1'000};
    figure.program = {{0.01, 0, 0, 0}};
    EXPECT_DOUBLE_EQ(figure.ratio(), 0);
    EXPECT_DOUBLE_EQ(figure.program_rate(), 100'000);
}

}  // namespace
}  // namespace duet::bench
