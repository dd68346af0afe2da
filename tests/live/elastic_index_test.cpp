// An index of a real Elasticsearch as a DocumentStore (DUET_ELASTICSEARCH, see `./dev servers up`).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "elastic/client.hpp"
#include "elastic/index.hpp"
#include "live/support.hpp"
#include "stores/elasticsearch/catalog.hpp"
#include "stores/elasticsearch/index.hpp"
#include "stores/elasticsearch/json.hpp"

namespace duet {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAreArray;

constexpr const char* index_name = "duet_live_index";
constexpr const char* other_index = "duet_live_index_other";

/// One story's index, gone before and after it.
struct World {
    std::unique_ptr<elastic::Client> client;
    SystemClock clock;
    std::unique_ptr<ElasticIndex> index;
    std::uint64_t last_id = 0;

    World() {
        elastic::ClientOptions options;
        options.urls = {live::server_address("DUET_ELASTICSEARCH")};
        client = std::make_unique<elastic::Client>(std::move(options));
        IndexOptions names;
        names.index = index_name;
        index = std::make_unique<ElasticIndex>(*client, clock, names);
    }

    Task<void> clean() {
        for (const char* name : {index_name, other_index})
            co_await elastic::delete_index(*client, name);
    }

    Task<std::string> ask(std::string method, std::string path, std::string body = {}) {
        elastic::Client::Reply reply =
            co_await client->request(std::move(method), std::move(path), std::move(body));
        co_return std::move(reply.body);
    }
    Task<void> make(std::string body) {
        const std::string path = std::string("/") + index_name;
        static_cast<void>(co_await ask("PUT", path, std::move(body)));
    }
    Task<void> put(std::string id, std::string source, std::string query = "") {
        const std::string path = std::string("/") + index_name + "/_doc/" + id + query;
        static_cast<void>(co_await ask("PUT", path, std::move(source)));
    }
    Task<std::string> source(Id id) {
        const std::string path = std::string("/") + index_name + "/_source/" + id.to_string();
        co_return co_await ask("GET", path);
    }
    /// Agrees on what the index itself describes.
    Task<Schema> open() {
        Schema schema = co_await index->describe();
        co_await index->provision(schema, true);
        co_return schema;
    }
    Id new_id() {
        ++last_id;
        return Uuid::version4(0x9E37'79B9'7F4A'7C15U * last_id, 0xD6E8'FEB8'6659'FD93U * last_id);
    }
};

Type of(Kind kind, std::vector<Type> elements = {}) {
    Type type;
    type.kind = kind;
    type.elements = std::move(elements);
    return type;
}

Schema two_columns() {
    Schema schema;
    schema.name = index_name;
    schema.columns = {{"name", of(Kind::text)}, {"amount", of(Kind::int_)}};
    return schema;
}

Content content_of(std::string name, std::int64_t amount) {
    Content content;
    content.values = {Value(std::move(name)), Value(amount)};
    return content;
}

Write write_of(const Id& id, const Content& content, std::int64_t version,
               const Guard& guard = {}) {
    Write write;
    write.id = id;
    write.content = &content;
    write.version = Version{version};
    write.guard = guard;
    return write;
}

constexpr std::int64_t noon = 1'795'176'000'000'000;

Task<Outcome> apply_one(World& world, Id id, Content content, std::int64_t version, Guard guard) {
    const std::vector<Write> writes{write_of(id, content, version, guard)};
    const std::vector<Outcome> outcomes = co_await world.index->apply(writes);
    co_return outcomes.front();
}

/// Of a document that is not there: writing with it creates.
const Guard unseen;

Task<State> look_at(World& world, Id id) {
    const std::vector<Id> ids{id};
    const std::vector<State> states = co_await world.index->look(ids);
    co_return states.front();
}

/// Everything from `since` on, page by page; the latest state of each id.
Task<std::map<Id, State>> read_all(World& world, Cursor since, std::size_t limit) {
    std::map<Id, State> found;
    const Cursor upto = co_await world.index->position();
    for (bool more = true; more;) {
        ChangeBatch batch = co_await world.index->changes(since, upto, limit, true);
        EXPECT_LE(batch.changes.size(), limit);
        for (Change& change : batch.changes) found[change.id] = std::move(*change.document);
        more = !batch.caught_up;
        since = std::move(batch.next);
    }
    EXPECT_EQ(since.shards, upto.shards);
    co_return found;
}

Task<Cursor> nothing_yet(World& world) {
    Cursor cursor = co_await world.index->position();
    std::fill(cursor.shards.begin(), cursor.shards.end(), -1);
    co_return cursor;
}

using Story = Task<void> (*)(World&);

Task<void> tell(Story story) {
    World world;
    co_await world.clean();
    co_await story(world);
    co_await world.clean();
}

}  // namespace

