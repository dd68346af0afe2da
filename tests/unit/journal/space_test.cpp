// How full the folder is, and what is done about it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/journal/world.hpp"

namespace duet::journal {
namespace {

using testing::ElementsAre;

/// Three segments of the folder are a nearly full one.
JournalOptions small(World& world, bool owner) {
    JournalOptions options = world.options(owner);
    options.space_limit = 4 * Folder::file_size;
    return options;
}

/// A segment behind which another one is in use; its key waits in the queue of the table.
void fill(World& world, std::int64_t upto) {
    world.second.section({with_key("101")});
    world.write();
    for (std::int64_t id = 102; id <= upto; ++id) {
        BuiltSegment next(segment(id));
        next.section({with_key(std::to_string(id))});
        world.folder.write(next);
        world.folder.complete(segment(id - 1));
    }
    world.folder.complete(segment(100));
}

TEST(Journal, tells_how_full_the_folder_is) {
    World world;
    Journal journal(small(world, false));
    const auto table = journal.table(table_id(1), "shop", knows_nothing);
    EXPECT_EQ(journal.space().held, 2 * Folder::file_size);
    EXPECT_EQ(journal.space().limit, 4 * Folder::file_size);
    EXPECT_EQ(journal.space().unsettled, 0U);
    world.first.section({with_key("a")});
    world.write();
    look(journal);
    look(journal);
    EXPECT_EQ(journal.space().unsettled, Folder::file_size);
    static_cast<void>(table->queue().take(1));
    table->queue().settle();
    look(journal);
    EXPECT_EQ(journal.space().unsettled, 0U);
}

TEST(Journal, an_owner_empties_a_nearly_full_folder_into_one_sweep) {
    World world;
    Journal journal(small(world, true));
    const auto table = journal.table(table_id(1), "shop", knows_nothing);
    fill(world, 103);
    look(journal);
    look(journal);
    EXPECT_EQ(journal.counts().emptied, 1U);
    EXPECT_TRUE(table->queue().empty());
    EXPECT_TRUE(table->queue().take_incomplete());
    for (const std::int64_t id : {100, 101, 102}) EXPECT_FALSE(world.folder.has(segment(id))) << id;
    EXPECT_TRUE(world.folder.has(segment(103)));
    BuiltSegment next(segment(104));
    next.section({with_key("row by row again")});
    world.folder.write(next);
    EXPECT_THAT(keys_of(journal, *table), ElementsAre("row by row again"));
    EXPECT_FALSE(table->queue().take_incomplete());
}

TEST(Journal, a_full_folder_whose_keys_are_settled_is_none_of_its_cares) {
    World world;
    Journal journal(small(world, false));
    const auto table = journal.table(table_id(1), "shop", knows_nothing);
    for (std::int64_t last = 102; last < 106; ++last) {
        fill(world, last);
        static_cast<void>(keys_of(journal, *table));
        look(journal);
    }
    EXPECT_GT(journal.space().held, journal.space().limit);
    EXPECT_EQ(journal.counts().emptied, 0U);
    EXPECT_FALSE(table->queue().take_incomplete());
    EXPECT_TRUE(world.folder.has(segment(100)));
}

}  // namespace
}  // namespace duet::journal
