#include "sync/settled.hpp"

#include <gtest/gtest.h>

namespace duet::sync {
namespace {

Cursor at(std::vector<std::int64_t> shards) {
    Cursor cursor;
    cursor.index_uuid = "index";
    cursor.history_uuid = "history";
    cursor.shards = std::move(shards);
    return cursor;
}

TEST(Settled, what_the_saved_cursor_covers_is_settled) {
    Settled settled(10);
    settled.set_saved(at({5, -1}));
    EXPECT_TRUE(settled.contains(Guard{0, 5, 1}));
    EXPECT_FALSE(settled.contains(Guard{0, 6, 1}));
    EXPECT_FALSE(settled.contains(Guard{1, 0, 1}));
}

TEST(Settled, a_document_that_is_not_there_is_not_settled) {
    Settled settled(10);
    settled.set_saved(at({5}));
    EXPECT_FALSE(settled.contains(Guard{}));
}

TEST(Settled, writes_of_its_own_in_a_row_are_one_run_and_the_cursor_steps_over_them) {
    Settled settled(10);
    settled.set_saved(at({5}));
    for (const std::int64_t seq_no : {8, 6, 7, 9}) settled.remember_written(Guard{0, seq_no, 1});
    EXPECT_EQ(settled.remembered(), 1U);
    EXPECT_EQ(settled.extend(at({5})).shards[0], 9);
}

TEST(Settled, the_cursor_stops_before_a_write_of_somebody_else) {
    Settled settled(10);
    settled.set_saved(at({5}));
    settled.remember_written(Guard{0, 6, 1});
    settled.remember_written(Guard{0, 8, 1});
    EXPECT_EQ(settled.extend(at({5})).shards[0], 6);
    EXPECT_FALSE(settled.contains(Guard{0, 7, 1}));
    EXPECT_TRUE(settled.contains(Guard{0, 8, 1}));
}

TEST(Settled, a_saved_cursor_makes_room) {
    Settled settled(2);
    settled.set_saved(at({-1}));
    settled.remember_written(Guard{0, 1, 1});
    EXPECT_FALSE(settled.full());
    settled.remember_written(Guard{0, 3, 1});
    EXPECT_TRUE(settled.full());
    settled.set_saved(at({2}));
    EXPECT_FALSE(settled.full());
    EXPECT_TRUE(settled.contains(Guard{0, 3, 1}));
}

TEST(Settled, a_run_is_cut_where_the_saved_cursor_stands) {
    Settled settled(10);
    settled.set_saved(at({-1}));
    for (const std::int64_t seq_no : {0, 1, 2, 3}) settled.remember_written(Guard{0, seq_no, 1});
    settled.set_saved(at({1}));
    EXPECT_EQ(settled.remembered(), 1U);
    EXPECT_EQ(settled.extend(at({1})).shards[0], 3);
}

TEST(Settled, what_was_only_found_level_is_settled_but_never_stepped_over) {
    Settled settled(10);
    settled.set_saved(at({5}));
    settled.remember(Guard{0, 6, 1});
    EXPECT_TRUE(settled.contains(Guard{0, 6, 1}));
    EXPECT_EQ(settled.extend(at({5})).shards[0], 5);
}

TEST(Settled, a_position_that_a_fail_over_gave_to_another_document_is_not_settled) {
    Settled settled(10);
    settled.set_saved(at({5}));
    settled.remember(Guard{0, 6, 1});
    EXPECT_FALSE(settled.contains(Guard{0, 6, 2}));
}

TEST(Settled, another_index_forgets_everything) {
    Settled settled(10);
    settled.set_saved(at({5}));
    settled.remember_written(Guard{0, 6, 1});
    Cursor other = at({-1});
    other.index_uuid = "another";
    settled.set_saved(other);
    EXPECT_FALSE(settled.contains(Guard{0, 6, 1}));
    EXPECT_FALSE(settled.contains(Guard{0, 5, 1}));
}

}  // namespace
}  // namespace duet::sync
