#include "net/transport.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/error.hpp"
#include "net/runtime.hpp"

namespace duet::net {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// Both ends of one connection on the loopback.
struct Ends {
    std::unique_ptr<Listener> listener;
    std::unique_ptr<Transport> client;
    std::unique_ptr<Transport> server;
};

Task<Ends> connect_both() {
    Ends ends;
    Endpoint any{.host = "127.0.0.1", .port = 0};
    ends.listener = co_await Listener::open(std::move(any));
    Endpoint there{.host = "localhost", .port = ends.listener->port()};
    ends.client = co_await Transport::connect(std::move(there), 5s);
    ends.server = co_await ends.listener->accept();
    co_return ends;
}

Task<std::string> read_text(Transport& from) {
    Bytes buffer(64);
    const std::size_t count = co_await from.read_some(buffer);
    co_return std::string(as_text(ByteView(buffer).first(count)));
}

Task<void> carry(std::string& seen) {
    Ends ends = co_await connect_both();
    co_await ends.client->write(as_bytes("hello"));
    seen = co_await read_text(*ends.server);
    co_await ends.server->write(as_bytes(" back"));
    seen += co_await read_text(*ends.client);
}

TEST(Transport, carries_bytes_both_ways) {
    Runtime runtime;
    std::string seen;
    runtime.run(carry(seen));
    EXPECT_EQ(seen, "hello back");
}

Task<void> read_after_close(std::string& seen) {
    Ends ends = co_await connect_both();
    ends.server.reset();
    seen = co_await read_text(*ends.client);
}

TEST(Transport, reads_nothing_where_the_peer_has_closed) {
    Runtime runtime;
    std::string seen = "unset";
    runtime.run(read_after_close(seen));
    EXPECT_EQ(seen, "");
}

Task<void> read_until(std::chrono::milliseconds timeout) {
    Ends ends = co_await connect_both();
    ends.client->set_deadline(Clock::now() + timeout);
    static_cast<void>(co_await read_text(*ends.client));
}

TEST(Transport, a_read_ends_when_its_deadline_is_over) {
    Runtime runtime;
    const auto start = Clock::now();
    EXPECT_THROW(runtime.run(read_until(30ms)), Unavailable);
    EXPECT_LT(Clock::now() - start, 5s);
}

Task<void> outlive_a_cleared_deadline(std::string& seen) {
    Ends ends = co_await connect_both();
    ends.client->set_deadline(Clock::now() + 5ms);
    ends.client->clear_deadline();
    co_await sleep_for(20ms);
    co_await ends.server->write(as_bytes("late"));
    seen = co_await read_text(*ends.client);
}

TEST(Transport, a_cleared_deadline_ends_nothing) {
    Runtime runtime;
    std::string seen;
    runtime.run(outlive_a_cleared_deadline(seen));
    EXPECT_EQ(seen, "late");
}

Task<void> close_soon(Ends& ends) {
    co_await sleep_for(5ms);
    ends.client.reset();
}

Task<void> read_while_destroyed() {
    Ends ends = co_await connect_both();
    auto closer = close_soon(ends);
    co_await spawn_here(std::move(closer), "closer");
    static_cast<void>(co_await read_text(*ends.client));
}

TEST(Transport, destroying_it_ends_a_read_in_flight) {
    Runtime runtime;
    EXPECT_THROW(runtime.run(read_while_destroyed()), Unavailable);
}

Task<void> connect_to_closed_port() {
    Ends ends = co_await connect_both();
    const std::uint16_t port = ends.listener->port();
    ends.listener.reset();
    Endpoint nobody{.host = "127.0.0.1", .port = port};
    static_cast<void>(co_await Transport::connect(std::move(nobody), 1s));
}

TEST(Transport, a_refused_connection_names_the_endpoint) {
    Runtime runtime;
    try {
        runtime.run(connect_to_closed_port());
        FAIL() << "connected to nobody";
    } catch (const Unavailable& error) {
        EXPECT_NE(std::string(error.what()).find("connect to 127.0.0.1:"), std::string::npos);
        EXPECT_NE(std::string(error.what()).find("refused"), std::string::npos) << error.what();
    }
}

Task<void> connect_to_nowhere() {
    Endpoint nowhere{.host = "no-such-host.invalid", .port = 1};
    static_cast<void>(co_await Transport::connect(std::move(nowhere), 2s));
}

TEST(Transport, an_unknown_name_is_unavailable) {
    Runtime runtime;
    EXPECT_THROW(runtime.run(connect_to_nowhere()), Unavailable);
}

Task<void> check_quiet(bool& fresh, bool& unread, bool& closed) {
    Ends ends = co_await connect_both();
    fresh = ends.client->quiet();
    co_await ends.server->write(as_bytes("x"));
    co_await sleep_for(5ms);
    unread = ends.client->quiet();
    static_cast<void>(co_await read_text(*ends.client));
    ends.server.reset();
    co_await sleep_for(5ms);
    closed = ends.client->quiet();
}

TEST(Transport, is_quiet_only_while_open_and_nothing_is_unread) {
    Runtime runtime;
    bool fresh = false;
    bool unread = true;
    bool closed = true;
    runtime.run(check_quiet(fresh, unread, closed));
    EXPECT_TRUE(fresh);
    EXPECT_FALSE(unread);
    EXPECT_FALSE(closed);
}

Task<void> keep_ends(Ends& ends) { ends = co_await connect_both(); }
Task<void> write_to(Transport& transport) { co_await transport.write(as_bytes("x")); }

TEST(Transport, of_a_run_that_has_ended_is_unavailable) {
    Runtime runtime;
    Ends ends;
    runtime.run(keep_ends(ends));
    EXPECT_FALSE(ends.client->quiet());
    EXPECT_THROW(runtime.run(write_to(*ends.client)), Unavailable);
}

TEST(Endpoint, reads_host_and_port) {
    const auto named = Endpoint::parse("db.example:9043", 9042);
    EXPECT_EQ(named.host, "db.example");
    EXPECT_EQ(named.port, 9043);
    EXPECT_EQ(Endpoint::parse("db.example", 9042).port, 9042);
    const auto v6 = Endpoint::parse("[::1]:9043", 9042);
    EXPECT_EQ(v6.host, "::1");
    EXPECT_EQ(v6.to_string(), "[::1]:9043");
}

TEST(Endpoint, refuses_what_is_no_endpoint) {
    for (const char* text : {"", ":9042", "a:", "a:0", "a:65536", "a:x", "::1", "[::1", "[::1]9",
                             "a b", "http://a", "[]"}) {
        EXPECT_THROW(static_cast<void>(Endpoint::parse(text, 1)), UsageError) << text;
    }
}

}  // namespace
}  // namespace duet::net
