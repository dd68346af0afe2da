#include "stores/memory/state.hpp"

#include <gtest/gtest.h>

#include "fixture.hpp"

namespace duet {
namespace {

class MemoryStateTest : public testing::Test {
protected:
    static Cursor cursor_at(std::int64_t position) {
        Cursor cursor;
        cursor.index_uuid = "i";
        cursor.history_uuid = "h";
        cursor.shards = {position};
        return cursor;
    }

    Beaten beaten_at(std::int64_t when) {
        Beaten beaten;
        beaten.id = id_of(static_cast<std::uint64_t>(when));
        beaten.beaten_at = when;
        return beaten;
    }

    SetClock clock_;
    NoHooks hooks_;
    MemoryNotes notes_;
    MemoryState state_{notes_, hooks_, clock_};
};

TEST_F(MemoryStateTest, a_cursor_is_saved_only_against_what_was_there) {
    EXPECT_TRUE(run(state_.save_cursor("p", cursor_at(1), std::nullopt)));
    EXPECT_FALSE(run(state_.save_cursor("p", cursor_at(2), std::nullopt)));
    EXPECT_FALSE(run(state_.save_cursor("p", cursor_at(3), cursor_at(2))));
    EXPECT_TRUE(run(state_.save_cursor("p", cursor_at(2), cursor_at(1))));
    EXPECT_EQ(run(state_.load_cursor("p")), cursor_at(2));
    EXPECT_FALSE(run(state_.load_cursor("other")));
}

TEST_F(MemoryStateTest, quarantine_holds_one_entry_of_a_record) {
    QuarantineEntry entry;
    entry.id = id_of(1);
    run(state_.put_quarantine("p", entry));
    entry.tries = 2;
    run(state_.put_quarantine("p", entry));
    ASSERT_EQ(run(state_.list_quarantine("p")).size(), 1U);
    EXPECT_EQ(run(state_.list_quarantine("p"))[0].tries, 2);
    run(state_.remove_quarantine("p", entry.id));
    EXPECT_TRUE(run(state_.list_quarantine("p")).empty());
}

TEST_F(MemoryStateTest, the_beaten_come_newest_first_and_are_forgotten_in_time) {
    std::vector<Beaten> beaten{beaten_at(5), beaten_at(9), beaten_at(7)};
    run(state_.put_beaten("p", beaten, std::chrono::seconds(1)));
    const auto newest = run(state_.list_beaten("p", 2));
    ASSERT_EQ(newest.size(), 2U);
    EXPECT_EQ(newest[0].beaten_at, 9);
    EXPECT_EQ(newest[1].beaten_at, 7);
    clock_.micros += 1'000'000;
    EXPECT_TRUE(run(state_.list_beaten("p", 9)).empty());
}

TEST_F(MemoryStateTest, a_lease_has_one_owner_until_it_runs_out) {
    EXPECT_TRUE(run(state_.acquire_lease("ddl", "one", std::chrono::seconds(1))));
    EXPECT_TRUE(run(state_.acquire_lease("ddl", "one", std::chrono::seconds(1))));
    EXPECT_FALSE(run(state_.acquire_lease("ddl", "other", std::chrono::seconds(1))));
    run(state_.release_lease("ddl", "other"));
    EXPECT_FALSE(run(state_.acquire_lease("ddl", "other", std::chrono::seconds(1))));
    clock_.micros += 1'000'000;
    EXPECT_TRUE(run(state_.acquire_lease("ddl", "other", std::chrono::seconds(1))));
}

}  // namespace
}  // namespace duet
