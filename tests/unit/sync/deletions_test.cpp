#include "sync/deletions.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "world.hpp"

namespace duet::sync {
namespace {

constexpr std::int64_t second = 1'000'000;

PairSettings propagating() {
    PairSettings settings;
    settings.rules.deletes = Deletes::propagate;
    return settings;
}

/// `count` records that both sides hold and have agreed on.
void agree_on(World& world, unsigned count) {
    for (unsigned i = 0; i < count; ++i) world.insert(i, "record", i, 1'000 + i);
    (void)world.level();
}

/// Passes until everything must have been noticed.
Report pass(World& world) {
    Report total;
    for (int i = 0; i < 40; ++i) {
        world.clock.micros += second;
        Report report = run(world.pair->pass());
        total += report;
    }
    return total;
}

TEST(Deletions, few_are_never_too_many) {
    Deletions deletions;
    for (unsigned i = 0; i < few_deletions; ++i) deletions.postpone(id_of(i));
    EXPECT_FALSE(deletions.too_many(few_deletions, 0.2, 0));
    deletions.postpone(id_of(99));
    EXPECT_TRUE(deletions.too_many(few_deletions + 1, 0.2, 0));
    EXPECT_FALSE(deletions.too_many(100, 0.2, 0));
    EXPECT_TRUE(deletions.too_many(100, 0.1, 0));
}

TEST(Deletions, what_was_made_a_moment_ago_belongs_to_the_same_go) {
    Deletions deletions;
    deletions.made(15, second);
    deletions.end_round();
    for (unsigned i = 0; i < 9; ++i) deletions.postpone(id_of(i));
    EXPECT_TRUE(deletions.too_many(85, 0.2, second + fuse_window - 1));
    EXPECT_FALSE(deletions.too_many(85, 0.2, second + fuse_window));
}

TEST(Deletions, what_a_person_forced_does_not_count_against_the_next) {
    Deletions deletions;
    deletions.force();
    deletions.made(90, second);
    for (unsigned i = 0; i < 9; ++i) deletions.postpone(id_of(i));
    EXPECT_FALSE(deletions.too_many(85, 0.2, second));
}

TEST(Deletions, few_are_a_tenth_of_what_one_go_may_delete) {
    Deletions deletions;
    EXPECT_FALSE(deletions.few(1'000, 0.2, 0)) << "there are none";
    for (unsigned i = 0; i < 20; ++i) deletions.postpone(id_of(i));
    EXPECT_TRUE(deletions.few(1'000, 0.2, 0));
    EXPECT_FALSE(deletions.few(999, 0.2, 0));
    EXPECT_FALSE(deletions.few(0, 0.2, 0)) << "nobody has counted yet";
}

TEST(Deletions, what_was_made_in_the_same_round_belongs_to_the_same_go) {
    Deletions deletions;
    deletions.made(15, second);
    for (unsigned i = 0; i < 9; ++i) deletions.postpone(id_of(i));
    const std::int64_t much_later = second + 10 * fuse_window;
    EXPECT_TRUE(deletions.too_many(85, 0.2, much_later));
    EXPECT_FALSE(deletions.few(1'000, 0.2, much_later));
    deletions.end_round();
    EXPECT_FALSE(deletions.too_many(85, 0.2, much_later));
    EXPECT_TRUE(deletions.few(1'000, 0.2, much_later));
}

TEST(Deletions, the_same_one_counts_once) {
    Deletions deletions;
    for (int i = 0; i < 100; ++i) deletions.postpone(id_of(7));
    EXPECT_EQ(deletions.size(), 1U);
}

TEST(Deletions, beyond_the_limit_they_are_counted_and_looked_for_again) {
    Deletions deletions;
    for (unsigned i = 0; i < postponed_limit + 3; ++i) deletions.postpone(id_of(i));
    EXPECT_EQ(deletions.size(), postponed_limit + 3);
    EXPECT_TRUE(deletions.more());
    EXPECT_EQ(deletions.take().size(), postponed_limit);
    EXPECT_EQ(deletions.remembered(), 0U);
    EXPECT_EQ(deletions.size(), 3U);
    deletions.forget_more();
    EXPECT_EQ(deletions.size(), 0U);
}

TEST(Deletions, those_beyond_the_limit_count_whatever_became_of_the_others_at_a_second_look) {
    Deletions deletions;
    for (unsigned i = 0; i < 3 * postponed_limit; ++i) deletions.postpone(id_of(i));
    EXPECT_TRUE(deletions.too_many(1'000'000, 0.2, 0));
    for (const Id& id : deletions.take()) deletions.postpone(id);
    EXPECT_TRUE(deletions.too_many(1'000'000, 0.2, 0));
}

TEST(Deletions, a_person_means_all_of_a_round_and_those_beyond_the_limit_as_well) {
    Deletions deletions;
    const auto find = [&](unsigned count) {
        for (unsigned i = 0; i < count; ++i) deletions.postpone(id_of(i));
        return deletions.too_many(100, 0.2, 0);
    };
    deletions.force();
    EXPECT_FALSE(find(1)) << "few, and made before the round has ended";
    deletions.made(deletions.take().size(), 0);
    EXPECT_FALSE(find(postponed_limit + 1));
    deletions.made(deletions.take().size(), 0);
    deletions.forget_more();
    deletions.end_round();
    EXPECT_FALSE(find(100)) << "the rest";
    deletions.made(deletions.take().size(), 0);
    deletions.end_round();
    EXPECT_TRUE(find(100)) << "another go";
}

TEST(Propagate, a_deleted_row_takes_its_document_along) {
    World world(propagating());
    agree_on(world, 20);
    world.rows.remove(id_of(3), world.clock.micros);
    const Report report = pass(world);
    EXPECT_EQ(report.documents_deleted, 1U);
    EXPECT_EQ(world.names(3), "-|-");
    EXPECT_EQ(world.names(4), "record|record");
    EXPECT_TRUE(world.notes.beaten["shop.products"].empty());  // it was settled
}

TEST(Propagate, a_deleted_document_takes_its_row_along_and_the_row_is_kept) {
    World world(propagating());
    agree_on(world, 20);
    world.documents.remove(id_of(3));
    const Report report = pass(world);
    EXPECT_EQ(report.rows_deleted, 1U);
    EXPECT_EQ(world.names(3), "-|-");
    ASSERT_EQ(world.notes.beaten["shop.products"].size(), 1U);
    EXPECT_EQ(world.notes.beaten["shop.products"].front().beaten.reason,
              "its document was deleted");
}

TEST(Propagate, one_deleted_on_each_side_is_seen_though_the_numbers_are_equal) {
    World world(propagating());
    agree_on(world, 20);
    world.rows.remove(id_of(3), world.clock.micros);
    world.documents.remove(id_of(4));
    (void)pass(world);
    EXPECT_EQ(world.names(3), "-|-");
    EXPECT_EQ(world.names(4), "-|-");
}

TEST(Propagate, what_was_deleted_while_duet_was_away_is_found_by_the_notes) {
    World world(propagating());
    agree_on(world, 20);
    world.pair = world.new_pair(propagating());
    world.rows.remove(id_of(3), world.clock.micros);
    world.documents.remove(id_of(4));
    (void)world.level();
    EXPECT_EQ(world.names(3), "-|-");
    EXPECT_EQ(world.names(4), "-|-");
}

TEST(Propagate, a_record_inserted_again_comes_to_the_other_side) {
    World world(propagating());
    agree_on(world, 20);
    world.rows.remove(id_of(3), world.clock.micros);
    (void)pass(world);
    world.insert(3, "again", 3, world.clock.micros + 1);
    (void)pass(world);
    EXPECT_EQ(world.names(3), "again|again");
    world.documents.remove(id_of(3));
    (void)pass(world);
    world.put(3, "once more", 3, Version{world.clock.micros});
    (void)pass(world);
    EXPECT_EQ(world.names(3), "once more|once more");
}

TEST(Propagate, a_late_write_does_not_bring_a_deleted_record_back) {
    World world(propagating());
    agree_on(world, 20);
    world.rows.remove(id_of(3), world.clock.micros);
    (void)pass(world);
    world.put(3, "late", 3, Version{1'000});  // it was agreed at 1'003
    (void)pass(world);
    EXPECT_EQ(world.names(3), "-|-");
    ASSERT_EQ(world.notes.beaten["shop.products"].size(), 1U);
    EXPECT_NE(world.notes.beaten["shop.products"].front().beaten.json.find("late"),
              std::string::npos);
}

TEST(Propagate, the_fuse_stops_the_pair_before_anything_is_deleted) {
    World world(propagating());
    agree_on(world, 100);
    for (unsigned i = 0; i < 30; ++i) world.rows.remove(id_of(i), world.clock.micros);
    try {
        (void)pass(world);
        FAIL() << "the fuse did not blow";
    } catch (const Misconfigured& error) {
        EXPECT_EQ(std::string(error.what()),
                  "shop.products: 30 of 100 records vanished from one side at one go; deletes = "
                  "\"propagate\" would delete them from the other, and max_delete is 0.2");
        EXPECT_NE(error.hint().find("duet run --force-deletes shop.products"), std::string::npos);
    }
    EXPECT_EQ(world.documents.deletes(), 0U);
    EXPECT_THROW((void)pass(world), Misconfigured);  // it stays blown
    world.pair->force_deletes();
    EXPECT_EQ(pass(world).documents_deleted, 30U);
    EXPECT_EQ(world.names(29), "-|-");
}

TEST(Propagate, a_second_look_that_fails_forgets_nothing_of_what_vanished) {
    World world(propagating());
    agree_on(world, 100);
    for (unsigned i = 0; i < 30; ++i) world.rows.remove(id_of(i), world.clock.micros);
    const Deletions& deletions = world.pair->context().deletions;
    bool found = false;
    bool failed = false;
    world.hooks.on = [&](const std::string& operation) {
        found = found || deletions.size() == 30;
        // They are taken out to be looked at again.
        if (!found || failed || deletions.size() > 0 || operation != "index.read") return;
        failed = true;
        throw Unavailable("nobody answers");
    };
    EXPECT_THROW((void)pass(world), Unavailable);
    EXPECT_TRUE(failed);
    EXPECT_EQ(deletions.size(), 30U);
}

TEST(Propagate, force_lets_one_go_through_and_no_second) {
    World world(propagating());
    agree_on(world, 100);
    world.pair->force_deletes();
    for (unsigned i = 0; i < 30; ++i) world.documents.remove(id_of(i));
    EXPECT_EQ(pass(world).rows_deleted, 30U);
    for (unsigned i = 30; i < 60; ++i) world.documents.remove(id_of(i));
    EXPECT_THROW((void)pass(world), Misconfigured);
}

TEST(Propagate, what_was_put_back_after_the_fuse_blew_lets_the_pair_go_on) {
    World world(propagating());
    agree_on(world, 100);
    for (unsigned i = 0; i < 30; ++i) world.rows.remove(id_of(i), 5'000);
    EXPECT_THROW((void)pass(world), Misconfigured);
    for (unsigned i = 0; i < 30; ++i) world.insert(i, "back", i, 6'000);
    EXPECT_EQ(pass(world).documents_deleted, 0U);
    EXPECT_EQ(world.names(29), "back|back");
}

TEST(Propagate, a_truncated_table_is_restored) {
    World world(propagating());
    agree_on(world, 5);
    world.clock.micros += 10 * second;
    world.rows.truncate();
    EXPECT_EQ(pass(world).documents_deleted, 0U);
    EXPECT_EQ(world.names(3), "record|record");
}

TEST(Propagate, a_table_that_was_made_anew_is_restored) {
    World world(propagating());
    agree_on(world, 5);
    world.rows.recreate();
    EXPECT_EQ(pass(world).documents_deleted, 0U);
    EXPECT_EQ(world.names(3), "record|record");
}

TEST(Propagate, an_index_that_was_made_anew_is_filled_again) {
    World world(propagating());
    agree_on(world, 5);
    world.documents.recreate();
    EXPECT_EQ(pass(world).rows_deleted, 0U);
    EXPECT_EQ(world.names(3), "record|record");
}

TEST(Propagate, without_notes_nothing_is_deleted) {
    World world(propagating());
    agree_on(world, 20);
    world.notes.agreed.clear();
    world.rows.remove(id_of(3), 2'000);
    world.documents.remove(id_of(4));
    (void)pass(world);
    EXPECT_EQ(world.names(3), "record|record");
    EXPECT_EQ(world.names(4), "record|record");
}

TEST(Propagate, a_first_copy_notes_what_it_copies) {
    for (const bool from_rows : {true, false}) {
        World world(propagating());
        for (unsigned i = 0; i < 2'000; ++i) {
            if (from_rows) world.insert(i, "first", i, 1'000 + i);
            if (!from_rows) world.put(i, "first", i, Version{1'000 + i});
        }
        (void)world.level();
        EXPECT_EQ(world.notes.agreed["shop.products"].size(), 2'000U);
        world.rows.remove(id_of(1), 5'000);
        world.documents.remove(id_of(2));
        (void)pass(world);
        EXPECT_EQ(world.names(1), "-|-");
        EXPECT_EQ(world.names(2), "-|-");
    }
}

TEST(Propagate, all_documents_deleted_are_no_first_copy) {
    World world(propagating());
    agree_on(world, 5);
    for (unsigned i = 0; i < 5; ++i) world.documents.remove(id_of(i));
    world.pair = world.new_pair(propagating());
    EXPECT_EQ(world.level().rows_deleted, 5U);
}

TEST(Propagate, a_level_pair_is_not_noted_again) {
    World world(propagating());
    agree_on(world, 20);
    const auto before = world.notes.agreed["shop.products"].begin()->second.agreed.noted_at;
    world.pair = world.new_pair(propagating());
    world.clock.micros += second;
    (void)world.level();
    (void)pass(world);
    const auto after = world.notes.agreed["shop.products"].begin()->second.agreed.noted_at;
    EXPECT_EQ(before, after);
}

TEST(Restore, notes_nothing) {
    World world;
    agree_on(world, 20);
    world.rows.remove(id_of(3), world.clock.micros);
    (void)pass(world);
    EXPECT_EQ(world.names(3), "record|record");
    EXPECT_TRUE(world.notes.agreed.empty());
}

}  // namespace
}  // namespace duet::sync
