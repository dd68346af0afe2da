// Answers that come late or never, and connections that go.

#include "base/error.hpp"
#include "peer/cql/session_peer.hpp"

namespace duet::cql {
namespace {

using peer::ScriptedCassandra;
using peer::Seen;

/// The error of a query; empty: none.
Task<std::string> error_of_query(Session& session, std::string cql) {
    std::string text;
    try {
        static_cast<void>(co_await session.query(std::move(cql)));
    } catch (const Unavailable& error) {
        text = error.what();
    }
    co_return text;
}

Task<void> ask_slowly(Session& session, std::string& error) {
    error = co_await error_of_query(session, "SELECT slow");
}

/// Keeps the line in use, so that one slow answer is not taken for silence.
Task<void> ask_often(Session& session, int& right) {
    for (int i = 0; i < 150; ++i) {
        const std::string cql = "SELECT " + std::to_string(i);
        const Rows rows = co_await session.query(cql);
        if (text(rows) == cql) ++right;
        co_await sleep_for(std::chrono::milliseconds(5));
    }
}

Task<void> a_late_answer_goes_to_nobody_else() {
    const peer::Script script = [](const Seen& seen) {
        peer::Reaction reaction = peer::sound(seen);
        if (seen.contains("SELECT slow")) reaction.delay = std::chrono::milliseconds(600);
        return reaction;
    };
    const auto server = co_await ScriptedCassandra::start(script);
    SessionOptions options = options_for(*server);
    options.request_timeout = std::chrono::milliseconds(250);
    options.max_in_flight = 3;  // few ids: a false re-use would happen at once
    Session session(options);
    co_await session.connect();
    std::string error;
    int right = 0;
    std::vector<Task<void>> tasks;
    tasks.push_back(ask_slowly(session, error));
    tasks.push_back(ask_often(session, right));
    co_await when_all(std::move(tasks));
    EXPECT_EQ(error, "SELECT slow: Cassandra at " + server->address() + " did not answer in time");
    EXPECT_EQ(right, 150);
    EXPECT_EQ(server->connections(), 1) << "one slow request cost the connection";
}
TEST(Lost, a_late_answer_goes_to_nobody_else) { run(a_late_answer_goes_to_nobody_else()); }

Task<void> a_slow_request_alone_does_not_cost_the_connection() {
    const peer::Script script = [](const Seen& seen) {
        peer::Reaction reaction = peer::sound(seen);
        if (seen.contains("SELECT slow")) reaction.delay = std::chrono::milliseconds(400);
        return reaction;
    };
    const auto server = co_await ScriptedCassandra::start(script);
    SessionOptions options = options_for(*server);
    options.request_timeout = std::chrono::milliseconds(150);
    Session session(options);
    co_await session.connect();
    const std::string error = co_await error_of_query(session, "SELECT slow");
    EXPECT_FALSE(error.empty());
    co_await sleep_for(std::chrono::milliseconds(500));
    EXPECT_EQ(co_await error_of_query(session, "SELECT 1"), "");
    EXPECT_EQ(server->connections(), 1);
    EXPECT_EQ(server->count(Opcode::options), 2) << "it did not ask whether the server lives";
}
TEST(Lost, a_slow_request_alone_does_not_cost_the_connection) {
    run(a_slow_request_alone_does_not_cost_the_connection());
}

Task<void> a_server_gone_silent_is_left() {
    bool silent = false;
    const peer::Script script = [&silent](const Seen& seen) {
        peer::Reaction reaction = peer::sound(seen);
        if (silent && seen.connection == 1) reaction.kind = peer::Reaction::Kind::silence;
        return reaction;
    };
    const auto server = co_await ScriptedCassandra::start(script);
    SessionOptions options = options_for(*server);
    options.request_timeout = std::chrono::milliseconds(200);
    options.connect_timeout = std::chrono::milliseconds(200);
    Session session(options);
    co_await session.connect();
    silent = true;
    EXPECT_NE(co_await error_of_query(session, "SELECT 1"), "");
    co_await sleep_for(std::chrono::milliseconds(400));
    EXPECT_EQ(co_await error_of_query(session, "SELECT 2"), "");
    EXPECT_EQ(server->connections(), 2);
}
TEST(Lost, a_server_gone_silent_is_left) { run(a_server_gone_silent_is_left()); }

Task<void> a_session_finds_the_server_again() {
    const auto server = co_await ScriptedCassandra::start(peer::sound);
    Session session(options_for(*server));
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(co_await error_of_query(session, "SELECT 1"), "");
        server->cut();
        co_await sleep_for(std::chrono::milliseconds(5));
    }
    EXPECT_EQ(server->connections(), 5);
}
TEST(Lost, a_session_finds_the_server_again) { run(a_session_finds_the_server_again()); }

Task<void> count_unavailable(Session& session, int& unavailable) {
    RequestOptions options;
    options.idempotent = false;
    try {
        static_cast<void>(co_await session.query("SELECT wait", options));
    } catch (const Unavailable&) {
        ++unavailable;
    }
}

Task<void> cut_soon(peer::ScriptedCassandra& server) {
    co_await sleep_for(std::chrono::milliseconds(30));
    server.cut();
}

Task<void> a_lost_connection_fails_all_in_flight() {
    const peer::Script script = [](const Seen& seen) {
        peer::Reaction reaction = peer::sound(seen);
        if (seen.contains("SELECT wait")) reaction.kind = peer::Reaction::Kind::silence;
        return reaction;
    };
    const auto server = co_await ScriptedCassandra::start(script);
    Session session(options_for(*server));
    co_await session.connect();
    int unavailable = 0;
    std::vector<Task<void>> tasks;
    for (int i = 0; i < 20; ++i) tasks.push_back(count_unavailable(session, unavailable));
    tasks.push_back(cut_soon(*server));
    const auto start = std::chrono::steady_clock::now();
    co_await when_all(std::move(tasks));
    EXPECT_EQ(unavailable, 20);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(500))
        << "they waited for their deadlines";
}
TEST(Lost, a_lost_connection_fails_all_in_flight) { run(a_lost_connection_fails_all_in_flight()); }

