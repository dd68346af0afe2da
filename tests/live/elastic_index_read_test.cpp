// An index of a real Elasticsearch as a DocumentStore: looking, the feed of changes, all ids.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "live/elastic_world.hpp"

namespace duet::live {

using testing::UnorderedElementsAreArray;

INDEX_STORY(knows_the_shard_of_every_document) {
    co_await world.make(R"({"settings":{"number_of_shards":5,"number_of_replicas":0}})");
    co_await world.index->provision(two_columns(), true);
    for (int i = 0; i < 20; ++i) {
        const Id id = world.new_id();
        const Outcome outcome = co_await apply_one(world, id, content_of("a", i), noon, unseen);
        const std::string where = co_await world.ask(
            "GET", std::string("/") + index_name +
                       "/_search_shards?filter_path=shards.shard&routing=" + id.to_string());
        EXPECT_EQ(where, R"({"shards":[[{"shard":)" + std::to_string(outcome.guard.shard) + "}]]}");
    }
}

INDEX_STORY(feeds_every_change_once_over_several_shards_and_pages) {
    co_await world.make(R"({"settings":{"number_of_shards":3,"number_of_replicas":0}})");
    co_await world.index->provision(two_columns(), true);
    const Cursor start = co_await nothing_yet(world);
    std::vector<Content> contents;
    std::vector<Write> writes;
    for (int i = 0; i < 250; ++i) contents.push_back(content_of("a", i));
    for (const Content& content : contents)
        writes.push_back(write_of(world.new_id(), content, noon));
    const std::vector<Outcome> outcomes = co_await world.index->apply(writes);
    std::map<Id, State> found = co_await read_all(world, start, 40);
    EXPECT_EQ(found.size(), 250U);
    for (std::size_t i = 0; i < writes.size(); ++i) {
        const State& state = found[writes[i].id];
        EXPECT_EQ(state.guard, outcomes[i].guard);
        EXPECT_TRUE(same_content(state.content, contents[i], two_columns()));
    }
    const Cursor settled = co_await world.index->position();
    const Content changed = content_of("b", 1);
    const Outcome outcome =
        co_await apply_one(world, writes[7].id, changed, noon + 1, outcomes[7].guard);
    EXPECT_EQ(outcome.kind, Outcome::Kind::applied);
    found = co_await read_all(world, settled, 40);
    EXPECT_EQ(found.size(), 1U);
    EXPECT_EQ(found.begin()->first, writes[7].id);
}

INDEX_STORY(feeds_guards_alone_where_no_content_is_wanted) {
    co_await world.index->provision(two_columns(), true);
    const Cursor start = co_await nothing_yet(world);
    const Id id = world.new_id();
    const Outcome outcome = co_await apply_one(world, id, content_of("a", 1), noon, unseen);
    const Cursor upto = co_await world.index->position();
    const ChangeBatch batch = co_await world.index->changes(start, upto, 10, false);
    EXPECT_TRUE(batch.caught_up);
    EXPECT_EQ(batch.changes.size(), 1U);
    EXPECT_EQ(batch.changes.at(0).id, id);
    EXPECT_EQ(batch.changes.at(0).document->guard, outcome.guard);
    const ChangeBatch none = co_await world.index->changes(batch.next, upto, 10, true);
    EXPECT_TRUE(none.changes.empty());
    EXPECT_TRUE(none.caught_up);
}

INDEX_STORY(shows_only_what_is_visible_where_refreshes_are_rare) {
    co_await world.make(R"({"settings":{"refresh_interval":"-1","number_of_replicas":0}})");
    co_await world.index->provision(two_columns(), true);
    const Cursor start = co_await nothing_yet(world);
    static_cast<void>(co_await apply_one(world, world.new_id(), content_of("a", 1), noon, unseen));
    Cursor upto = co_await world.index->position();
    const ChangeBatch first = co_await world.index->changes(start, upto, 10, true);
    EXPECT_EQ(first.changes.size(), 1U);
    static_cast<void>(co_await apply_one(world, world.new_id(), content_of("a", 2), noon, unseen));
    upto = co_await world.index->position();
    const ChangeBatch soon = co_await world.index->changes(first.next, upto, 10, true);
    EXPECT_TRUE(soon.changes.empty());
    EXPECT_EQ(soon.next.shards, first.next.shards);  // what was not seen is not passed over
}

INDEX_STORY(leaves_out_documents_with_other_ids_or_a_routing) {
    co_await world.make(R"({"settings":{"number_of_shards":3,"number_of_replicas":0}})");
    const Id plain = world.new_id();
    co_await world.put(plain.to_string(), R"({"name":"a"})");
    co_await world.put("not-a-uuid", R"({"name":"b"})");
    co_await world.put("F47AC10B-58CC-4372-A567-0E02B2C3D479", R"({"name":"c"})");
    co_await world.put(world.new_id().to_string(), R"({"name":"d"})", "?routing=x");
    static_cast<void>(co_await world.open());
    const Cursor start = co_await nothing_yet(world);
    const std::map<Id, State> found = co_await read_all(world, start, 10);
    EXPECT_EQ(found.size(), 1U);
    EXPECT_EQ(found.begin()->first, plain);
    EXPECT_EQ(world.index->foreign_ids(), 2U);
    EXPECT_EQ(world.index->routed_documents(), 1U);
}

INDEX_STORY(quarantines_what_cannot_be_read_and_reads_the_rest) {
    co_await world.make(
        R"({"mappings":{"properties":{"amount":{"type":"integer"},"updated_at":{"type":"date",
        "ignore_malformed":true}}}})");
    const Id bad = world.new_id();
    const Id good = world.new_id();
    co_await world.put(bad.to_string(), R"({"amount":1,"updated_at":"soon"})");
    co_await world.put(good.to_string(), R"({"amount":"2","updated_at":1795184227797})");
    static_cast<void>(co_await world.open());
    const State first = co_await look_at(world, bad);
    const State second = co_await look_at(world, good);
    EXPECT_EQ(first.problem->field, "updated_at");
    EXPECT_FALSE(second.problem);
    EXPECT_EQ(second.content.values.at(0), Value(std::int64_t{2}));
    EXPECT_EQ(second.version, Version{1'795'184'227'797'000});
}

INDEX_STORY(keeps_answers_small_whatever_the_size_of_documents) {
    co_await world.index->provision(two_columns(), true);
    const Cursor start = co_await nothing_yet(world);
    const Content large = content_of(std::string(1U << 20, 'x'), 1);
    std::vector<Write> writes;
    std::vector<Id> ids;
    for (int i = 0; i < 20; ++i) {
        ids.push_back(world.new_id());
        writes.push_back(write_of(ids.back(), large, noon));
    }
    const std::vector<Outcome> outcomes = co_await world.index->apply(writes);
    const bool written = std::all_of(outcomes.begin(), outcomes.end(), [](const Outcome& each) {
        return each.kind == Outcome::Kind::applied;
    });
    EXPECT_TRUE(written);
    const std::vector<State> states = co_await world.index->look(ids);
    const bool there =
        std::all_of(states.begin(), states.end(), [](const State& each) { return each.exists; });
    EXPECT_TRUE(there);
    const Cursor upto = co_await world.index->position();
    const ChangeBatch batch = co_await world.index->changes(start, upto, 500, true);
    EXPECT_FALSE(batch.caught_up);
    EXPECT_LE(batch.changes.size(), 8U);
    const std::map<Id, State> found = co_await read_all(world, start, 500);
    EXPECT_EQ(found.size(), 20U);
}

INDEX_STORY(lists_every_id_in_pages) {
    co_await world.make(R"({"settings":{"number_of_shards":2,"number_of_replicas":0}})");
    co_await world.index->provision(two_columns(), true);
    const Content content = content_of("a", 1);
    std::vector<Write> writes;
    std::vector<Id> expected;
    for (int i = 0; i < 30; ++i) {
        expected.push_back(world.new_id());
        writes.push_back(write_of(expected.back(), content, noon));
    }
    static_cast<void>(co_await world.index->apply(writes));
    co_await world.index->refresh();
    const std::uint64_t count = co_await world.index->count();
    EXPECT_EQ(count, 30U);
    std::vector<Id> found;
    std::vector<DocumentScan> scan = co_await world.index->scan(1);
    int pages = 0;
    for (; !scan.front().complete; ++pages) {
        const std::vector<Change> page = co_await world.index->read(scan.front(), 7, Detail::ids);
        for (const Change& change : page) found.push_back(change.id);
    }
    co_await world.index->end(std::move(scan));
    EXPECT_THAT(found, UnorderedElementsAreArray(expected));
    EXPECT_EQ(pages, 5);
}

INDEX_STORY(reads_the_documents_of_some_positions) {
    co_await world.index->provision(two_columns(), true);
    const Content content = content_of("x", 1);
    std::vector<Write> writes;
    for (int i = 0; i < 40; ++i) writes.push_back(write_of(world.new_id(), content, noon));
    const std::vector<Outcome> outcomes = co_await world.index->apply(writes);
    std::vector<Id> expected;
    for (std::size_t i = 0; i < writes.size(); ++i) {
        const std::int64_t position = outcomes[i].guard.seq_no;
        if (position > 9 && position <= 29) expected.push_back(writes[i].id);
    }
    co_await world.index->refresh();
    std::vector<DocumentScan> scan = co_await world.index->scan(1);
    scan.front().restart(PositionRange{9, 29});
    std::vector<Id> found;
    while (!scan.front().complete) {
        const std::vector<Change> page =
            co_await world.index->read(scan.front(), 7, Detail::contents);
        for (const Change& change : page) found.push_back(change.id);
    }
    EXPECT_FALSE(expected.empty());
    EXPECT_THAT(found, UnorderedElementsAreArray(expected));
    co_await world.index->end(std::move(scan));
}

INDEX_STORY(reads_every_document_of_one_moment_in_slices) {
    co_await world.index->provision(two_columns(), true);
    const Content content = content_of("x", 1);
    std::vector<Write> writes;
    std::vector<Id> expected;
    for (int i = 0; i < 40; ++i) {
        expected.push_back(world.new_id());
        writes.push_back(write_of(expected.back(), content, noon));
    }
    static_cast<void>(co_await world.index->apply(writes));
    co_await world.index->refresh();
    std::vector<DocumentScan> slices = co_await world.index->scan(3);
    const Outcome later = co_await apply_one(world, world.new_id(), content, noon, unseen);
    EXPECT_EQ(later.kind, Outcome::Kind::applied);
    co_await world.index->refresh();
    std::vector<Id> found;
    for (DocumentScan& slice : slices) {
        while (!slice.complete) {
            const std::vector<Change> page = co_await world.index->read(slice, 4, Detail::contents);
            for (const Change& change : page) {
                found.push_back(change.id);
                EXPECT_EQ(change.document->content.values[0], Value(std::string("x")));
                EXPECT_EQ(change.document->version, Version{noon});
            }
        }
    }
    EXPECT_THAT(found, UnorderedElementsAreArray(expected));
    co_await world.index->end(slices);
    slices.front().complete = false;
    bool gone = false;
    try {
        static_cast<void>(co_await world.index->read(slices.front(), 4, Detail::contents));
    } catch (const Unavailable&) {
        gone = true;
    }
    EXPECT_TRUE(gone) << "the point in time is still open";
}

INDEX_STORY(reads_versions_alone_and_says_where_that_cannot_be_done) {
    co_await world.index->provision(two_columns(), true);
    const Content content = content_of("x", 1);
    const Id stamped = world.new_id();
    const Id old = world.new_id();
    const Id unstamped = world.new_id();
    static_cast<void>(co_await apply_one(world, stamped, content, noon + 123, unseen));
    static_cast<void>(co_await apply_one(world, old, content, -1'000'000, unseen));
    co_await world.put(unstamped.to_string(), R"({"name":"x"})");
    co_await world.index->refresh();
    std::vector<DocumentScan> scan = co_await world.index->scan(1);
    std::map<Id, std::optional<State>> found;
    const std::vector<Change> page = co_await world.index->read(scan.front(), 10, Detail::versions);
    for (const Change& change : page) found[change.id] = change.document;
    co_await world.index->end(std::move(scan));
    EXPECT_EQ(found.size(), 3U);
    EXPECT_EQ(found[stamped]->version, Version{noon + 123});
    EXPECT_FALSE(found[old]) << "a date before 1970 is in the source alone";
    EXPECT_TRUE(found[unstamped]);
    EXPECT_FALSE(found[unstamped]->version);
}

INDEX_STORY(another_index_of_the_same_name_is_another_position) {
    co_await world.index->provision(two_columns(), true);
    const Cursor first = co_await world.index->position();
    co_await elastic::delete_index(*world.client, index_name);
    co_await world.index->provision(two_columns(), true);
    const Cursor second = co_await world.index->position();
    EXPECT_FALSE(first.same_index(second));
}

}  // namespace duet::live
