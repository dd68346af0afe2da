#include "stores/memory/index.hpp"

#include <gtest/gtest.h>

#include "fixture.hpp"

namespace duet {
namespace {

class MemoryIndexTest : public testing::Test {
protected:
    explicit MemoryIndexTest(std::size_t shards = 1)
        : documents_({"i", true, two_columns(), shards, Precision::microseconds, 7}),
          index_(documents_, hooks_, clock_) {
        run(index_.provision(two_column_schema(), false));
    }

    static DocumentWrite document(Value a, Value b, std::optional<Version> stamp = std::nullopt) {
        DocumentWrite write;
        write.fields = {{"a", std::move(a)}, {"b", std::move(b)}};
        write.stamp = stamp;
        return write;
    }

    State look(const Id& id) {
        const std::vector<Id> ids{id};
        return run(index_.look(ids)).front();
    }

    Outcome write(const Id& id, Value a, const Guard& guard, std::int64_t version = 50) {
        Content content;
        content.values = {std::move(a), Value()};
        Write write;
        write.id = id;
        write.content = &content;
        write.version = Version{version};
        write.guard = guard;
        const std::vector<Write> writes{write};
        return run(index_.apply(writes)).front();
    }

    ChangeBatch changes(const Cursor& since, std::size_t limit = 100, bool content = true) {
        const Cursor upto = run(index_.position());
        return run(index_.changes(since, upto, limit, content));
    }

    Cursor beginning() {
        Cursor cursor = run(index_.position());
        for (auto& shard : cursor.shards) shard = -1;
        return cursor;
    }

