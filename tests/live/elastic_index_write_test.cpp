// An index of a real Elasticsearch as a DocumentStore: writing.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "live/elastic_world.hpp"

namespace duet::live {

using testing::HasSubstr;

INDEX_STORY(creates_a_document_once_and_writes_over_what_it_saw_only) {
    co_await world.index->provision(two_columns(), true);
    const Id id = world.new_id();
    const Outcome created = co_await apply_one(world, id, content_of("a", 1), noon, unseen);
    EXPECT_EQ(created.kind, Outcome::Kind::applied);
    const Outcome again = co_await apply_one(world, id, content_of("b", 2), noon, unseen);
    EXPECT_EQ(again.kind, Outcome::Kind::superseded);
    const Outcome over = co_await apply_one(world, id, content_of("c", 3), noon + 1, created.guard);
    EXPECT_EQ(over.kind, Outcome::Kind::applied);
    const Outcome stale =
        co_await apply_one(world, id, content_of("d", 4), noon + 2, created.guard);
    EXPECT_EQ(stale.kind, Outcome::Kind::superseded);
    const State state = co_await look_at(world, id);
    EXPECT_TRUE(same_content(state.content, content_of("c", 3), two_columns()));
    EXPECT_EQ(state.version, Version{noon + 1});
    EXPECT_EQ(state.guard, over.guard);
    EXPECT_LE(state.seen_at, world.clock.now());
}

INDEX_STORY(refuses_one_record_and_writes_the_others) {
    co_await world.make(
        R"({"mappings":{"properties":{"name":{"type":"keyword"},"amount":{"type":"integer"}}}})");
    co_await world.index->provision(two_columns(), true);
    const Content good = content_of("a", 1);
    const Content bad = content_of(std::string(40'000, 'x'), 2);
    const std::vector<Write> writes{write_of(world.new_id(), good, noon),
                                    write_of(world.new_id(), bad, noon),
                                    write_of(world.new_id(), good, noon)};
    const std::vector<Outcome> outcomes = co_await world.index->apply(writes);
    EXPECT_EQ(outcomes[0].kind, Outcome::Kind::applied);
    EXPECT_EQ(outcomes[1].kind, Outcome::Kind::refused);
    EXPECT_EQ(outcomes[1].refusal.field, "name");
    EXPECT_EQ(outcomes[2].kind, Outcome::Kind::applied);
}

INDEX_STORY(takes_a_closed_index_for_the_pairs_matter) {
    co_await world.index->provision(two_columns(), true);
    co_await world.ask("POST", std::string("/") + index_name + "/_close");
    bool stopped = false;
    try {
        static_cast<void>(
            co_await apply_one(world, world.new_id(), content_of("a", 1), noon, unseen));
    } catch (const Misconfigured& error) {
        stopped = true;
        EXPECT_THAT(error.hint(), HasSubstr("_open"));
    }
    EXPECT_TRUE(stopped);
}

INDEX_STORY(waits_while_writes_are_blocked) {
    co_await world.index->provision(two_columns(), true);
    co_await world.ask("PUT", std::string("/") + index_name + "/_settings",
                       R"({"index.blocks.write":true})");
    bool waits = false;
    try {
        static_cast<void>(
            co_await apply_one(world, world.new_id(), content_of("a", 1), noon, unseen));
    } catch (const Unavailable&) {
        waits = true;
    }
    EXPECT_TRUE(waits);
}

INDEX_STORY(stamps_a_document_and_leaves_every_other_digit_alone) {
    co_await world.make(R"({"mappings":{"date_detection":false}})");
    const Id id = world.new_id();
    co_await world.put(id.to_string(), R"({"a":1.10, "b":12345678901234567890.123, "c":1e2})");
    static_cast<void>(co_await world.open());
    const State before = co_await look_at(world, id);
    EXPECT_FALSE(before.version);
    const std::vector<Stamp> stamps{Stamp{id, Version{noon}, before.guard}};
    const std::vector<Outcome> first = co_await world.index->stamp(stamps);
    EXPECT_EQ(first.front().kind, Outcome::Kind::applied);
    const std::string source = co_await world.source(id);
    EXPECT_EQ(source, R"({"a":1.10,"b":12345678901234567890.123,"c":1e2,)"
                      R"("updated_at":"2026-11-20T12:00:00.000000Z"})");
    const State after = co_await look_at(world, id);
    EXPECT_EQ(after.version, Version{noon});
    EXPECT_EQ(after.guard, first.front().guard);
    const std::vector<Outcome> second = co_await world.index->stamp(stamps);
    EXPECT_EQ(second.front().kind, Outcome::Kind::superseded);
}

INDEX_STORY(restores_a_text_over_the_state_that_was_looked_at) {
    co_await world.index->provision(two_columns(), true);
    const Id id = world.new_id();
    const std::string first = R"({"name":"a","amount":1})";
    const std::string nothing;
    const Outcome created = co_await world.index->restore(id, first, nothing, unseen);
    EXPECT_EQ(created.kind, Outcome::Kind::applied);
    const std::string second = "{\"name\":\"b c\",\n \"amount\":2}";
    const Outcome again = co_await world.index->restore(id, second, nothing, unseen);
    EXPECT_EQ(again.kind, Outcome::Kind::superseded);
    const State seen = co_await look_at(world, id);
    const std::string carried = R"("other":1.10,"name":"not this")";
    const Outcome over = co_await world.index->restore(id, second, carried, seen.guard);
    EXPECT_EQ(over.kind, Outcome::Kind::applied);
    const std::string source = co_await world.source(id);
    EXPECT_EQ(source, R"({"name":"b c","amount":2,"other":1.10})");
    const State now = co_await look_at(world, id);
    EXPECT_FALSE(now.version);  // a write of now
    EXPECT_EQ(now.guard, over.guard);
}

INDEX_STORY(carries_fields_over_that_are_no_columns) {
    co_await world.make(
        R"({"mappings":{"dynamic":false,"properties":{"name":{"type":"keyword"}}}})");
    const Id id = world.new_id();
    co_await world.put(
        id.to_string(),
        R"({"name":"a", "other": { "x" : 1.10 }, "updated_at":"2026-11-20T12:00:00Z"})");
    const Schema schema = co_await world.open();
    State state = co_await look_at(world, id);
    EXPECT_EQ(schema.columns.size(), 1U);
    EXPECT_EQ(state.content.carried, R"("other":{"x":1.10})");
    EXPECT_TRUE(state.unfamiliar);
    static_cast<void>(co_await world.open());  // the pair has looked at the mapping
    state = co_await look_at(world, id);
    EXPECT_FALSE(state.unfamiliar);
    state.content.values[0] = std::string("b");
    const Outcome outcome = co_await apply_one(world, id, state.content, noon + 1, state.guard);
    EXPECT_EQ(outcome.kind, Outcome::Kind::applied);
    const std::string source = co_await world.source(id);
    EXPECT_EQ(source,
              R"({"name":"b","other":{"x":1.10},"updated_at":"2026-11-20T12:00:00.000001Z"})");
}

}  // namespace duet::live
