#include "app/nearest.hpp"

#include <gtest/gtest.h>

namespace duet::app {
namespace {

TEST(EditDistance, counts_letters_to_change) {
    EXPECT_EQ(edit_distance("period", "period"), 0U);
    EXPECT_EQ(edit_distance("perod", "period"), 1U);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
    EXPECT_EQ(edit_distance("", "abc"), 3U);
}

TEST(EditDistance, counts_two_swapped_neighbours_once) {
    EXPECT_EQ(edit_distance("preiod", "period"), 1U);
}

TEST(Nearest, finds_the_word_that_was_meant) {
    EXPECT_EQ(nearest("hots", {"username", "hosts", "password"}), "hosts");
    EXPECT_EQ(nearest("sweep_evry", {"sweep_share", "sweep_every"}), "sweep_every");
}

TEST(Nearest, offers_nothing_far_fetched) {
    EXPECT_EQ(nearest("colour", {"period", "hosts"}), std::nullopt);
}

}  // namespace
}  // namespace duet::app
