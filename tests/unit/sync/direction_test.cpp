// A pair of one direction is a mirror: one test a clause.

#include <gtest/gtest.h>

#include "story.hpp"
#include "world.hpp"

namespace duet::sync {
namespace {

TEST(ToElasticsearch, a_row_wins_over_a_newer_document_which_is_kept) {
    Story mirror(Direction::to_elasticsearch);
    const auto write = mirror.written(100).document_stamped(200).expect<WriteDocument>();
    EXPECT_EQ(write.version.micros, 100);
    EXPECT_TRUE(write.keep_document);
    mirror.settled = true;
    EXPECT_FALSE(mirror.expect<WriteDocument>().keep_document);
}

TEST(ToElasticsearch, a_document_without_a_row_stays) {
    Story mirror(Direction::to_elasticsearch);
    mirror.row = State{};
    mirror.document_stamped(200).expect<Stay>();
    mirror.document = State{};
    mirror.expect<Settle>();
}

TEST(ToElasticsearch, equal_content_gets_the_rows_newer_version_and_never_an_older_one) {
    Story mirror(Direction::to_elasticsearch);
    mirror.same = true;
    EXPECT_EQ(mirror.written(300).document_stamped(200).expect<WriteDocument>().version.micros,
              300);
    mirror.written(100).expect<Settle>();
    mirror.document.version.reset();
    mirror.expect<Settle>();
}

TEST(ToCassandra, a_document_wins_over_a_newer_row_which_is_kept) {
    Story mirror(Direction::to_cassandra);
    const auto write = mirror.written(200).document_stamped(100).expect<WriteRow>();
    EXPECT_EQ(write.version.micros, 100);
    EXPECT_EQ(write.timestamp, 201);
    EXPECT_TRUE(write.keep_row);
    EXPECT_FALSE(mirror.written(50).expect<WriteRow>().keep_row);
}

TEST(ToCassandra, a_row_without_a_document_stays) {
    Story mirror(Direction::to_cassandra);
    mirror.document = State{};
    mirror.written(100).expect<Stay>();
    mirror.row = State{};
    mirror.expect<Settle>();
}

TEST(ToCassandra, an_unstamped_document_counts_from_the_look_and_is_not_stamped) {
    Story mirror(Direction::to_cassandra);
    EXPECT_EQ(mirror.written(100).expect<WriteRow>().version.micros, now);
    mirror.old = true;
    EXPECT_EQ(mirror.expect<WriteRow>().version.micros, 500 * second);
    mirror.same = true;
    mirror.expect<Settle>();
}

TEST(ToCassandra, a_row_that_is_not_there_is_written_with_the_time_of_now) {
    Story mirror(Direction::to_cassandra);
    mirror.row = State{};
    const auto write = mirror.document_stamped(100).expect<WriteRow>();
    EXPECT_EQ(write.version.micros, 100);
    EXPECT_EQ(write.timestamp, now);
}

TEST(ToCassandra, a_version_in_the_future_is_written_once) {
    Story mirror(Direction::to_cassandra);
    const std::int64_t future = now + 3'600'000'000;
    const auto write = mirror.written(100).document_stamped(future).expect<WriteRow>();
    EXPECT_EQ(write.timestamp, now);
    EXPECT_TRUE(write.future);
    mirror.same = true;
    mirror.written(now).expect<Settle>();
}

PairSettings one_way(Direction direction) {
    PairSettings settings;
    settings.rules.direction = direction;
    return settings;
}

void some_passes(World& world) {
    for (int pass = 0; pass < 30; ++pass) {
        world.clock.micros += 1'000'000;
        (void)run(world.pair->pass());
    }
}

TEST(ToElasticsearch, the_table_is_never_written) {
    World world(one_way(Direction::to_elasticsearch));
    world.insert(1, "row", 1, 100);
    world.put(1, "newer", 1, Version{200});
    world.put(2, "document", 2, Version{300});
    (void)world.level();
    EXPECT_EQ(world.names(1), "row|row");
    EXPECT_EQ(world.names(2), "-|document");
    world.put(1, "edited", 1, Version{400});
    world.insert(3, "late", 3, 500);
    some_passes(world);
    EXPECT_EQ(world.names(1), "row|row");
    EXPECT_EQ(world.names(2), "-|document");
    EXPECT_EQ(world.names(3), "late|late");
    EXPECT_EQ(world.notes.beaten["shop.products"].size(), 2U);
}

TEST(ToElasticsearch, documents_do_not_fill_an_empty_table) {
    World world(one_way(Direction::to_elasticsearch));
    for (unsigned i = 0; i < 50; ++i) world.put(i, "document", i, Version{1'000 + i});
    const Report report = world.level();
    EXPECT_EQ(report.rows_written, 0U);
    EXPECT_EQ(world.names(7), "-|document");
}

TEST(ToCassandra, the_index_is_never_written) {
    World world(one_way(Direction::to_cassandra));
    world.insert(1, "newer", 1, 200);
    world.put(1, "document", 1, Version{100});
    world.put(2, "unstamped", 2, std::nullopt);
    world.insert(3, "row", 3, 300);
    int writes = 0;
    world.documents.on_write([&writes](const Id&) { ++writes; });
    (void)world.level();
    world.insert(1, "edited", 1, 900'000'000);
    some_passes(world);
    EXPECT_EQ(world.names(1), "document|document");
    EXPECT_EQ(world.names(2), "unstamped|unstamped");
    EXPECT_EQ(world.names(3), "row|-");
    EXPECT_EQ(writes, 0);
}

TEST(ToCassandra, rows_do_not_fill_an_empty_index_and_deleted_ones_come_back) {
    World world(one_way(Direction::to_cassandra));
    for (unsigned i = 0; i < 50; ++i) world.insert(i, "row", i, 1'000 + i);
    EXPECT_EQ(world.level().documents_written, 0U);
    world.put(7, "document", 7, Version{2'000});
    some_passes(world);
    EXPECT_EQ(world.names(7), "document|document");
    world.rows.remove(id_of(7), world.clock.micros - 1);
    some_passes(world);
    EXPECT_EQ(world.names(7), "document|document");
    EXPECT_EQ(world.names(8), "row|-");
}

}  // namespace
}  // namespace duet::sync