    SetClock clock_;
    NoHooks hooks_;
    MemoryDocuments documents_;
    MemoryIndex index_;
};

TEST_F(MemoryIndexTest, every_write_takes_the_next_number_of_its_shard) {
    EXPECT_EQ(documents_.index(id_of(1), document(text("x"), Value())), 0);
    EXPECT_EQ(documents_.index(id_of(2), document(text("x"), Value())), 1);
    documents_.remove(id_of(2));
    EXPECT_EQ(documents_.update(id_of(1), document(text("z"), Value())), 3);
}

TEST_F(MemoryIndexTest, a_partial_update_leaves_what_it_does_not_name) {
    documents_.index(id_of(1), document(text("x"), text("y"), Version{9}));
    DocumentWrite partial;
    partial.fields = {{"a", text("z")}};
    documents_.update(id_of(1), partial);
    const State state = look(id_of(1));
    EXPECT_EQ(state.content.values[0], text("z"));
    EXPECT_EQ(state.content.values[1], text("y"));
    EXPECT_EQ(state.version, Version{9});
}

TEST_F(MemoryIndexTest, a_partial_update_that_changes_nothing_is_no_write) {
    const auto seq_no = documents_.index(id_of(1), document(text("x"), text("y")));
    EXPECT_EQ(documents_.update(id_of(1), document(text("x"), text("y"))), seq_no);
}

TEST_F(MemoryIndexTest, a_guard_of_an_older_state_is_superseded) {
    documents_.index(id_of(1), document(text("x"), Value()));
    const Guard seen = look(id_of(1)).guard;
    documents_.index(id_of(1), document(text("user"), Value()));
    EXPECT_EQ(write(id_of(1), text("duet"), seen).kind, Outcome::Kind::superseded);
    EXPECT_EQ(look(id_of(1)).content.values[0], text("user"));
}

TEST_F(MemoryIndexTest, a_write_answers_with_the_guard_of_the_new_state) {
    documents_.index(id_of(1), document(text("x"), Value()));
    const Outcome outcome = write(id_of(1), text("duet"), look(id_of(1)).guard);
    EXPECT_EQ(outcome.kind, Outcome::Kind::applied);
    EXPECT_EQ(outcome.guard, look(id_of(1)).guard);
    EXPECT_EQ(look(id_of(1)).version, Version{50});
}

TEST_F(MemoryIndexTest, creating_a_document_that_is_there_is_superseded) {
    documents_.index(id_of(1), document(text("x"), Value()));
    EXPECT_EQ(write(id_of(1), text("duet"), Guard{}).kind, Outcome::Kind::superseded);
    EXPECT_EQ(write(id_of(2), text("duet"), Guard{}).kind, Outcome::Kind::applied);
}

TEST_F(MemoryIndexTest, a_guard_of_the_old_primary_is_superseded) {
    documents_.index(id_of(1), document(text("x"), Value()));
    Guard guard = look(id_of(1)).guard;
    guard.primary_term += 1;
    EXPECT_EQ(write(id_of(1), text("duet"), guard).kind, Outcome::Kind::superseded);
}

TEST_F(MemoryIndexTest, stamping_changes_the_version_and_nothing_else) {
    DocumentWrite whole = document(text("x"), text("y"));
    whole.carried = "\"more\":1";
    documents_.index(id_of(1), whole);
    const std::vector<Stamp> stamps{{id_of(1), Version{77}, look(id_of(1)).guard}};
    EXPECT_EQ(run(index_.stamp(stamps)).front().kind, Outcome::Kind::applied);
    const State state = look(id_of(1));
    EXPECT_EQ(state.version, Version{77});
    EXPECT_EQ(state.content.values[1], text("y"));
    EXPECT_EQ(state.content.carried, "\"more\":1");
}

TEST_F(MemoryIndexTest, a_document_that_has_gone_is_not_stamped) {
    documents_.index(id_of(1), document(text("x"), Value()));
    const Guard guard = look(id_of(1)).guard;
    documents_.remove(id_of(1));
    const std::vector<Stamp> stamps{{id_of(1), Version{77}, guard}};
    EXPECT_EQ(run(index_.stamp(stamps)).front().kind, Outcome::Kind::superseded);
    EXPECT_EQ(documents_.find(id_of(1)), nullptr);
}

TEST_F(MemoryIndexTest, a_look_sees_what_no_search_sees_before_a_refresh) {
    documents_.index(id_of(1), document(text("x"), Value()));
    EXPECT_TRUE(look(id_of(1)).exists);
    EXPECT_EQ(run(index_.count()), 0U);
    run(index_.refresh());
    EXPECT_EQ(run(index_.count()), 1U);
}

TEST_F(MemoryIndexTest, changes_come_in_the_order_of_their_writes_and_page_by_page) {
    for (std::uint64_t i = 1; i <= 5; ++i) documents_.index(id_of(i), document(text("x"), Value()));
    const ChangeBatch first = changes(beginning(), 2);
    ASSERT_EQ(first.changes.size(), 2U);
    EXPECT_FALSE(first.caught_up);
    EXPECT_EQ(first.changes[1].id, id_of(2));
    EXPECT_EQ(first.next.shards[0], 1);
    const ChangeBatch rest = changes(first.next);
    EXPECT_EQ(rest.changes.size(), 3U);
    EXPECT_TRUE(rest.caught_up);
    EXPECT_EQ(rest.next.shards[0], 4);
    EXPECT_TRUE(changes(rest.next).changes.empty());
}

TEST_F(MemoryIndexTest, a_write_in_flight_holds_the_checkpoint_and_the_feed_back) {
    const auto flight = documents_.begin(id_of(1));
    documents_.index(id_of(2), document(text("x"), Value()));
    EXPECT_EQ(run(index_.position()).shards[0], -1);
    EXPECT_TRUE(changes(beginning()).changes.empty());
    documents_.finish(flight, document(text("late"), Value()));
    EXPECT_EQ(run(index_.position()).shards[0], 1);
    EXPECT_EQ(changes(beginning()).changes.size(), 2U);
}

TEST_F(MemoryIndexTest, a_fail_over_ends_what_was_in_flight_under_a_new_term) {
    documents_.index(id_of(2), document(text("x"), Value()));
    const auto flight = documents_.begin(id_of(1));
    documents_.fail_over(0);
    documents_.finish(flight, document(text("late"), Value()));
    EXPECT_FALSE(look(id_of(1)).exists);
    EXPECT_EQ(run(index_.position()).shards[0], 1);
    documents_.index(id_of(1), document(text("x"), Value()));
    EXPECT_EQ(look(id_of(1)).guard.primary_term, look(id_of(2)).guard.primary_term + 1);
}

TEST_F(MemoryIndexTest, without_content_a_change_carries_its_guard_alone) {
    documents_.index(id_of(1), document(text("x"), Value()));
    const ChangeBatch batch = changes(beginning(), 10, false);
    EXPECT_EQ(batch.changes[0].document->guard, look(id_of(1)).guard);
    EXPECT_TRUE(batch.changes[0].document->content.values.empty());
}

TEST_F(MemoryIndexTest, an_index_made_again_is_empty_and_another) {
    documents_.index(id_of(1), document(text("x"), Value()));
    const Cursor before = run(index_.position());
    documents_.recreate();
    EXPECT_FALSE(look(id_of(1)).exists);
    EXPECT_FALSE(before.same_index(run(index_.position())));
}

TEST_F(MemoryIndexTest, a_restored_index_has_another_history) {
    documents_.index(id_of(1), document(text("x"), Value()));
    const Cursor before = run(index_.position());
    documents_.restore_history();
    EXPECT_TRUE(look(id_of(1)).exists);
    EXPECT_FALSE(before.same_index(run(index_.position())));
}

TEST_F(MemoryIndexTest, the_clock_is_read_before_the_document) {
    clock_.micros = 4'711;
    EXPECT_EQ(look(id_of(1)).seen_at, 4'711);
}

TEST_F(MemoryIndexTest, a_field_of_no_column_is_carried_and_called_unfamiliar) {
    DocumentWrite write = document(text("x"), Value());
    write.fields.emplace_back("c", Value(std::int64_t{3}));
    documents_.index(id_of(1), write);
    EXPECT_TRUE(look(id_of(1)).unfamiliar);
    EXPECT_EQ(look(id_of(1)).content.carried, "\"c\":3");
}

TEST_F(MemoryIndexTest, json_shows_columns_in_their_order_and_what_is_carried) {
    Content content;
    content.values = {text("say \"x\""), Value()};
    content.carried = "\"more\":[1]";
    EXPECT_EQ(index_.to_json(content), R"({"a":"say \"x\"","more":[1]})");
}

TEST_F(MemoryIndexTest, a_scan_reads_each_document_once_in_slices_and_pages) {
    for (std::uint64_t i = 1; i <= 7; ++i) documents_.index(id_of(i), document(text("x"), Value()));
    run(index_.refresh());
    std::set<Id> seen;
    for (DocumentScan& scan : run(index_.scan(2))) {
        while (!scan.complete) {
            for (const Change& change : run(index_.read(scan, 3, Detail::contents))) {
                EXPECT_TRUE(seen.insert(change.id).second);
                EXPECT_EQ(change.document->content.values[0], text("x"));
            }
        }
    }
    EXPECT_EQ(seen.size(), 7U);
}

class MemoryIndexOfShardsTest : public MemoryIndexTest {
protected:
    MemoryIndexOfShardsTest() : MemoryIndexTest(3) {}
};

TEST_F(MemoryIndexOfShardsTest, each_shard_counts_for_itself_and_pages_lose_nothing) {
    for (std::uint64_t i = 1; i <= 12; ++i)
        documents_.index(id_of(i), document(text("x"), Value()));
    Cursor cursor = beginning();
    std::set<Id> seen;
    for (bool caught_up = false; !caught_up;) {
        const ChangeBatch batch = changes(cursor, 2);
        for (const Change& change : batch.changes) EXPECT_TRUE(seen.insert(change.id).second);
        cursor = batch.next;
        caught_up = batch.caught_up;
    }
    EXPECT_EQ(seen.size(), 12U);
    EXPECT_EQ(cursor, run(index_.position()));
}

}  // namespace
}  // namespace duet
