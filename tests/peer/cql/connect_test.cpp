// Beginning a conversation: hosts, versions, passwords, datacenters.

#include "base/error.hpp"
#include "peer/cql/session_peer.hpp"

namespace duet::cql {
namespace {

using peer::ScriptedCassandra;

/// The error that connect() ends with; empty: none.
Task<std::string> error_of_connect(SessionOptions options, std::string* hint = nullptr) {
    Session session(std::move(options));
    std::string text;
    try {
        co_await session.connect();
    } catch (const Misconfigured& error) {
        text = error.what();
        if (hint != nullptr) *hint = error.hint();
    } catch (const Unavailable& error) {
        text = error.what();
    }
    co_return text;
}

peer::Reaction asks_for_a_password(const peer::Seen& seen) {
    if (seen.opcode == Opcode::startup) {
        peer::Reaction reaction;
        reaction.opcode = Opcode::authenticate;
        reaction.body = peer::Body().text("org.apache.cassandra.auth.PasswordAuthenticator");
        return reaction;
    }
    if (seen.opcode == Opcode::auth_response &&
        !seen.contains(std::string_view("\0alice\0secret", 13))) {
        return peer::error(ErrorCode::bad_credentials,
                           "Provided username and/or password are wrong");
    }
    return peer::sound(seen);
}

/// A server of 3.x: it knows version 5 only as an unfinished draft.
peer::Reaction knows_only_version_4(const peer::Seen& seen) {
    if (seen.version > 4) {
        peer::Reaction reaction = peer::error(
            ErrorCode::protocol_error,
            "Invalid or unsupported protocol version (5); supported versions are (3/v3, 4/v4)");
        reaction.version = 4;
        return reaction;
    }
    return peer::sound(seen);
}

Task<void> tells_who_the_server_is() {
    const auto server = co_await ScriptedCassandra::start(peer::sound);
    Session session(options_for(*server));
    co_await session.connect();
    EXPECT_EQ(session.release_version(), "5.0.8");
    EXPECT_EQ(session.local_datacenter(), "dc1");
}
TEST(Connect, tells_who_the_server_is) { run(tells_who_the_server_is()); }

Task<void> a_refused_connection_names_host_and_cause() {
    std::string address;
    {
        const auto server = co_await ScriptedCassandra::start(peer::sound);
        address = server->address();
    }
    SessionOptions options;
    options.hosts = {address};
    const std::string error = co_await error_of_connect(std::move(options));
    EXPECT_EQ(error, "cannot reach Cassandra at " + address + ": connection refused");
}
TEST(Connect, a_refused_connection_names_host_and_cause) {
    run(a_refused_connection_names_host_and_cause());
}

Task<void> a_right_password_is_let_in() {
    const auto server = co_await ScriptedCassandra::start(asks_for_a_password);
    SessionOptions options = options_for(*server);
    options.username = "alice";
    options.password = "secret";
    const std::string error = co_await error_of_connect(std::move(options));
    EXPECT_EQ(error, "");
}
TEST(Connect, a_right_password_is_let_in) { run(a_right_password_is_let_in()); }

Task<void> a_wrong_password_is_said_at_once_with_a_hint() {
    const auto server = co_await ScriptedCassandra::start(asks_for_a_password);
    SessionOptions options = options_for(*server);
    options.username = "alice";
    options.password = "wrong";
    std::string hint;
    const std::string error = co_await error_of_connect(std::move(options), &hint);
    EXPECT_EQ(error,
              "Cassandra refuses the login of user alice: "
              "Provided username and/or password are wrong");
    EXPECT_EQ(hint, "check username and password (or password_file) in [cassandra]");
    EXPECT_EQ(server->connections(), 1);
}
TEST(Connect, a_wrong_password_is_said_at_once_with_a_hint) {
    run(a_wrong_password_is_said_at_once_with_a_hint());
}

Task<void> a_wrong_password_is_not_tried_on_every_host() {
    const auto first = co_await ScriptedCassandra::start(asks_for_a_password);
    const auto second = co_await ScriptedCassandra::start(asks_for_a_password);
    SessionOptions options = options_for(*first);
    options.hosts = {first->address(), second->address()};
    options.username = "alice";
    options.password = "wrong";
    const std::string error = co_await error_of_connect(std::move(options));
    EXPECT_FALSE(error.empty());
    EXPECT_EQ(second->connections(), 0) << "it can lock the account";
}
TEST(Connect, a_wrong_password_is_not_tried_on_every_host) {
    run(a_wrong_password_is_not_tried_on_every_host());
}

Task<void> a_missing_password_is_said_with_a_hint() {
    const auto server = co_await ScriptedCassandra::start(asks_for_a_password);
    std::string hint;
    const std::string error = co_await error_of_connect(options_for(*server), &hint);
    EXPECT_NE(error.find("asks for a password"), std::string::npos) << error;
    EXPECT_NE(hint.find("set username and password"), std::string::npos) << hint;
}
TEST(Connect, a_missing_password_is_said_with_a_hint) {
    run(a_missing_password_is_said_with_a_hint());
}

Task<void> falls_back_to_version_4() {
    const auto server = co_await ScriptedCassandra::start(knows_only_version_4);
    Session session(options_for(*server));
    co_await session.connect();
    const PreparedPtr statement = co_await session.prepare("SELECT v FROM ks.t");
    const Rows rows = co_await execute(session, statement);
    EXPECT_EQ(text(rows), "first");
    EXPECT_EQ(server->seen().back().version, 4);
    EXPECT_EQ(server->connections(), 2);
}
TEST(Connect, falls_back_to_version_4) { run(falls_back_to_version_4()); }

peer::Reaction knows_no_version(const peer::Seen&) {
    peer::Reaction reaction = peer::error(ErrorCode::protocol_error, "no such version");
    reaction.version = 3;
    return reaction;
}

Task<void> a_server_without_a_common_version_is_misconfigured() {
    const auto server = co_await ScriptedCassandra::start(knows_no_version);
    std::string hint;
    const std::string error = co_await error_of_connect(options_for(*server), &hint);
    EXPECT_NE(error.find("neither version 5 nor 4"), std::string::npos) << error;
    EXPECT_FALSE(hint.empty());
}
TEST(Connect, a_server_without_a_common_version_is_misconfigured) {
    run(a_server_without_a_common_version_is_misconfigured());
}

Task<void> takes_the_next_host_when_the_first_is_dead() {
    std::string dead;
    {
        const auto gone = co_await ScriptedCassandra::start(peer::sound);
        dead = gone->address();
    }
    const auto server = co_await ScriptedCassandra::start(peer::sound);
    SessionOptions options = options_for(*server);
    options.hosts = {dead, server->address()};
    const std::string error = co_await error_of_connect(std::move(options));
    EXPECT_EQ(error, "");
    EXPECT_EQ(server->connections(), 1);
}
TEST(Connect, takes_the_next_host_when_the_first_is_dead) {
    run(takes_the_next_host_when_the_first_is_dead());
}

Task<void> a_host_of_another_datacenter_is_not_used() {
    const auto server = co_await ScriptedCassandra::start(peer::sound);
    SessionOptions options = options_for(*server);
    options.local_datacenter = "dc2";
    std::string hint;
    const std::string error = co_await error_of_connect(std::move(options), &hint);
    EXPECT_EQ(error, "Cassandra at " + server->address() + " is in datacenter dc1, not in dc2");
    EXPECT_NE(hint.find("local_datacenter"), std::string::npos);
}
TEST(Connect, a_host_of_another_datacenter_is_not_used) {
    run(a_host_of_another_datacenter_is_not_used());
}

Task<void> connect_one(Session& session) { co_await session.connect(); }

Task<void> many_callers_share_one_connection() {
    const auto server = co_await ScriptedCassandra::start(peer::sound);
    Session session(options_for(*server));
    std::vector<Task<void>> callers;
    for (int i = 0; i < 50; ++i) callers.push_back(connect_one(session));
    co_await when_all(std::move(callers));
    EXPECT_EQ(server->connections(), 1);
}
TEST(Connect, many_callers_share_one_connection) { run(many_callers_share_one_connection()); }

}  // namespace
}  // namespace duet::cql
