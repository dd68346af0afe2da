#pragma once
// A keyspace of one's own in the real Cassandra of the live tests.

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "cql/session.hpp"
#include "live/support.hpp"

namespace duet::live {

inline cql::SessionOptions cassandra_options() {
    cql::SessionOptions options;
    options.hosts = {server_address("DUET_CASSANDRA")};
    return options;
}

/// Makes an empty keyspace; drop it at the end of the test.
inline Task<void> make_keyspace(cql::Session& session, std::string name) {
    std::string drop = "DROP KEYSPACE IF EXISTS " + name;
    co_await session.query(std::move(drop));
    std::string create = "CREATE KEYSPACE " + name +
                         " WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}";
    co_await session.query(std::move(create));
}

inline Task<void> drop_keyspace(cql::Session& session, std::string name) {
    std::string drop = "DROP KEYSPACE IF EXISTS " + name;
    co_await session.query(std::move(drop));
}

}  // namespace duet::live
