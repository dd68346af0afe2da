// The catalog of a real Cassandra.

#include <algorithm>

#include "base/error.hpp"
#include "live/cassandra_world.hpp"

namespace duet {
namespace {

CASSANDRA_STORY(CassandraCatalogLive, lists_users_tables_and_keyspaces_and_no_others) {
    (void)co_await world.table("listed", "a int");
    const auto keyspaces = co_await cassandra::list_keyspaces(*world.session);
    EXPECT_NE(std::find(keyspaces.begin(), keyspaces.end(), world.keyspace), keyspaces.end());
    EXPECT_EQ(std::find(keyspaces.begin(), keyspaces.end(), "system_schema"), keyspaces.end());
    const auto tables = co_await cassandra::list_tables(*world.session);
    const auto listed = std::find_if(tables.begin(), tables.end(), [&](const auto& table) {
        return table.keyspace == world.keyspace && table.table == "listed";
    });
    EXPECT_NE(listed, tables.end());
    EXPECT_TRUE(std::none_of(tables.begin(), tables.end(), [](const auto& table) {
        return table.keyspace.starts_with("system");
    }));
}

CASSANDRA_STORY(CassandraCatalogLive, tables_that_cannot_be_paired_have_their_reason) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"id uuid, c int, a int, PRIMARY KEY (id, c)) WITH COMPACT STORAGE", "COMPACT STORAGE"}};
    for (const auto& [definition, reason] : cases) {
        (void)co_await world.cql("DROP TABLE IF EXISTS $.reasons");
        (void)co_await world.cql("CREATE TABLE $.reasons (" + definition);
        const auto table =
            co_await cassandra::find_table(*world.session, world.keyspace, "reasons");
        EXPECT_TRUE(table);
        EXPECT_NE(table->reason.find(reason), std::string::npos) << table->reason;
    }
}

CASSANDRA_STORY(CassandraCatalogLive, views_are_no_tables_and_have_one_of_theirs) {
    (void)co_await world.table("based", "a int");
    (void)co_await world.cql(
        "CREATE MATERIALIZED VIEW $.viewed AS SELECT * FROM $.based WHERE a IS NOT NULL AND "
        "id IS NOT NULL PRIMARY KEY (a, id)");
    const auto views = co_await cassandra::list_views(*world.session);
    EXPECT_TRUE(std::any_of(views.begin(), views.end(), [&](const auto& view) {
        return view.keyspace == world.keyspace && view.view == "viewed" && view.table == "based";
    }));
    const auto view = co_await cassandra::find_view(*world.session, world.keyspace, "viewed");
    const auto base = co_await cassandra::find_view(*world.session, world.keyspace, "based");
    const auto table = co_await cassandra::find_table(*world.session, world.keyspace, "viewed");
    EXPECT_TRUE(view);
    EXPECT_FALSE(base || table);
    // No table is made of its name, which Cassandra would do and be broken by.
    const auto store = world.open("viewed");
    std::string refusal;
    try {
        co_await store->provision(Schema(), true);
    } catch (const Misconfigured& error) {
        refusal = error.what();
    }
    EXPECT_NE(refusal.find("it is a materialized view of "), std::string::npos) << refusal;
    (void)co_await world.cql("SELECT * FROM $.viewed");
    (void)co_await world.cql("DROP MATERIALIZED VIEW $.viewed");
}

CASSANDRA_STORY(CassandraCatalogLive, keys_are_read_in_the_order_of_the_key) {
    (void)co_await world.cql("DROP TABLE IF EXISTS $.keyed");
    (void)co_await world.cql(
        "CREATE TABLE $.keyed (a int, b text, c timestamp, d frozen<list<int>>, s int STATIC, "
        "PRIMARY KEY ((d, b), c, a)) WITH CLUSTERING ORDER BY (c DESC, a ASC)");
    const auto table = co_await cassandra::find_table(*world.session, world.keyspace, "keyed");
    EXPECT_TRUE(table);
    EXPECT_EQ(table->reason, "");
    EXPECT_EQ(table->key.shape(), "d (frozen<list<int>>) ~ b (text) ~ c (timestamp) ~ a (int)");
    EXPECT_EQ(table->statics, std::vector<std::string>{"s"});
}

CASSANDRA_STORY(CassandraCatalogLive, dropped_columns_are_known) {
    (void)co_await world.table("drops", "a int, b int");
    (void)co_await world.cql("ALTER TABLE $.drops DROP a");
    const auto table = co_await cassandra::find_table(*world.session, world.keyspace, "drops");
    EXPECT_EQ(table->dropped, std::vector<std::string>{"a"});
    (void)co_await world.cql("ALTER TABLE $.drops ADD a int");
    const auto again = co_await cassandra::find_table(*world.session, world.keyspace, "drops");
    EXPECT_TRUE(again->dropped.empty());
}

}  // namespace
}  // namespace duet
