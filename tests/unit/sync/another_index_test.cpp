// An index that is another one from one moment to the next: deleted and made again, or an alias
// that leads elsewhere now. What the cursor says of documents holds in its own index alone.

#include <gtest/gtest.h>

#include <functional>

#include "base/error.hpp"
#include "world.hpp"

namespace duet::sync {
namespace {

constexpr unsigned records = 20;

std::vector<Id> all_ids() {
    std::vector<Id> ids;
    for (unsigned i = 0; i < records; ++i) ids.push_back(id_of(i));
    return ids;
}

/// Level, and its index has just become another one, as no pass has noticed yet.
struct Moved : World {
    explicit Moved(Deletes deletes, const std::function<void(Moved&)>& before = {})
        : World(settings(deletes)) {
        for (unsigned i = 0; i < records; ++i) insert(i, "record", i, 1'000 + i);
        (void)level();
        pass(1);  // what Duet wrote is below the cursor
        if (before) before(*this);
        documents.recreate();
    }

    static PairSettings settings(Deletes deletes) {
        PairSettings settings;
        settings.rules.deletes = deletes;
        return settings;
    }

    void pass(int times = 5) {
        for (int i = 0; i < times; ++i) {
            clock.micros += 1'000'000;
            (void)run(pair->pass());
        }
    }
};

TEST(AnotherIndex, a_newer_document_is_not_taken_for_one_that_was_settled) {
    Moved world(Deletes::restore);
    world.put(3, "search", 3, Version{5'000});
    EXPECT_THROW((void)run(world.pair->reconcile({id_of(3)})), Unavailable);
    world.pass();
    EXPECT_EQ(world.names(3), "search|search");
}

TEST(AnotherIndex, an_older_document_is_kept_where_it_loses) {
    Moved world(Deletes::restore);
    world.put(3, "of a backup", 3, Version{500});
    EXPECT_THROW((void)run(world.pair->reconcile({id_of(3)})), Unavailable);
    world.pass();
    EXPECT_EQ(world.names(3), "record|record");
    EXPECT_EQ(world.notes.beaten["shop.products"].size(), 1U);
}

TEST(AnotherIndex, a_deleted_row_takes_no_document_along_that_it_never_had) {
    Moved world(Deletes::propagate);
    world.put(3, "search", 3, Version{500});
    world.rows.remove(id_of(3), world.clock.micros);
    EXPECT_THROW((void)run(world.pair->reconcile({id_of(3)})), Unavailable);
    world.pass();
    EXPECT_EQ(world.names(3), "search|search");
}

TEST(AnotherIndex, what_was_deleted_under_the_old_one_is_no_late_write_in_it) {
    Moved world(Deletes::propagate, [](Moved& before) {
        before.rows.remove(id_of(3), before.clock.micros);
        before.pass(40);
        EXPECT_EQ(before.names(3), "-|-");
    });
    // Its position lies beyond the old cursor's.
    for (unsigned i = 0; i < 100; ++i) world.put(7, "search", 7, Version{5'000});
    world.put(3, "of a backup", 3, Version{500});
    (void)run(world.pair->reconcile({id_of(3)}));
    EXPECT_THROW((void)run(world.pair->make_deletions(records)), Unavailable);
    EXPECT_EQ(world.names(3), "-|of a backup");
    world.pass();
    EXPECT_EQ(world.names(3), "of a backup|of a backup");
}

TEST(AnotherIndex, what_it_lacks_blows_no_fuse) {
    Moved world(Deletes::propagate);
    (void)run(world.pair->reconcile(all_ids()));
    EXPECT_EQ(world.pair->context().deletions.size(), records);
    EXPECT_THROW((void)run(world.pair->make_deletions(records)), Unavailable);
    world.pass();
    EXPECT_EQ(world.names(3), "record|record");
}

}  // namespace
}  // namespace duet::sync