Task<void> damage_on_the_way_is_a_protocol_error() {
    const peer::Script script = [](const Seen& seen) {
        peer::Reaction reaction = peer::sound(seen);
        if (seen.contains("SELECT 1")) reaction.kind = peer::Reaction::Kind::garbage;
        return reaction;
    };
    const auto server = co_await ScriptedCassandra::start(script);
    Session session(options_for(*server));
    bool thrown = false;
    try {
        static_cast<void>(co_await session.query("SELECT 1"));
    } catch (const ProtocolError& error) {
        thrown = std::string(error.what()).find("checksum") != std::string::npos;
    }
    EXPECT_TRUE(thrown);
    EXPECT_EQ(co_await error_of_query(session, "SELECT 2"), "") << "the connection was kept";
}
TEST(Lost, damage_on_the_way_is_a_protocol_error) { run(damage_on_the_way_is_a_protocol_error()); }

Task<void> a_malformed_answer_costs_the_connection() {
    const peer::Script script = [](const Seen& seen) {
        const bool malformed = seen.contains("SELECT 1");
        return malformed ? peer::result(peer::Body().i32(2).i32(1)) : peer::sound(seen);
    };
    const auto server = co_await ScriptedCassandra::start(script);
    Session session(options_for(*server));
    bool thrown = false;
    try {
        static_cast<void>(co_await session.query("SELECT 1"));
    } catch (const ProtocolError&) {
        thrown = true;
    }
    EXPECT_TRUE(thrown);
    EXPECT_EQ(co_await error_of_query(session, "SELECT 2"), "");
    EXPECT_EQ(server->connections(), 2);
}
TEST(Lost, a_malformed_answer_costs_the_connection) {
    run(a_malformed_answer_costs_the_connection());
}

Task<void> ask_in_vain(Session& session) {
    const std::string error = co_await error_of_query(session, "SELECT never");
    EXPECT_FALSE(error.empty());
}

Task<void> too_many_unanswered_requests_cost_the_connection() {
    const peer::Script script = [](const Seen& seen) {
        peer::Reaction reaction = peer::sound(seen);
        if (seen.contains("SELECT never")) reaction.kind = peer::Reaction::Kind::silence;
        return reaction;
    };
    const auto server = co_await ScriptedCassandra::start(script);
    SessionOptions options = options_for(*server);
    options.request_timeout = std::chrono::milliseconds(250);
    options.max_in_flight = 8;
    Session session(options);
    co_await session.connect();
    int right = 0;
    std::vector<Task<void>> tasks;
    for (int i = 0; i < 5; ++i) tasks.push_back(ask_in_vain(session));
    tasks.push_back(ask_often(session, right));  // the line is not silent
    co_await when_all(std::move(tasks));
    EXPECT_EQ(server->connections(), 2) << "the ids would never come back";
    EXPECT_EQ(right, 150);
}
TEST(Lost, too_many_unanswered_requests_cost_the_connection) {
    run(too_many_unanswered_requests_cost_the_connection());
}

Task<void> first_run(Session& session) { co_await session.connect(); }

Task<void> second_run(Session& session, std::string& error) {
    error = co_await error_of_query(session, "SELECT 1");
}

TEST(Lost, a_session_that_outlives_its_loop_does_not_hang) {
    SessionOptions options;
    options.hosts = {"127.0.0.1:1"};
    options.connect_timeout = std::chrono::milliseconds(200);
    options.request_timeout = std::chrono::milliseconds(500);
    Session session(options);
    net::Runtime runtime;
    EXPECT_THROW(runtime.run(first_run(session)), Unavailable);
    std::string error;
    runtime.run(second_run(session, error));
    EXPECT_NE(error.find("connection refused"), std::string::npos) << error;
}

Task<void> leave_a_request_in_flight(Session& session) {
    static_cast<void>(co_await session.query("SELECT never"));
}

Task<void> drop_it(std::unique_ptr<Session>& session,
                   std::unique_ptr<peer::ScriptedCassandra>& server) {
    const peer::Script script = [](const Seen& seen) {
        peer::Reaction reaction = peer::sound(seen);
        if (seen.contains("SELECT never")) reaction.kind = peer::Reaction::Kind::silence;
        return reaction;
    };
    server = co_await ScriptedCassandra::start(script);
    session = std::make_unique<Session>(options_for(*server));
    co_await session->connect();
    Task<void> request = leave_a_request_in_flight(*session);
    co_await net::spawn_here(std::move(request), "in flight");
    co_await sleep_for(std::chrono::milliseconds(20));
}

TEST(Lost, a_loop_may_end_with_requests_in_flight) {
    net::Runtime runtime;
    std::unique_ptr<Session> session;
    std::unique_ptr<peer::ScriptedCassandra> server;
    runtime.run(drop_it(session, server));
    EXPECT_EQ(server->connections(), 1);
    session.reset();
    server.reset();
}

}  // namespace
}  // namespace duet::cql
