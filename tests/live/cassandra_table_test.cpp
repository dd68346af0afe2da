// CassandraTable against a real Cassandra.

#include "live/cassandra_world.hpp"
#include "stores/cassandra/types.hpp"

namespace duet {
namespace {

using Kind = Outcome::Kind;
using live::CassandraWorld;

Type typed(const char* cql) { return *cassandra::parse_type(cql, cassandra::UserTypes()); }

std::string text_of(const Id& id) { return id.to_string(); }

/// A write as the rules would make it after looking at `previous`.
Write write_of(const Id& id, const Content& content, std::int64_t timestamp,
               const State* previous = nullptr) {
    Write write;
    write.id = id;
    write.content = &content;
    write.version = Version{timestamp};
    write.timestamp = timestamp;
    write.previous = previous;
    return write;
}

Task<State> look(RowStore& table, Id id) {
    const std::vector<Id> ids{id};
    std::vector<State> states = co_await table.look(ids);
    co_return std::move(states.at(0));
}

Task<Outcome> apply(RowStore& table, Write write) {
    const std::vector<Write> writes{write};
    std::vector<Outcome> outcomes = co_await table.apply(writes);
    co_return std::move(outcomes.at(0));
}

constexpr std::int64_t t0 = 1'700'000'000'000'000;

CASSANDRA_STORY(CassandraTableLive, a_table_that_is_not_there_is_described_as_such) {
    auto table = world.open("nothing_there");
    const Schema schema = co_await table->describe();
    EXPECT_FALSE(schema.exists);
    EXPECT_EQ(schema.name, "duet_live_cassandra.nothing_there");
    co_await table->provision(schema, false);
    const std::vector<Id> ids{world.new_id()};
    bool threw = false;
    try {
        (void)co_await table->look(ids);
    } catch (const Unavailable&) {
        threw = true;
    }
    EXPECT_TRUE(threw);
}

CASSANDRA_STORY(CassandraTableLive, describes_columns_and_the_version_column) {
    auto table = co_await world.table("described", "\"B c\" int, a text, updated_at bigint");
    const Schema schema = co_await table->describe();
    EXPECT_TRUE(schema.exists);
    EXPECT_EQ(schema.version_precision, Precision::microseconds);
    EXPECT_EQ(schema.columns, (std::vector<Column>{{"B c", typed("int")}, {"a", typed("text")}}));
}

CASSANDRA_STORY(CassandraTableLive, a_version_column_of_another_type_is_content_with_a_note) {
    auto table = co_await world.table("texted", "a int, updated_at text");
    const Schema schema = co_await table->describe();
    EXPECT_FALSE(schema.version_precision);
    EXPECT_EQ(schema.columns.size(), 2U);
    EXPECT_EQ(schema.notes.size(), 1U);
}

CASSANDRA_STORY(CassandraTableLive, a_table_that_cannot_be_paired_says_why) {
    (void)co_await world.cql("DROP TABLE IF EXISTS $.passing");
    (void)co_await world.cql(
        "CREATE TABLE $.passing (id uuid, updated_at timestamp, PRIMARY KEY (id, updated_at))");
    auto table = world.open("passing");
    std::string message;
    try {
        (void)co_await table->describe();
    } catch (const Misconfigured& error) {
        message = error.what();
    }
    EXPECT_NE(message.find("updated_at is part of the key"), std::string::npos) << message;
}

CASSANDRA_STORY(CassandraTableLive, provision_makes_the_table_and_adds_columns) {
    (void)co_await world.cql("DROP TABLE IF EXISTS $.made");
    auto table = world.open("made");
    Schema schema;
    schema.columns = {{"name", typed("text")}, {"lists", typed("list<list<int>>")}};
    co_await table->provision(schema, true);
    schema.columns.push_back({"weird \"name\"", typed("double")});
    schema.columns.push_back({"id2", typed("uuid")});
    co_await table->provision(schema, true);
    const Schema now = co_await table->describe();
    EXPECT_EQ(now.columns.size(), 4U);
    EXPECT_EQ(now.version_precision, Precision::milliseconds);
    const List inner{std::int64_t{1}};
    List nested;
    nested.emplace_back(inner);
    const Content content{{std::string("x"), nested, 1.5, Value()}, ""};
    const Id id = world.new_id();
    const Outcome outcome = co_await apply(*table, write_of(id, content, t0));
    EXPECT_EQ(outcome.kind, Kind::applied);
}

CASSANDRA_STORY(CassandraTableLive, a_field_called_id_gets_a_column_and_the_key_another_name) {
    (void)co_await world.cql("DROP TABLE IF EXISTS $.ids");
    auto table = world.open("ids");
    Schema schema;
    schema.columns = {{"id", typed("text")}};
    co_await table->provision(schema, true);
    const Content content{{std::string("x")}, ""};
    const Id id = world.new_id();
    const Outcome outcome = co_await apply(*table, write_of(id, content, t0));
    EXPECT_EQ(outcome.kind, Kind::applied);
}

CASSANDRA_STORY(CassandraTableLive, a_dropped_column_is_not_added_again) {
    auto table = co_await world.table("dropped", "a int, b int");
    Schema schema = co_await table->describe();
    (void)co_await world.cql("ALTER TABLE $.dropped DROP b");
    co_await table->provision(schema, true);
    const Schema now = co_await table->describe();
    EXPECT_EQ(now.columns.size(), 1U);
    const Id id = world.new_id();
    const Content with{{std::int64_t{1}, std::int64_t{2}}, ""};
    const Outcome refused = co_await apply(*table, write_of(id, with, t0));
    EXPECT_EQ(refused.kind, Kind::refused);
    EXPECT_EQ(refused.refusal.field, "b");
    const Content without{{std::int64_t{1}, Value()}, ""};
    const Outcome applied = co_await apply(*table, write_of(id, without, t0));
    EXPECT_EQ(applied.kind, Kind::applied);
}

CASSANDRA_STORY(CassandraTableLive, a_row_is_written_and_read_back_with_its_version) {
    auto table = co_await world.table("simple", "a int, b text, updated_at timestamp");
    const Id id = world.new_id();
    const Content content{{std::int64_t{7}, std::string("häß")}, ""};
    const Outcome outcome = co_await apply(*table, write_of(id, content, t0 + 123'456));
    EXPECT_EQ(outcome.kind, Kind::applied);
    const State state = co_await look(*table, id);
    EXPECT_TRUE(state.exists);
    EXPECT_TRUE(state.stamped);
    EXPECT_EQ(state.version, Version{t0 + 123'000});
    EXPECT_EQ(state.newest_write, t0 + 123'456);
    EXPECT_EQ(state.content.values, content.values);
    EXPECT_FALSE(state.expires_at);
    EXPECT_FALSE(state.problem);
}

CASSANDRA_STORY(CassandraTableLive, versions_in_timeuuid_and_bigint_columns_keep_microseconds) {
    for (const char* type : {"timeuuid", "bigint"}) {
        auto table = co_await world.table(std::string("micros_") + type,
                                          std::string("a int, updated_at ") + type);
        const Id id = world.new_id();
        const Content content{{std::int64_t{7}}, ""};
        const Outcome outcome = co_await apply(*table, write_of(id, content, t0 + 123'456));
        EXPECT_EQ(outcome.kind, Kind::applied);
        const State state = co_await look(*table, id);
        EXPECT_EQ(state.version, Version{t0 + 123'456}) << type;
        EXPECT_TRUE(state.stamped);
    }
}

CASSANDRA_STORY(CassandraTableLive, a_writer_that_does_not_stamp_counts_by_its_write_time) {
    auto table = co_await world.table("unstamped", "a int, updated_at timestamp");
    const Id id = world.new_id();
    const Content content{{std::int64_t{7}}, ""};
    (void)co_await apply(*table, write_of(id, content, t0));
    (void)co_await world.cql("UPDATE $.unstamped USING TIMESTAMP " + std::to_string(t0 + 9) +
                             " SET a = 8 WHERE id = " + text_of(id));
    const State state = co_await look(*table, id);
    EXPECT_FALSE(state.stamped);
    EXPECT_EQ(state.version, Version{t0 + 9});
}

CASSANDRA_STORY(CassandraTableLive, looks_at_hundreds_of_ids_in_their_order) {
    auto table = co_await world.table("hundreds", "a int");
    std::vector<Id> ids;
    std::vector<Content> contents(300);
    std::vector<Write> writes;
    for (std::size_t i = 0; i < contents.size(); ++i) {
        ids.push_back(world.new_id());
        contents[i].values = {static_cast<std::int64_t>(i)};
        if (i % 3 != 0) {
            writes.push_back(write_of(ids[i], contents[i], t0));
        }
    }
    ids.push_back(ids[1]);
    const std::vector<Outcome> outcomes = co_await table->apply(writes);
    for (const Outcome& outcome : outcomes) {
        EXPECT_EQ(outcome.kind, Kind::applied);
    }
    const std::vector<State> states = co_await table->look(ids);
    EXPECT_EQ(states.size(), ids.size());
    for (std::size_t i = 0; i < contents.size(); ++i) {
        EXPECT_EQ(states[i].exists, i % 3 != 0) << i;
        if (states[i].exists) {
            EXPECT_EQ(states[i].content.values, contents[i].values);
        }
    }
    EXPECT_EQ(states.back().content.values, contents[1].values);
}

CASSANDRA_STORY(CassandraTableLive, what_the_winner_lacks_is_gone_afterwards) {
    auto table = co_await world.table("nulls", "a int, b set<int>, c frozen<list<int>>, z int");
    const Id id = world.new_id();
    const List numbers{std::int64_t{1}, std::int64_t{2}};
    const Content full{{std::int64_t{7}, numbers, numbers, Value()}, ""};
    (void)co_await apply(*table, write_of(id, full, t0));
    const State before = co_await look(*table, id);
    const Content sparse{{Value(), Value(), Value(), std::int64_t{1}}, ""};
    const Outcome outcome = co_await apply(*table, write_of(id, sparse, t0 + 1, &before));
    EXPECT_EQ(outcome.kind, Kind::applied);
    const State after = co_await look(*table, id);
    EXPECT_EQ(after.content.values, sparse.values);
}

CASSANDRA_STORY(CassandraTableLive, a_column_that_turned_up_meanwhile_is_cleared) {
    auto table = co_await world.table("turned_up", "a int, s set<int>, z int");
    const Id id = world.new_id();
    // Nobody had looked at this when the write was decided.
    (void)co_await world.cql("INSERT INTO $.turned_up (id, a, s) VALUES (" + text_of(id) +
                             ", 1, {1}) USING TIMESTAMP " + std::to_string(t0 - 1));
    const Content content{{Value(), Value(), std::int64_t{1}}, ""};
    const Outcome outcome = co_await apply(*table, write_of(id, content, t0));
    EXPECT_EQ(outcome.kind, Kind::applied);
    const State after = co_await look(*table, id);
    EXPECT_EQ(after.content.values, content.values);
}

CASSANDRA_STORY(CassandraTableLive, a_newer_write_supersedes) {
    auto table = co_await world.table("superseded", "a int, z int");
    const Id id = world.new_id();
    (void)co_await world.cql("INSERT INTO $.superseded (id, a) VALUES (" + text_of(id) +
                             ", 1) USING TIMESTAMP " + std::to_string(t0 + 1));
    const Content content{{Value(), std::int64_t{1}}, ""};
    const Outcome outcome = co_await apply(*table, write_of(id, content, t0));
    EXPECT_EQ(outcome.kind, Kind::superseded);
}

CASSANDRA_STORY(CassandraTableLive, a_deletion_with_a_later_time_hides) {
    auto table = co_await world.table("hidden", "a int");
    const Id id = world.new_id();
    (void)co_await world.cql("DELETE FROM $.hidden USING TIMESTAMP " + std::to_string(t0 + 1) +
                             " WHERE id = " + text_of(id));
    const Content content{{std::int64_t{1}}, ""};
    const Outcome outcome = co_await apply(*table, write_of(id, content, t0));
    EXPECT_EQ(outcome.kind, Kind::hidden);
    const Outcome again = co_await apply(*table, write_of(id, content, t0 + 2));
    EXPECT_EQ(again.kind, Kind::applied);
}

CASSANDRA_STORY(CassandraTableLive,
                a_ttl_is_seen_wherever_it_is_and_one_cell_without_keeps_the_row) {
    auto table = co_await world.table("expiring", "a int, s set<int>, updated_at timestamp");
    const std::vector<std::string> statements{
        "INSERT INTO $.expiring (id, a) VALUES (ID, 1) USING TTL 1000",
        "UPDATE $.expiring USING TTL 1000 SET s = s + {1} WHERE id = ID",
        "UPDATE $.expiring USING TTL 1000 SET updated_at = 1 WHERE id = ID"};
    for (std::string statement : statements) {
        const Id id = world.new_id();
        (void)co_await world.cql("INSERT INTO $.expiring (id, a, s) VALUES (" + text_of(id) +
                                 ", 0, {7})");
        const State still = co_await look(*table, id);
        EXPECT_FALSE(still.changes_at);
        statement.replace(statement.find("ID"), 2, text_of(id));
        (void)co_await world.cql(statement);
        const State state = co_await look(*table, id);
        EXPECT_TRUE(state.changes_at) << statement;
        EXPECT_FALSE(state.expires_at) << statement;
    }
}

CASSANDRA_STORY(CassandraTableLive, a_row_is_read_with_exactly_the_end_that_it_was_written_with) {
    auto table = co_await world.table("ends", "a int, s set<int>, updated_at timestamp");
    const Content content{{std::int64_t{1}, List{std::int64_t{2}, std::int64_t{3}}}, ""};
    const std::int64_t now = world.clock.now() / 1'000'000;
    for (const std::int64_t seconds : {60, 1'000, 300'000'000}) {
        Write write = write_of(world.new_id(), content, t0);
        write.expires_at = (now + seconds) * 1'000'000;
        EXPECT_EQ((co_await apply(*table, write)).kind, Kind::applied);
        const State state = co_await look(*table, write.id);
        EXPECT_EQ(state.expires_at, write.expires_at);
        EXPECT_EQ(state.changes_at, write.expires_at);
    }
}

CASSANDRA_STORY(CassandraTableLive, a_record_without_an_end_outlives_the_tables_default) {
    auto table = co_await world.table("defaults", "a int, updated_at timestamp");
    (void)co_await world.cql("ALTER TABLE $.defaults WITH default_time_to_live = 1000");
    const Content content{{std::int64_t{1}}, ""};
    const Id id = world.new_id();
    const Write write = write_of(id, content, t0);
    EXPECT_EQ((co_await apply(*table, write)).kind, Kind::applied);
    const State state = co_await look(*table, id);
    EXPECT_FALSE(state.changes_at);
    const Id other = world.new_id();
    (void)co_await world.cql("INSERT INTO $.defaults (id, a) VALUES (" + text_of(other) + ", 1)");
    const State by_default = co_await look(*table, other);
    EXPECT_TRUE(by_default.expires_at);
}

CASSANDRA_STORY(CassandraTableLive, a_fast_clock_sees_the_end_before_the_server_does) {
    class FastClock final : public Clock {
    public:
        [[nodiscard]] std::int64_t now() const override {
            return SystemClock().now() + 3'600'000'000;
        }
    };
    auto made = co_await world.table("fast", "a int");
    const Id id = world.new_id();
    (void)co_await world.cql("INSERT INTO $.fast (id, a) VALUES (" + text_of(id) +
                             ", 1) USING TTL 600");
    const FastClock fast;
    TableOptions options;
    options.keyspace = CassandraWorld::keyspace;
    options.table = "fast";
    CassandraTable table(*world.session, fast, options);
    const Schema schema = co_await table.describe();
    co_await table.provision(schema, false);
    const State seen = co_await look(table, id);
    EXPECT_FALSE(seen.exists);
    const TokenRange ring;
    const RangeDigest digest = co_await table.digest(ring);
    EXPECT_EQ(digest.count, 0U) << "digests are of the same moment as rows";
    const std::vector<Id> ids{id};
    const std::vector<Id> absent = co_await table.absent(ids);
    EXPECT_TRUE(absent.empty());
}

CASSANDRA_STORY(CassandraTableLive, a_row_of_only_its_key_exists_without_a_version) {
    auto table = co_await world.table("bare", "a int");
    const Id id = world.new_id();
    (void)co_await world.cql("INSERT INTO $.bare (id) VALUES (" + text_of(id) + ")");
    const State state = co_await look(*table, id);
    EXPECT_TRUE(state.exists);
    EXPECT_FALSE(state.version);
    EXPECT_FALSE(state.newest_write);
}

CASSANDRA_STORY(CassandraTableLive, what_the_server_refuses_does_not_stop_the_others) {
    auto table = co_await world.table("refused", "a int");
    std::vector<Content> contents(30);
    std::vector<Write> writes;
    for (std::size_t i = 0; i < contents.size(); ++i) {
        contents[i].values = {static_cast<std::int64_t>(i)};
        writes.push_back(write_of(world.new_id(), contents[i], i == 7 ? INT64_MIN : t0));
    }
    const std::vector<Outcome> outcomes = co_await table->apply(writes);
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        EXPECT_EQ(outcomes[i].kind, i == 7 ? Kind::refused : Kind::applied) << i;
    }
    EXPECT_NE(outcomes[7].refusal.reason.find("timestamp"), std::string::npos)
        << outcomes[7].refusal.reason;
}

CASSANDRA_STORY(CassandraTableLive, a_record_that_the_commit_log_cannot_take_is_refused) {
    auto table = co_await world.table("large", "b blob, l list<int>");
    Content large{{Blob{Bytes(16U << 20)}, Value()}, ""};
    Content many{{Value(), List(900'000, Value(std::int64_t{1}))}, ""};
    Content small{{Blob{Bytes(100'000)}, Value()}, ""};
    const std::vector<Write> writes{write_of(world.new_id(), large, t0),
                                    write_of(world.new_id(), many, t0),
                                    write_of(world.new_id(), small, t0)};
    const std::vector<Outcome> outcomes = co_await table->apply(writes);
    EXPECT_EQ(outcomes[0].kind, Kind::refused) << outcomes[0].refusal.reason;
    EXPECT_EQ(outcomes[1].kind, Kind::refused);
    EXPECT_NE(outcomes[1].refusal.reason.find("mutation"), std::string::npos)
        << outcomes[1].refusal.reason;
    EXPECT_EQ(outcomes[2].kind, Kind::applied) << outcomes[2].refusal.reason;
}

}  // namespace
}  // namespace duet
