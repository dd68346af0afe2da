// An index of a real Elasticsearch as a DocumentStore: what it makes and how it describes itself.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "live/elastic_world.hpp"
#include "stores/elasticsearch/catalog.hpp"

namespace duet::live {

using testing::HasSubstr;

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

INDEX_STORY(an_alias_stands_for_the_one_whole_index_behind_it) {
    co_await world.make(
        R"({"aliases":{"duet_live_plain":{},"duet_live_part":{"filter":{"term":{"n":1}}},)"
        R"("duet_live_routed":{"routing":"1"}}})");
    const std::vector<elasticsearch::IndexInfo> list =
        co_await elasticsearch::list_indices(*world.client);
    std::map<std::string, elasticsearch::IndexInfo> found;
    for (const auto& info : list) found[info.name] = info;
    EXPECT_EQ(found["duet_live_plain"].stands_for, index_name);
    EXPECT_EQ(found["duet_live_plain"].problem.value_or("none"), "none");
    EXPECT_THAT(found["duet_live_part"].problem.value_or(""), HasSubstr("with a filter"));
    EXPECT_THAT(found["duet_live_routed"].problem.value_or(""), HasSubstr("with a routing"));
}

}  // namespace duet::live
