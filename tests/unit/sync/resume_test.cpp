// A process that goes on where another one stopped: what changed meanwhile is looked at, and
// nothing else.

#include <gtest/gtest.h>

#include "told_feed.hpp"
#include "world.hpp"

namespace duet::sync {
namespace {

constexpr unsigned records = 600;
constexpr std::int64_t second = 1'000'000;

/// A pair that was level when its process ended, and the next one's, not opened yet.
struct ResumedWorld : World {
    ToldFeed first;
    ToldFeed second_feed;
    PairSettings settings;

    explicit ResumedWorld(const PairSettings& with = swept_hourly()) : World(with), settings(with) {
        table.set_feed(&first);
        first.at = {17, 4};
        for (unsigned i = 0; i < records; ++i) insert(i, "first", i, 1'000 + i);
        (void)World::level();
        (void)run(pair->pass());
    }
    void end() {
        run(pair->close());
        second_feed.can_resume = true;
        table.set_feed(&second_feed);
        clock.micros += second;
        pair = new_pair(settings);
    }
    Report begin() {
        run(pair->open());
        return run(pair->pass());
    }
    void change(unsigned number) { insert(number, "second", number, clock.micros); }
};

TEST(ResumedPair, looks_at_what_has_changed_and_at_nothing_else) {
    ResumedWorld world;
    world.end();
    world.change(5);
    world.second_feed.ids.push_back(id_of(5));
    world.put(6, "by a document", 1, Version{world.clock.micros + 1});
    world.hooks.calls.clear();
    EXPECT_EQ(world.begin().looked, 2U);
    EXPECT_TRUE(world.pair->is_level());
    EXPECT_EQ(world.names(5), "second|second");
    EXPECT_EQ(world.names(6), "by a document|by a document");
    EXPECT_EQ(world.second_feed.resumed, (std::vector<std::int64_t>{17, 4}));
    EXPECT_EQ(world.hooks.calls["table.digest"], 0);
}

TEST(ResumedPair, compares_all_where_the_feed_cannot) {
    ResumedWorld world;
    world.end();
    world.second_feed.can_resume = false;
    world.change(5);
    EXPECT_GE(world.begin().looked, 1U);
    EXPECT_TRUE(world.pair->is_level());
    EXPECT_EQ(world.names(5), "second|second");
}

TEST(ResumedPair, compares_all_where_the_feed_has_lost_writes_since) {
    ResumedWorld world;
    world.end();
    world.change(5);
    world.second_feed.incomplete = true;
    (void)world.begin();
    EXPECT_FALSE(world.pair->is_level());
    (void)run(world.pair->pass());
    EXPECT_TRUE(world.pair->is_level());
    EXPECT_EQ(world.names(5), "second|second");
}

TEST(ResumedPair, compares_all_where_another_feed_takes_over) {
    ResumedWorld world;
    ToldFeed other;
    world.end();
    world.change(5);  // and the other has not been asked to go on
    world.second_feed.on_next = [&] { world.table.set_feed(&other); };
    (void)world.begin();
    EXPECT_FALSE(world.pair->is_level());
    (void)run(world.pair->pass());
    EXPECT_TRUE(world.pair->is_level());
    EXPECT_EQ(world.names(5), "second|second");
}

TEST(ResumedPair, makes_many_deletions_as_soon_as_it_is_level) {
    PairSettings settings = swept_hourly();
    settings.rules.deletes = Deletes::propagate;
    ResumedWorld world(settings);
    world.end();
    for (unsigned i = 0; i < 11; ++i) {
        world.rows.remove(id_of(i), world.clock.micros);
        world.second_feed.ids.push_back(id_of(i));
    }
    (void)world.begin();
    world.clock.micros += second;
    (void)run(world.pair->pass());
    EXPECT_EQ(world.names(5), "-|-");
}

TEST(ResumedPair, is_level_once_the_feed_has_told_all) {
    ResumedWorld world;
    world.end();
    world.second_feed.is_reading = true;
    int looks = 0;
    world.second_feed.on_next = [&] {
        if (++looks < 3) return;
        world.change(5);
        world.second_feed.ids.push_back(id_of(5));
        world.second_feed.is_reading = false;
        world.second_feed.on_next = {};
    };
    EXPECT_EQ(world.begin().looked, 0U);
    EXPECT_FALSE(world.pair->is_level());
    EXPECT_EQ(run(world.pair->pass()).looked, 0U);
    EXPECT_EQ(run(world.pair->pass()).looked, 1U);
    EXPECT_TRUE(world.pair->is_level());
    EXPECT_EQ(world.names(5), "second|second");
}

TEST(ResumedPair, compares_all_where_one_command_is_to_bring_it_level) {
    ResumedWorld world;
    world.end();
    world.change(5);  // and no feed tells of it
    (void)world.level();
    EXPECT_EQ(world.names(5), "second|second");
}

/// Whether a process that begins now compares the whole table.
bool compares_all(ResumedWorld& world) {
    world.end();
    world.hooks.calls.clear();
    (void)world.begin();
    return world.hooks.calls["table.digest"] > 0;
}

TEST(ResumedPair, compares_all_where_the_last_process_was_not_level) {
    ResumedWorld world;
    EXPECT_FALSE(compares_all(world));
    world.second_feed.at = {18};
    world.second_feed.incomplete = true;
    world.second_feed.ids.push_back(id_of(1));
    (void)run(world.pair->glance());
    EXPECT_TRUE(compares_all(world));
}

TEST(ResumedPair, compares_all_where_records_end_by_themselves) {
    ResumedWorld world;
    RowWrite write;
    write.timestamp = world.clock.micros;
    write.values = {{"name", Value(std::string("ends"))}};
    write.expires_at = world.clock.micros + 3'600 * second;
    world.rows.insert(id_of(5), write);
    world.first.ids.push_back(id_of(5));
    (void)run(world.pair->glance());
    EXPECT_TRUE(compares_all(world));
    EXPECT_TRUE(compares_all(world)) << "though this process has not read the row";
}

TEST(ResumedPair, compares_all_where_the_table_was_truncated) {
    ResumedWorld world;
    world.end();
    world.rows.truncate();
    (void)world.begin();
    EXPECT_TRUE(world.pair->is_level());
    EXPECT_EQ(world.names(5), "first|first");
}

TEST(ResumedPair, compares_all_where_documents_were_deleted) {
    ResumedWorld world;
    world.end();
    world.documents.remove(id_of(5));
    (void)world.begin();
    EXPECT_EQ(world.names(5), "first|first");
}

TEST(ResumedPair, compares_all_where_the_last_process_had_not_found_what_was_deleted) {
    ResumedWorld world;
    world.documents.remove(id_of(5));
    world.first.at = {18};  // and saves its position once more
    EXPECT_TRUE(compares_all(world));
    EXPECT_EQ(world.names(5), "first|first");
}

TEST(ResumedPair, compares_all_where_a_truncated_table_was_not_swept_to_its_end) {
    ResumedWorld world;
    world.rows.truncate();
    run(world.pair->open());  // as after a failure
    world.first.at = {18};
    EXPECT_TRUE(compares_all(world));
    EXPECT_EQ(world.names(5), "first|first");
}

TEST(ResumedPair, is_swept_when_the_last_process_would_have) {
    ResumedWorld world;
    world.end();
    (void)world.begin();
    world.change(5);  // and no feed tells of it
    world.clock.micros += 3'500 * second;
    (void)run(world.pair->pass());
    EXPECT_EQ(world.names(5), "second|first");
    world.clock.micros += 100 * second;
    for (int pass = 0; pass < 40; ++pass) {
        world.clock.micros += second;
        (void)run(world.pair->pass());
    }
    EXPECT_EQ(world.names(5), "second|second");
}

}  // namespace
}  // namespace duet::sync
