#pragma once
// What the tests against a scripted Cassandra share.

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "cql/session.hpp"
#include "net/runtime.hpp"
#include "peer/cql_wire.hpp"
#include "peer/scripted_cassandra.hpp"

namespace duet::cql {

inline void run(Task<void> test) {
    net::Runtime runtime;
    runtime.run(std::move(test));
}

/// Short deadlines: a test that needs them to pass must not take long.
inline SessionOptions options_for(const peer::ScriptedCassandra& server) {
    SessionOptions options;
    options.hosts = {server.address()};
    options.connect_timeout = std::chrono::milliseconds(300);
    options.request_timeout = std::chrono::milliseconds(2'000);
    return options;
}

/// Of a statement without parameters.
inline Task<Rows> execute(Session& session, PreparedPtr statement, RequestOptions options = {}) {
    return session.execute(std::move(statement), {}, std::move(options));
}

inline std::string text(const Rows& rows, std::size_t row = 0, std::size_t column = 0) {
    return std::string(as_text(rows.cell(row, column).value_or(ByteView{})));
}

/// Names a kind of failure in a parameterised test.
inline const char* name_of(peer::Reaction::Kind kind) {
    switch (kind) {
        case peer::Reaction::Kind::answer: return "answer";
        case peer::Reaction::Kind::silence: return "silence";
        case peer::Reaction::Kind::close: return "close";
        case peer::Reaction::Kind::garbage: return "garbage";
        case peer::Reaction::Kind::truncate: return "truncate";
    }
    return "?";
}

}  // namespace duet::cql
