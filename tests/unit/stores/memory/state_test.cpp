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

TEST_F(MemoryStateTest, lists_come_without_contents) {
    QuarantineEntry entry;
    entry.row_json = "{}";
    entry.document_json = "{}";
    run(state_.put_quarantine("p", entry));
    std::vector<Beaten> beaten{beaten_at(5)};
    beaten[0].json = "{}";
    run(state_.put_beaten("p", beaten, std::chrono::seconds(1)));
    EXPECT_EQ(run(state_.list_quarantine("p")).at(0).row_json, "");
    EXPECT_EQ(run(state_.list_quarantine("p")).at(0).document_json, "");
    EXPECT_EQ(run(state_.list_beaten("p", 9)).at(0).json, "");
    EXPECT_EQ(notes_.quarantine["p"].begin()->second.row_json, "{}");
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

TEST_F(MemoryStateTest, notes_of_what_was_agreed_count_in_their_era_only) {
    AgreedNote note{id_of(1), 10, {Agreed::Kind::record, Version{7}, INT64_MIN, 0}};
    std::vector<AgreedNote> notes{note};
    run(state_.put_agreed("p", 1, notes));
    std::vector<AgreedNote> found{{id_of(1), 10, {}}, {id_of(2), 10, {}}};
    run(state_.load_agreed("p", 1, found));
    EXPECT_TRUE(found[0].agreed.same_as(note.agreed));
    EXPECT_EQ(found[1].agreed.kind, Agreed::Kind::nothing);
    run(state_.load_agreed("p", 2, found));
    EXPECT_EQ(found[0].agreed.kind, Agreed::Kind::nothing);
    EXPECT_TRUE(run(state_.list_agreed("p", 2, TokenRange{}, 10)).notes.empty());
}

TEST_F(MemoryStateTest, notes_are_listed_in_the_order_of_the_ring_and_pages_end_between_tokens) {
    std::vector<AgreedNote> notes;
    for (const std::int64_t token : {30, 10, 20, 20}) {
        notes.push_back({id_of(notes.size()), token, {Agreed::Kind::record, Version{7}, 0, 0}});
    }
    run(state_.put_agreed("p", 1, notes));
    const AgreedPage page = run(state_.list_agreed("p", 1, TokenRange{}, 2));
    EXPECT_EQ(page.notes.size(), 3U);
    EXPECT_EQ(page.read_upto, 20);
    EXPECT_FALSE(page.complete);
    const AgreedPage rest = run(state_.list_agreed("p", 1, TokenRange{20, INT64_MAX}, 2));
    EXPECT_EQ(rest.notes.size(), 1U);
    EXPECT_TRUE(rest.complete);
}

TEST_F(MemoryStateTest, a_deletion_is_forgotten_an_agreement_is_not) {
    std::vector<AgreedNote> notes{{id_of(1), 1, {Agreed::Kind::record, Version{7}, 0, 0}},
                                  {id_of(2), 2, {Agreed::Kind::deletion, Version{7}, 0, 0}}};
    run(state_.put_agreed("p", 1, notes));
    clock_.micros += std::chrono::duration_cast<Micros>(deletions_kept).count();
    EXPECT_EQ(run(state_.list_agreed("p", 1, TokenRange{}, 9)).notes.size(), 1U);
}

}  // namespace
}  // namespace duet
