#include "app/vanished.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"

namespace duet::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::int64_t second = 1'000'000;

/// A pair that has been described once, ten seconds after 1970.
struct Story {
    Vanished vanished;
    TableTraits traits;
    std::int64_t now = 10 * second;
    Schema table{.name = "shop.orders",
                 .exists = true,
                 .columns = {{"name", Type{.kind = Kind::varint}}},
                 .table_id = "1"};
    Schema index{.name = "orders_v7", .exists = true};

    explicit Story(sync::Direction direction = sync::Direction::both, TableTraits known = {})
        : vanished("shop.orders", direction), traits(std::move(known)) {
        look();
    }
    void drop_table() {
        table = Schema{.name = "shop.orders"};
        traits = {};
    }
    void delete_index() { index = Schema{.name = "orders_v7"}; }
    void look() { vanished.look(table, index, traits, now); }
    /// Empty: it may go on.
    std::string waits() {
        try {
            look();
        } catch (const Unavailable& error) {
            return error.what();
        }
        return "";
    }
};

TEST(Vanished, what_was_never_there_is_made_at_once) {
    Story story;
    Vanished fresh("shop.orders", sync::Direction::both);
    Schema nothing{.name = "shop.orders"};
    TableTraits traits;
    fresh.look(nothing, story.index, traits, story.now);
    EXPECT_FALSE(nothing.exists);
    EXPECT_TRUE(nothing.columns.empty());
}

TEST(Vanished, an_owner_who_makes_it_anew_has_time_for_it) {
    Story story;
    story.delete_index();
    EXPECT_THAT(story.waits(), HasSubstr("index orders_v7 is gone"));
    story.now += 4 * second;
    EXPECT_THAT(story.waits(), HasSubstr("is gone"));
    story.now += second;
    EXPECT_EQ(story.waits(), "");
}

TEST(Vanished, each_time_that_it_vanishes_is_another_time) {
    Story story;
    const Schema there = story.index;
    story.delete_index();
    (void)story.waits();
    story.index = there;
    EXPECT_EQ(story.waits(), "");
    story.now += 60 * second;
    story.delete_index();
    EXPECT_THAT(story.waits(), HasSubstr("is gone"));
}

TEST(Vanished, a_table_is_made_again_as_it_was) {
    Story story;
    story.drop_table();
    EXPECT_THAT(story.waits(), HasSubstr("table shop.orders is gone"));
    story.now += 5 * second;
    EXPECT_EQ(story.waits(), "");
    EXPECT_FALSE(story.table.exists);
    ASSERT_EQ(story.table.columns.size(), 1U);
    EXPECT_EQ(story.table.columns[0].type.kind, Kind::varint);
}

TEST(Vanished, a_column_that_was_dropped_is_not_added_to_the_table_that_is_made_again) {
    Story story(sync::Direction::both, {.dropped = {"colour"}, .statics = {}});
    const Schema there = story.table;
    story.drop_table();
    (void)story.waits();
    EXPECT_THAT(story.traits.dropped, ElementsAre("colour"));
    story.table = there;
    story.traits = {};
    EXPECT_EQ(story.waits(), "");
    EXPECT_THAT(story.traits.dropped, ElementsAre("colour"));
    story.traits = {};
    story.table.columns.push_back({"colour", Type{}});  // by its owner
    EXPECT_EQ(story.waits(), "");
    EXPECT_THAT(story.traits.dropped, ElementsAre());
}

TEST(Vanished, nothing_is_made_where_both_are_gone) {
    Story story;
    story.drop_table();
    story.delete_index();
    story.now += 60 * second;
    EXPECT_THAT(story.waits(), HasSubstr("both gone"));
}

TEST(Vanished, the_source_of_one_direction_is_never_made) {
    Story rows(sync::Direction::to_elasticsearch);
    rows.drop_table();
    rows.now += 60 * second;
    EXPECT_THAT(rows.waits(), HasSubstr("to_elasticsearch"));
    Story documents(sync::Direction::to_cassandra);
    documents.delete_index();
    documents.now += 60 * second;
    EXPECT_THAT(documents.waits(), HasSubstr("to_cassandra"));
}

TEST(Vanished, a_table_with_static_columns_asks_for_a_person) {
    Story story(sync::Direction::both, {.dropped = {}, .statics = {"owner"}});
    story.drop_table();
    (void)story.waits();
    story.now += 5 * second;
    try {
        story.look();
        FAIL() << "Duet makes no static columns";
    } catch (const Misconfigured& error) {
        EXPECT_THAT(error.what(), HasSubstr("owner"));
        EXPECT_THAT(error.hint(), HasSubstr("CREATE TABLE shop.orders"));
    }
}

}  // namespace
}  // namespace duet::app
