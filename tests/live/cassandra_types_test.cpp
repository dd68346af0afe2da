// Every CQL type, written and read through a real Cassandra.

#include <limits>

#include "live/cassandra_world.hpp"
#include "stores/cassandra/types.hpp"

namespace duet {
namespace {

struct Sample {
    const char* cql;
    Value value;
};

Value number(const char* digits) { return *BigInteger::parse(digits); }
/// List{List{...}} would be a copy.
List only(Value element) {
    List list;
    list.push_back(std::move(element));
    return list;
}
Value text(const char* value) { return std::string(value); }
Value uuid(const char* value) { return *Uuid::parse(value); }

std::vector<Sample> samples() {
    const Inet four{4, {127, 0, 0, 1}};
    const Inet six{16, {0x20, 1, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
    const std::int64_t one = 1;
    const std::int64_t two = 2;
    return {
        {"ascii", text("plain")},
        {"text", text("häß \xF0\x9F\x90\x8E")},
        {"tinyint", std::int64_t{-128}},
        {"smallint", std::int64_t{32'767}},
        {"int", std::int64_t{-2'147'483'648}},
        {"bigint", std::numeric_limits<std::int64_t>::min()},
        {"varint", number("-123456789012345678901234567890")},
        {"decimal", *Decimal::parse("12345678901234567890.123456789")},
        {"float", 0.1F},
        {"double", -0.0},
        {"boolean", true},
        {"uuid", uuid("00010203-0405-4607-8809-0a0b0c0d0e0f")},
        {"timeuuid", Uuid::version1(1'700'000'000'000'001, 42)},
        {"timestamp", std::int64_t{-62'135'596'800'001}},
        {"date", std::int64_t{-719'528}},
        {"time", std::int64_t{86'399'999'999'999}},
        {"duration", Duration{-1, -2, -3'000'000'000}},
        {"inet", four},
        {"inet", six},
        {"blob", Blob{{0, 255, 1}}},
        {"list<int>", List{two, one, two}},
        {"set<text>", List{text("a"), text("b")}},
        {"map<text, int>", Map{{text("a"), one}, {text("b"), two}}},
        {"frozen<list<int>>", List{two, one}},
        {"frozen<set<int>>", List{two, one}},
        {"frozen<map<int, text>>", Map{{two, text("b")}, {one, text("a")}}},
        {"frozen<list<int>>", List{}},
        {"tuple<int, text, boolean>", List{one, Value(), true}},
        {"vector<float, 3>", List{1.0F, 2.0F, 3.5F}},
        {"vector<text, 2>", List{text("a"), text("")}},
        {"map<text, frozen<list<frozen<set<int>>>>>", Map{{text("k"), only(List{one, two})}}},
        {"list<frozen<tuple<int, frozen<map<text, bigint>>>>>",
         List{List{one, Map{{text("x"), two}}}, List{two, Value()}}},
        {"address", List{text("High Street"), one, List{text("x")}}},
        {"frozen<address>", List{Value(), one, Value()}},
        {"list<frozen<address>>", only(List{text("s"), one, List{}})},
    };
}

CASSANDRA_STORY(CassandraTypesLive, every_type_comes_back_as_it_was_written) {
    (void)co_await world.cql("DROP TABLE IF EXISTS $.types");
    (void)co_await world.cql(
        "CREATE TYPE IF NOT EXISTS $.address (street text, \"No\" int, tags frozen<set<text>>)");
    const std::vector<Sample> all = samples();
    std::string columns;
    Content content;
    for (std::size_t i = 0; i < all.size(); ++i) {
        columns += (i == 0 ? "c" : ", c") + std::to_string(100 + i) + " " + all[i].cql;
        content.values.push_back(all[i].value);
    }
    auto table = co_await world.table("types", columns);
    Write write;
    write.id = world.new_id();
    write.content = &content;
    write.timestamp = 1'000;
    const std::vector<Write> writes{write};
    const std::vector<Outcome> outcomes = co_await table->apply(writes);
    EXPECT_EQ(outcomes[0].kind, Outcome::Kind::applied)
        << outcomes[0].refusal.field << " " << outcomes[0].refusal.reason;
    const Schema schema = co_await table->describe();
    const std::vector<Id> ids{write.id};
    const std::vector<State> states = co_await table->look(ids);
    EXPECT_FALSE(states[0].problem);
    EXPECT_EQ(schema.columns.size(), all.size());
    for (std::size_t i = 0; i < schema.columns.size(); ++i) {
        const Value& found = states[0].content.values[i];
        EXPECT_TRUE(same_value(found, all[i].value, schema.columns[i].type)) << all[i].cql;
    }
}

CASSANDRA_STORY(CassandraTypesLive, doubles_in_sets_and_maps_are_read_back_as_equal) {
    auto table = co_await world.table("doubles", "a set<int>, b frozen<set<int>>, c map<int, int>");
    const std::int64_t one = 1;
    const std::int64_t two = 2;
    const Content content{{List{two, one, two}, List{two, one, two}, Map{{one, one}, {one, two}}},
                          ""};
    Write write;
    write.id = world.new_id();
    write.content = &content;
    write.timestamp = 1'000;
    const std::vector<Write> writes{write};
    const std::vector<Outcome> outcomes = co_await table->apply(writes);
    EXPECT_EQ(outcomes[0].kind, Outcome::Kind::applied) << outcomes[0].refusal.reason;
}

}  // namespace
}  // namespace duet