/// A test whose body is a coroutine with a `world`. Use EXPECT_...: ASSERT_... would return from
/// it.
#define INDEX_STORY(name)                                               \
    static Task<void> elastic_index_##name(World& world);               \
    TEST(ElasticIndex, name) { live::run(tell(elastic_index_##name)); } \
    static Task<void> elastic_index_##name([[maybe_unused]] World& world)

INDEX_STORY(makes_an_index_that_describes_itself_as_it_was_asked_for) {
    const Schema before = co_await world.index->describe();
    EXPECT_FALSE(before.exists);
    co_await world.index->provision(two_columns(), true);
    const Schema after = co_await world.index->describe();
    EXPECT_TRUE(after.exists);
    EXPECT_EQ(after.document_precision, Precision::microseconds);
    std::map<std::string, Kind> kinds;
    for (const Column& column : after.columns) kinds[column.name] = column.type.kind;
    EXPECT_EQ(kinds, (std::map<std::string, Kind>{{"name", Kind::text}, {"amount", Kind::int_}}));
}

INDEX_STORY(changes_nothing_where_it_may_not_create) {
    co_await world.index->provision(two_columns(), false);
    const bool there = co_await elastic::exists(*world.client, index_name);
    EXPECT_FALSE(there);
    const State state = co_await look_at(world, world.new_id());
    EXPECT_FALSE(state.exists);
    const std::uint64_t count = co_await world.index->count();
    EXPECT_EQ(count, 0U);
    const Cursor position = co_await world.index->position();
    EXPECT_TRUE(position.shards.empty());
}

INDEX_STORY(adds_the_fields_that_are_missing) {
    co_await world.make(R"({"mappings":{"properties":{"name":{"type":"keyword"}}}})");
    co_await world.index->provision(two_columns(), true);
    const Schema schema = co_await world.index->describe();
    EXPECT_EQ(schema.columns.size(), 2U);
    const std::string mapping = co_await elastic::mapping(*world.client, index_name);
    EXPECT_THAT(mapping, HasSubstr(R"("updated_at":{"type":"date_nanos")"));
    EXPECT_THAT(mapping, HasSubstr(R"("name":{"type":"keyword"})"));
}

INDEX_STORY(takes_every_kind_of_field_that_it_makes) {
    Type vector = of(Kind::vector, {of(Kind::float_)});
    vector.dimension = 2;
    Type udt = of(Kind::udt, {of(Kind::int_), of(Kind::text)});
    udt.field_names = {"a", "b"};
    Schema schema;
    schema.columns = {{"text", of(Kind::text)},
                      {"varint", of(Kind::varint)},
                      {"decimal", of(Kind::decimal)},
                      {"float", of(Kind::float_)},
                      {"inet", of(Kind::inet)},
                      {"blob", of(Kind::blob)},
                      {"time", of(Kind::time)},
                      {"date", of(Kind::date)},
                      {"duration", of(Kind::duration)},
                      {"vector", vector},
                      {"udt", udt},
                      {"list", of(Kind::list, {of(Kind::timestamp)})},
                      {"map", of(Kind::map, {of(Kind::int_), udt})},
                      {"maps", of(Kind::list, {of(Kind::map, {of(Kind::text), of(Kind::text)})})},
                      {"mixed", of(Kind::tuple, {of(Kind::int_), of(Kind::text),
                                                 of(Kind::list, {of(Kind::boolean)})})},
                      {"objects", of(Kind::tuple, {udt, of(Kind::int_)})},
                      {"vectors", of(Kind::list, {vector})}};
    co_await world.index->provision(schema, true);
    const Value parts = List{Value(std::int64_t{1}), Value(std::string("x"))};
    const Value two = List{Value(1.5F), Value(2.5F)};
    Content content;
    content.values = {std::string(40'000, 'x'),
                      *BigInteger::parse("123456789012345678901234567890"),
                      *Decimal::parse("12345678901234567890.123456789"),
                      0.1F,
                      Inet{4, {10, 0, 0, 1}},
                      Blob{{0, 1, 2}},
                      std::int64_t{1},
                      std::int64_t{-1},
                      Duration{1, 2, 3},
                      two,
                      parts,
                      List{Value(std::int64_t{-1}), Value(std::int64_t{253'402'300'800'000})},
                      Map{{Value(std::int64_t{7}), parts}},
                      List{Value(Map{{Value(std::string("a.b")), Value(std::string(""))}})},
                      List{Value(std::int64_t{1}), Value(), Value(List{Value(true)})},
                      List{parts, Value(std::int64_t{2})},
                      List{two, two}};
    const Id id = world.new_id();
    const Outcome outcome = co_await apply_one(world, id, content, noon, unseen);
    EXPECT_EQ(outcome.kind, Outcome::Kind::applied) << outcome.refusal.reason;
    const State state = co_await look_at(world, id);
    EXPECT_FALSE(state.problem) << state.problem->field << state.problem->reason;
    EXPECT_TRUE(same_content(state.content, content, schema))
        << world.index->to_json(state.content);
    EXPECT_FALSE(state.unfamiliar);
}

INDEX_STORY(reads_arrays_fractions_and_units_from_the_documents) {
    co_await world.make(R"({"mappings":{"properties":{"tags":{"type":"keyword"},"n":{"type":"long"},
        "updated_at":{"type":"long"},"at":{"type":"date"}}}})");
    co_await world.put(world.new_id().to_string(),
                       R"({"tags":["a","b"],"n":1.5,"updated_at":1795184227797})");
    co_await world.index->refresh();
    co_await world.ask("POST", std::string("/") + index_name + "/_refresh");
    const Schema schema = co_await world.index->describe();
    std::map<std::string, std::string> types;
    for (const Column& column : schema.columns) types[column.name] = to_cql(column.type);
    EXPECT_EQ(types, (std::map<std::string, std::string>{
                         {"tags", "list<text>"}, {"n", "double"}, {"at", "timestamp"}}));
    EXPECT_EQ(schema.document_precision, Precision::milliseconds);
}

INDEX_STORY(refuses_to_describe_what_takes_no_stamp) {
    co_await world.make(R"({"mappings":{"dynamic":"strict","properties":{"n":{"type":"long"}}}})");
    std::string hint;
    try {
        static_cast<void>(co_await world.index->describe());
    } catch (const Misconfigured& error) {
        hint = error.hint();
    }
    EXPECT_THAT(hint, HasSubstr("_mapping"));
}

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
    std::string from;
    int pages = 0;
    do {
        IdPage page = co_await world.index->ids(std::move(from), 7);
        found.insert(found.end(), page.ids.begin(), page.ids.end());
        from = std::move(page.next);
        ++pages;
    } while (!from.empty());
    EXPECT_THAT(found, UnorderedElementsAreArray(expected));
    EXPECT_EQ(pages, 5);
}

INDEX_STORY(another_index_of_the_same_name_is_another_position) {
    co_await world.index->provision(two_columns(), true);
    const Cursor first = co_await world.index->position();
    co_await elastic::delete_index(*world.client, index_name);
    co_await world.index->provision(two_columns(), true);
    const Cursor second = co_await world.index->position();
    EXPECT_FALSE(first.same_index(second));
}

INDEX_STORY(the_catalog_says_why_an_index_is_never_paired) {
    co_await world.make(R"({"aliases":{"duet_live_alias":{}}})");
    std::string body = R"({"settings":{"index.hidden":true},"aliases":{"duet_live_alias":{}}})";
    static_cast<void>(co_await world.ask("PUT", std::string("/") + other_index, std::move(body)));
    const std::vector<elasticsearch::IndexInfo> list =
        co_await elasticsearch::list_indices(*world.client);
    std::map<std::string, std::string> problems;
    for (const auto& info : list) problems[info.name] = info.problem.value_or("none");
    EXPECT_EQ(problems[index_name], "none");
    EXPECT_THAT(problems[other_index], HasSubstr("hidden"));
    EXPECT_THAT(problems["duet_live_alias"], HasSubstr("alias of 2 indices"));
}

}  // namespace duet
