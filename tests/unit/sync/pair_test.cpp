#include "sync/pair.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "world.hpp"

namespace duet::sync {
namespace {

TEST(Pair, copies_rows_into_an_empty_index) {
    World world;
    for (unsigned i = 0; i < 2'000; ++i) world.insert(i, "row", i, 1'000 + i);
    const Report report = world.level();
    EXPECT_EQ(report.documents_written, 2'000U);
    EXPECT_EQ(report.rows_written, 0U);
    EXPECT_EQ(world.names(1'234), "row|row");
}

TEST(Pair, copies_documents_into_an_empty_table_and_reads_none_of_them_twice) {
    World world;
    for (unsigned i = 0; i < 2'000; ++i) world.put(i, "document", i, Version{1'000 + i});
    const Report report = world.level();
    EXPECT_EQ(report.rows_written, 2'000U);
    EXPECT_EQ(report.documents_written, 0U);
    EXPECT_EQ(report.stamped, 0U);
    EXPECT_EQ(world.names(77), "document|document");
    EXPECT_EQ(world.pair->context().checkpoint.cursor().shards[0], 1'999);
}

TEST(Pair, after_a_first_copy_the_sweep_finds_every_digest_as_it_was_copied) {
    for (const bool from_rows : {true, false}) {
        World world;
        for (unsigned i = 0; i < 2'000; ++i) {
            if (from_rows) world.insert(i, "first", i, 1'000 + i);
            if (!from_rows) world.put(i, "first", i, Version{1'000 + i});
        }
        EXPECT_EQ(world.level().looked, 2'000U);
        for (int pass = 0; pass < 40; ++pass) {
            world.clock.micros += 1'000'000;
            EXPECT_EQ(run(world.pair->pass()).looked, 0U);
        }
        world.insert(7, "later", 7, 2'000'000);
        for (int pass = 0; pass < 40; ++pass) {
            world.clock.micros += 1'000'000;
            (void)run(world.pair->pass());
        }
        EXPECT_EQ(world.names(7), "later|later");
    }
}

TEST(Pair, takes_the_newer_of_each_record_both_ways) {
    World world;
    world.insert(1, "old", 1, 100);
    world.put(1, "new", 1, Version{200});
    world.insert(2, "new", 1, 400);
    world.put(2, "old", 1, Version{300});
    (void)world.level();
    EXPECT_EQ(world.names(1), "new|new");
    EXPECT_EQ(world.names(2), "new|new");
}

TEST(Pair, a_level_pair_causes_no_write) {
    World world;
    for (unsigned i = 0; i < 100; ++i) {
        world.insert(i, "same", i, 1'000);
        world.put(i, "same", i, Version{1'000});
    }
    const Report first = world.level();
    EXPECT_TRUE(first.idle());
    for (int pass = 0; pass < 20; ++pass) {
        world.clock.micros += 1'000'000;
        EXPECT_TRUE(run(world.pair->pass()).idle());
    }
}

TEST(Pair, an_old_unstamped_index_does_not_beat_the_system_of_record) {
    World world;
    world.insert(1, "record", 1, 100);
    world.put(1, "search", 1, std::nullopt);
    (void)world.level();
    EXPECT_EQ(world.names(1), "record|record");
    ASSERT_EQ(world.notes.beaten["shop.products"].size(), 1U);
    EXPECT_NE(world.notes.beaten["shop.products"].front().beaten.json.find("search"),
              std::string::npos);
}

TEST(Pair, an_edit_without_a_stamp_wins_over_an_older_row) {
    World world;
    world.insert(1, "row", 1, 100);
    (void)world.level();
    DocumentWrite edit;
    edit.fields = {{"name", Value(std::string("edit"))}};
    world.documents.update(id_of(1), edit);
    world.clock.micros += 1'000'000;
    (void)run(world.pair->pass());
    EXPECT_EQ(world.names(1), "edit|edit");
}

TEST(Pair, a_cleared_column_is_cleared_in_the_document) {
    World world;
    world.insert(1, "row", 1, 100);
    (void)world.level();
    RowWrite clear;
    clear.timestamp = 200;
    clear.values = {{"name", Value()}};
    world.rows.update(id_of(1), clear);
    world.clock.micros += 5'000'000;
    (void)run(world.pair->pass());
    EXPECT_FALSE(world.documents.find(id_of(1))->fields.contains("name"));
}

TEST(Pair, a_vanished_document_and_a_vanished_row_are_restored) {
    World world;
    world.insert(1, "row", 1, 100);
    world.put(2, "document", 1, Version{100});
    (void)world.level();
    world.documents.remove(id_of(1));
    world.rows.remove(id_of(2), 500);
    world.clock.micros += 5'000'000;
    (void)run(world.pair->level());
    EXPECT_EQ(world.names(1), "row|row");
    EXPECT_EQ(world.names(2), "document|document");
}

TEST(Pair, a_document_that_vanished_without_any_other_change_is_restored) {
    World world;
    for (unsigned i = 0; i < 50; ++i) world.insert(i, "row", i, 100);
    (void)world.level();
    world.documents.remove(id_of(7));
    (void)run(world.pair->level());
    EXPECT_EQ(world.names(7), "row|row");
    EXPECT_TRUE(run(world.pair->level()).idle());
}

TEST(Pair, the_sweep_takes_its_share_of_the_time_and_no_more) {
    for (const double share : {0.1, 0.25, 0.5}) {
        PairSettings settings;
        settings.sweep_share = share;
        settings.period = std::chrono::milliseconds(10);  // no round begins sooner
        World world(settings);
        for (unsigned i = 0; i < 50; ++i) world.insert(i, "row", i, 100);
        (void)world.level();
        constexpr std::int64_t digest = 50'000;
        world.hooks.micros["table.digest"] = digest;
        world.hooks.calls.clear();
        const std::int64_t began = world.clock.micros;
        while (world.hooks.calls["table.digest"] < 100) {
            (void)run(world.pair->pass());
            world.clock.micros += 5'000;
        }
        const auto took = static_cast<double>(world.clock.micros - began);
        EXPECT_LE(100 * digest / took, share * 1.05) << share;
        EXPECT_GE(100 * digest / took, share * 0.8) << share;
    }
}

TEST(Pair, documents_that_are_left_out_do_not_make_every_round_ask_for_every_row) {
    World world;
    for (unsigned i = 0; i < 50; ++i) world.insert(i, "row", i, 100);
    world.documents.leave_out(3);
    (void)world.level();
    (void)run(world.pair->level());
    const int looks = world.hooks.calls["index.scan"];
    for (int round = 0; round < 5; ++round) (void)run(world.pair->level());
    EXPECT_EQ(world.hooks.calls["index.scan"], looks);
    world.rows.remove(id_of(7), 500);
    (void)run(world.pair->level());
    EXPECT_EQ(world.names(7), "row|row") << "one more is one more";
}

TEST(Pair, one_record_that_is_refused_goes_to_quarantine_and_the_others_go_on) {
    World world;
    world.insert(1, "row", 1, 100);
    DocumentWrite bad;
    bad.fields = {{"name", Value(std::string("bad"))}};
    bad.stamp = Version{200};
    bad.problem = Refusal{"stock", "many", "no number"};
    world.documents.index(id_of(1), bad);
    world.insert(2, "fine", 2, 100);
    const Report report = world.level();
    EXPECT_GE(report.quarantined, 1U);
    EXPECT_EQ(world.names(2), "fine|fine");
    EXPECT_EQ(world.names(1), "row|bad");
    EXPECT_EQ(world.notes.quarantine["shop.products"].at(id_of(1)).refusal.field, "stock");
    for (int pass = 0; pass < 5; ++pass) {
        world.clock.micros += 5'000'000;
        EXPECT_TRUE(run(world.pair->level()).idle());
    }
    EXPECT_EQ(world.names(1), "row|bad");
    world.put(1, "mended", 5, Version{300});
    (void)run(world.pair->level());
    EXPECT_EQ(world.names(1), "mended|mended");
    EXPECT_TRUE(world.notes.quarantine["shop.products"].empty());
}

TEST(Pair, a_record_that_both_sides_forgot_leaves_quarantine) {
    World world;
    world.insert(2, "row", 1, 100);
    (void)world.level();
    DocumentWrite broken;
    broken.problem = Refusal{"stock", "many", "is no bigint"};
    broken.stamp = Version{200};
    world.documents.index(id_of(1), broken);
    (void)run(world.pair->pass());
    EXPECT_EQ(world.pair->context().quarantine.size(), 1U);
    world.documents.remove(id_of(1));
    world.clock.micros += 10'000'000;
    (void)run(world.pair->pass());
    EXPECT_EQ(world.pair->context().quarantine.size(), 0U);
}

TEST(Pair, a_hundred_refusals_in_a_row_stop_the_pair_with_its_cursor_unsaved) {
    World world;
    world.insert(500, "row", 1, 100);
    for (unsigned i = 0; i < 150; ++i) {
        DocumentWrite bad;
        bad.stamp = Version{200};
        bad.problem = Refusal{"stock", "many", "no number"};
        world.documents.index(id_of(i), bad);
    }
    run(world.pair->open());
    EXPECT_THROW((void)run(world.pair->level()), Misconfigured);
    EXPECT_EQ(world.notes.cursors.at("shop.products").shards[0], -1);
}

TEST(Pair, an_index_made_anew_is_a_first_meeting_and_is_filled_again) {
    World world;
    world.insert(1, "row", 1, 100);
    (void)world.level();
    world.documents.recreate();
    world.clock.micros += 5'000'000;
    (void)run(world.pair->level());
    EXPECT_EQ(world.names(1), "row|row");
}

TEST(Pair, first_meeting_stop_asks_a_person) {
    PairSettings settings;
    settings.rules.first_meeting = FirstMeeting::stop;
    World world(settings);
    world.insert(1, "record", 1, 100);
    world.put(1, "search", 1, std::nullopt);
    run(world.pair->open());
    EXPECT_THROW((void)run(world.pair->level()), Misconfigured);
    EXPECT_EQ(world.names(1), "record|search");
}

TEST(Pair, what_is_remembered_as_settled_has_its_limit) {
    PairSettings settings;
    settings.rules.settled_limit = 4;
    World world(settings);
    world.put(0, "seed", 0, Version{10});
    (void)world.level();
    for (unsigned i = 1; i <= 40; ++i) {
        world.insert(i, "row", i, 100);
        world.put(100 + i, "document", i, Version{100});
    }
    world.clock.micros += 5'000'000;
    (void)run(world.pair->level());
    EXPECT_EQ(world.names(7), "row|row");
    EXPECT_EQ(world.names(107), "document|document");
    EXPECT_FALSE(world.pair->context().settled.full());
}

TEST(Pair, documents_whose_fields_stay_unknown_make_it_wait_and_not_look_for_ever) {
    World world;
    (void)world.level();
    DocumentWrite write;
    write.fields = {{"name", Value(std::string("a"))}, {"colour", Value(std::string("red"))}};
    write.stamp = Version{100};
    world.documents.index(id_of(1), write);
    world.clock.micros += 1'000'000;
    const int before = world.agreements;
    EXPECT_THROW((void)run(world.pair->pass()), Unavailable);
    EXPECT_LE(world.agreements, before + 10);
    world.rows.add(Column{"colour", Type{}});
    run(world.pair->open());
    (void)run(world.pair->pass());
    EXPECT_EQ(world.names(1), "a|a");
}

TEST(Pair, a_table_that_was_made_again_is_a_new_meeting_and_gets_its_records_back) {
    World world;
    for (unsigned i = 0; i < 100; ++i) world.insert(i, "row", i, 5'000);
    (void)world.level();
    world.rows.recreate();
    world.insert(7, "of a backup", 7, 1'000);
    run(world.pair->open());
    EXPECT_FALSE(world.pair->is_level());
    (void)run(world.pair->pass());
    EXPECT_TRUE(world.pair->is_level());
    EXPECT_EQ(world.names(7), "row|row") << "the newer write wins, though the row was the last";
    EXPECT_EQ(world.names(99), "row|row");
}

TEST(Pair, an_index_that_was_made_again_is_copied_as_at_the_first_time) {
    World world;
    for (unsigned i = 0; i < 100; ++i) world.insert(i, "row", i, 5'000);
    (void)world.level();
    world.documents.recreate();
    world.clock.micros += 1'000'000;
    for (int pass = 0; pass < 3; ++pass) (void)run(world.pair->pass());
    EXPECT_TRUE(world.pair->is_level());
    EXPECT_EQ(world.names(99), "row|row");
}

}  // namespace
}  // namespace duet::sync
