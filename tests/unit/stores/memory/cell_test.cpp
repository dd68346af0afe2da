#include "stores/memory/cell.hpp"

#include <gtest/gtest.h>

namespace duet {
namespace {

constexpr std::int64_t never = 0;

Cell live(std::int64_t timestamp, const std::string& value, std::int64_t expires = never) {
    return Cell{timestamp, Value(value), expires};
}

Cell tombstone(std::int64_t timestamp) { return Cell{timestamp, Value(), never}; }

/// What two writes leave, in whatever order they come.
Cell winner(const Cell& one, const Cell& other) {
    std::optional<Cell> forth;
    merge(forth, one);
    merge(forth, other);
    std::optional<Cell> back;
    merge(back, other);
    merge(back, one);
    EXPECT_EQ(forth->timestamp, back->timestamp);
    EXPECT_EQ(forth->value, back->value);
    EXPECT_EQ(forth->expires_at, back->expires_at);
    return *forth;
}

TEST(Cell, the_greater_timestamp_wins_over_anything) {
    EXPECT_EQ(winner(live(2, "a"), live(1, "z")).value, Value(std::string("a")));
    EXPECT_EQ(winner(live(2, "a"), tombstone(1)).value, Value(std::string("a")));
    EXPECT_TRUE(winner(live(1, "a"), tombstone(2)).is_tombstone());
}

TEST(Cell, a_tombstone_wins_a_tie_against_a_value) {
    EXPECT_TRUE(winner(live(5, "z"), tombstone(5)).is_tombstone());
    EXPECT_TRUE(winner(live(5, "z", 900), tombstone(5)).is_tombstone());
}

TEST(Cell, a_value_that_expires_wins_a_tie_against_one_that_does_not) {
    EXPECT_EQ(winner(live(5, "z"), live(5, "a", 900)).value, Value(std::string("a")));
}

TEST(Cell, of_two_values_that_expire_the_later_one_wins_a_tie) {
    EXPECT_EQ(winner(live(5, "z", 800), live(5, "a", 900)).value, Value(std::string("a")));
}

TEST(Cell, the_larger_bytes_win_a_tie_between_values) {
    EXPECT_EQ(winner(live(9, "1"), live(9, "9")).value, Value(std::string("9")));
    EXPECT_EQ(winner(live(9, "ab"), live(9, "b")).value, Value(std::string("b")));
}

TEST(Cell, bytes_are_compared_without_a_sign) {
    const Cell minus{1, Value(std::int64_t{-1}), never};
    const Cell plus{1, Value(std::int64_t{1}), never};
    EXPECT_EQ(winner(minus, plus).value, Value(std::int64_t{-1}));
}

TEST(Cell, an_expired_value_is_dead_from_its_very_moment) {
    EXPECT_TRUE(live(1, "a", 100).live_at(99));
    EXPECT_FALSE(live(1, "a", 100).live_at(100));
}

TEST(Cell, a_marker_that_expires_wins_a_tie) {
    std::optional<RowMarker> marker;
    merge(marker, RowMarker{5, never});
    merge(marker, RowMarker{5, 900});
    EXPECT_EQ(marker->expires_at, 900);
    merge(marker, RowMarker{4, 950});
    EXPECT_EQ(marker->expires_at, 900);
}

}  // namespace
}  // namespace duet
