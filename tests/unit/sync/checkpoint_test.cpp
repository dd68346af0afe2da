#include "sync/checkpoint.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "world.hpp"

namespace duet::sync {
namespace {

Cursor position_of(std::vector<std::int64_t> shards) {
    Cursor position;
    position.index_uuid = "index";
    position.history_uuid = "history";
    position.shards = std::move(shards);
    return position;
}

/// One instance of Duet, over notes that several share.
struct Instance {
    NoHooks hooks;
    SettableClock clock;
    MemoryState state;
    Settled settled{100};
    Checkpoint checkpoint;

    explicit Instance(MemoryNotes& notes)
        : state(notes, hooks, clock), checkpoint("shop.products", state, settled, clock) {}
};

TEST(Checkpoint, a_first_meeting_saves_the_clock_and_the_positions_before_anything_is_settled) {
    MemoryNotes notes;
    Instance duet(notes);
    run(duet.checkpoint.open(position_of({7, 3})));
    const Cursor& saved = notes.cursors.at("shop.products");
    EXPECT_EQ(saved.shards, (std::vector<std::int64_t>{-1, -1}));
    EXPECT_EQ(saved.first_positions, (std::vector<std::int64_t>{7, 3}));
    EXPECT_EQ(saved.first_met, duet.clock.micros);
    EXPECT_TRUE(duet.checkpoint.is_old(Guard{0, 7, 1}));
    EXPECT_FALSE(duet.checkpoint.is_old(Guard{0, 8, 1}));
    EXPECT_FALSE(duet.checkpoint.is_old(Guard{}));
}

TEST(Checkpoint, goes_on_where_the_last_run_ended_and_meets_nobody_anew) {
    MemoryNotes notes;
    Instance first(notes);
    run(first.checkpoint.open(position_of({7})));
    run(first.checkpoint.advance(position_of({5})));
    Instance second(notes);
    second.clock.micros += 1'000;
    run(second.checkpoint.open(position_of({9})));
    EXPECT_EQ(second.checkpoint.cursor().shards[0], 5);
    EXPECT_EQ(second.checkpoint.cursor().first_met, first.clock.micros);
    EXPECT_EQ(second.checkpoint.cursor().first_positions[0], 7);
}

TEST(Checkpoint, never_goes_back_and_takes_what_another_instance_saved) {
    MemoryNotes notes;
    Instance first(notes);
    Instance second(notes);
    run(first.checkpoint.open(position_of({9, 9})));
    run(second.checkpoint.open(position_of({9, 9})));
    run(first.checkpoint.advance(position_of({6, 2})));
    run(second.checkpoint.advance(position_of({3, 4})));
    EXPECT_EQ(notes.cursors.at("shop.products").shards, (std::vector<std::int64_t>{6, 4}));
    EXPECT_EQ(second.checkpoint.cursor().shards, (std::vector<std::int64_t>{6, 4}));
    EXPECT_TRUE(second.settled.contains(Guard{0, 6, 1}));
}

TEST(Checkpoint, another_index_or_another_history_voids_it) {
    MemoryNotes notes;
    Instance duet(notes);
    run(duet.checkpoint.open(position_of({7})));
    run(duet.checkpoint.advance(position_of({7})));
    Cursor restored = position_of({20});
    restored.history_uuid = "another";
    duet.clock.micros += 50;
    run(duet.checkpoint.open(restored));
    EXPECT_EQ(duet.checkpoint.cursor().shards[0], -1);
    EXPECT_EQ(duet.checkpoint.cursor().first_met, duet.clock.micros);
    EXPECT_TRUE(duet.checkpoint.is_old(Guard{0, 20, 1}));
    EXPECT_FALSE(duet.settled.contains(Guard{0, 7, 1}));
}

TEST(Checkpoint, a_cursor_of_an_index_made_anew_during_the_pass_is_not_saved) {
    MemoryNotes notes;
    Instance duet(notes);
    run(duet.checkpoint.open(position_of({7})));
    Cursor other = position_of({7});
    other.index_uuid = "another";
    EXPECT_THROW(run(duet.checkpoint.advance(other)), Unavailable);
}

/// The same index, compared with other columns.
Cursor position_with(std::vector<std::string> columns, std::vector<std::string> carried) {
    Cursor position = position_of({7});
    position.table_id = "table";
    position.columns = std::move(columns);
    position.carried = std::move(carried);
    return position;
}

TEST(Checkpoint, another_table_voids_it) {
    MemoryNotes notes;
    Instance duet(notes);
    run(duet.checkpoint.open(position_with({"a"}, {})));
    run(duet.checkpoint.advance(position_of({7})));
    Cursor made_again = position_with({"a"}, {});
    made_again.table_id = "another";
    duet.clock.micros += 50;
    run(duet.checkpoint.open(made_again));
    EXPECT_EQ(duet.checkpoint.cursor().shards[0], -1);
    EXPECT_EQ(duet.checkpoint.cursor().first_met, duet.clock.micros);
    EXPECT_FALSE(duet.settled.contains(Guard{0, 7, 1}));
}

TEST(Checkpoint, a_column_that_documents_may_have_held_before_has_all_of_them_compared_again) {
    for (const char* carried : {"b", any_name}) {
        MemoryNotes notes;
        Instance first(notes);
        run(first.checkpoint.open(position_with({"a"}, {carried})));
        run(first.checkpoint.advance(position_of({7})));
        const std::int64_t met = first.clock.micros;
        Instance restarted(notes);
        restarted.clock.micros += 50;
        run(restarted.checkpoint.open(position_with({"a", "b"}, {})));
        EXPECT_EQ(restarted.checkpoint.cursor().shards[0], -1);
        EXPECT_EQ(restarted.checkpoint.cursor().first_met, met) << "it is no first meeting";
        EXPECT_FALSE(restarted.settled.contains(Guard{0, 7, 1}));
    }
}

TEST(Checkpoint, a_column_that_no_document_can_hold_yet_leaves_it_as_it_is) {
    MemoryNotes notes;
    Instance duet(notes);
    run(duet.checkpoint.open(position_with({"a"}, {"other"})));
    run(duet.checkpoint.advance(position_of({7})));
    run(duet.checkpoint.open(position_with({"a", "b"}, {"other"})));
    run(duet.checkpoint.open(position_with({"b"}, {"other", "a"})));
    EXPECT_EQ(duet.checkpoint.cursor().shards[0], 7);
    EXPECT_EQ(notes.cursors.at("shop.products").columns, std::vector<std::string>{"b"});
    EXPECT_TRUE(duet.settled.contains(Guard{0, 7, 1}));
}

TEST(Checkpoint, a_comparison_that_another_instance_began_is_not_ended_by_this_ones_positions) {
    MemoryNotes notes;
    Instance first(notes);
    Instance second(notes);
    run(first.checkpoint.open(position_with({"a"}, {"b"})));
    run(second.checkpoint.open(position_with({"a"}, {"b"})));
    run(first.checkpoint.open(position_with({"a", "b"}, {})));
    EXPECT_THROW(run(second.checkpoint.advance(position_of({7}))), Unavailable);
    EXPECT_EQ(notes.cursors.at("shop.products").shards[0], -1);
}

}  // namespace
}  // namespace duet::sync
