#pragma once
// A keyspace of a real Cassandra for the tests of stores/cassandra.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "live/support.hpp"
#include "stores/cassandra/state.hpp"
#include "stores/cassandra/table.hpp"

namespace duet::live {

/// One story's connection to the keyspace that all of them share; tables are named after the tests.
struct CassandraWorld {
    static constexpr const char* keyspace = "duet_live_cassandra";

    std::unique_ptr<cql::Session> session;
    SystemClock clock;
    std::uint64_t last_id = 0;

    [[nodiscard]] Task<void> connect() {
        session = new_session();
        co_await session->connect();
        std::string name = keyspace;
        cassandra::Replication replication;
        co_await cassandra::ensure_keyspace(*session, std::move(name), std::move(replication));
    }

    /// Runs CQL in which `$` stands for the keyspace.
    [[nodiscard]] Task<cql::Rows> cql(std::string text) {
        for (std::size_t at = text.find('$'); at != std::string::npos; at = text.find('$')) {
            text.replace(at, 1, keyspace);
        }
        co_return co_await session->query(std::move(text));
    }

    /// Makes a table anew with these columns beside `id uuid PRIMARY KEY`, and gives its store,
    /// provisioned with what it describes.
    [[nodiscard]] Task<std::unique_ptr<CassandraTable>> table(std::string name,
                                                              std::string columns) {
        (void)co_await cql("DROP TABLE IF EXISTS $." + name);
        (void)co_await cql("CREATE TABLE $." + name + " (id uuid PRIMARY KEY, " + columns + ")");
        auto store = open(name);
        const Schema schema = co_await store->describe();
        co_await store->provision(schema, false);
        co_return store;
    }

    [[nodiscard]] std::unique_ptr<CassandraTable> open(const std::string& name) {
        TableOptions options;
        options.keyspace = keyspace;
        options.table = name;
        return std::make_unique<CassandraTable>(*session, clock, std::move(options));
    }

    [[nodiscard]] Id new_id() {
        ++last_id;
        return Uuid::version4(0x1234'5678'9ABC'DEF0U * last_id, last_id);
    }
};

using Story = Task<void> (*)(CassandraWorld&);

/// Connects, tells the story, and sees to it that the keyspace is dropped at the end of the
/// process.
[[nodiscard]] Task<void> tell(Story story);
extern bool told;

}  // namespace duet::live

/// A test whose body is a coroutine with a `world`. Use EXPECT_…: ASSERT_… would return from a
/// coroutine.
#define CASSANDRA_STORY(suite, name)                                               \
    static ::duet::Task<void> suite##_##name(::duet::live::CassandraWorld& world); \
    TEST(suite, name) { ::duet::live::run(::duet::live::tell(suite##_##name)); }   \
    static ::duet::Task<void> suite##_##name([[maybe_unused]] ::duet::live::CassandraWorld& world)
