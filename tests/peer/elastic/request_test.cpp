#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "peer/elastic/elastic_peer.hpp"

namespace duet::elastic {
namespace {

using namespace std::chrono_literals;
using peer::hang_up;
using peer::late;
using peer::raw;
using peer::reply;
using peer::reply_and_close;
using testing::HasSubstr;
using testing::Not;

constexpr const char* missing_index =
    R"({"error":{"root_cause":[],"type":"index_not_found_exception","reason":"no such index"},
        "status":404})";

TEST(Request, gives_status_and_body) {
    ElasticPeer peer({reply(200, R"({"a":1})")});
    const auto answer = peer.ask();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, R"({"a":1})");
}

TEST(Request, sends_method_path_and_body) {
    ElasticPeer peer({reply(200, "{}")});
    peer.ask({.method = "PUT", .path = "/a/_mapping?x=1", .body = R"({"b":2})"});
    const auto& request = peer.server.requests().at(0);
    EXPECT_EQ(request.method, "PUT");
    EXPECT_EQ(request.target, "/a/_mapping?x=1");
    EXPECT_EQ(request.body, R"({"b":2})");
    EXPECT_EQ(net::find_header(request.headers, "content-type"), "application/json");
}

TEST(Request, carries_user_and_password) {
    ElasticPeer peer({reply(200, "{}")});
    peer.options.username = "Aladdin";
    peer.options.password = "open sesame";
    peer.ask();
    EXPECT_EQ(net::find_header(peer.server.requests().at(0).headers, "Authorization"),
              "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
}

TEST(Request, carries_an_api_key_in_either_form) {
    ElasticPeer peer({reply(200, "{}")});
    peer.options.api_key = "id:key";
    peer.ask();
    peer.options.api_key = "aWQ6a2V5";
    peer.ask();
    for (const auto& request : peer.server.requests()) {
        EXPECT_EQ(net::find_header(request.headers, "Authorization"), "ApiKey aWQ6a2V5");
    }
}

TEST(Request, keeps_its_connection) {
    ElasticPeer peer({reply(200, "{}")});
    peer.ask({.times = 5});
    EXPECT_EQ(peer.server.requests().size(), 5U);
    EXPECT_EQ(peer.server.connections(), 1);
}

TEST(Request, makes_a_new_connection_where_the_server_closed_the_old) {
    ElasticPeer peer({reply_and_close(200, "{}")});
    peer.ask({.idempotent = false, .times = 3});
    EXPECT_EQ(peer.server.connections(), 3);
}

TEST(Request, reads_chunked_answers) {
    ElasticPeer peer(
        {raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
             "3\r\n{\"a\r\n4\r\n\":1}\r\n0\r\n\r\n")});
    EXPECT_EQ(peer.ask().body, R"({"a":1})");
}

TEST(Request, of_head_reads_no_body) {
    ElasticPeer peer({raw("HTTP/1.1 404 Not Found\r\nContent-Length: 400\r\n\r\n")});
    EXPECT_EQ(peer.ask({.method = "HEAD", .allow_missing = true}).status, 404);
}

Task<void> ask_closed_port(ClientOptions options) {
    peer::ScriptedHttp server({reply(200, "{}")});
    co_await server.open();
    server.refuse();
    options.urls = {server.url()};
    Client client(options);
    static_cast<void>(co_await client.request("GET", "/"));
}

TEST(Request, refused_is_unavailable_and_names_the_server) {
    net::Runtime runtime;
    const auto ask = [&] { runtime.run(ask_closed_port(quick_options())); };
    EXPECT_THAT(text_of<Unavailable>(ask), HasSubstr("connect to 127.0.0.1:"));
}

Task<void> ask_in_turn(peer::ScriptedHttp& first, peer::ScriptedHttp& second, bool first_down) {
    co_await first.open();
    co_await second.open();
    if (first_down) first.refuse();
    ClientOptions options = quick_options();
    options.urls = {first.url(), second.url()};
    Client client(options);
    for (int i = 0; i < 6; ++i) static_cast<void>(co_await client.request("GET", "/"));
}

TEST(Request, goes_to_the_servers_in_turn) {
    net::Runtime runtime;
    peer::ScriptedHttp first({reply(200, "{}")});
    peer::ScriptedHttp second({reply(200, "{}")});
    runtime.run(ask_in_turn(first, second, false));
    EXPECT_EQ(first.requests().size(), 3U);
    EXPECT_EQ(second.requests().size(), 3U);
    EXPECT_EQ(first.connections() + second.connections(), 2);
}

TEST(Request, passes_over_a_server_that_is_down) {
    net::Runtime runtime;
    peer::ScriptedHttp down({reply(200, "{}")});
    peer::ScriptedHttp up({reply(200, "{}")});
    runtime.run(ask_in_turn(down, up, true));
    EXPECT_EQ(up.requests().size(), 6U);
    EXPECT_LE(up.connections(), 2);
}

Task<void> ask_once(Client& client) { static_cast<void>(co_await client.request("GET", "/")); }

Task<void> ask_side_by_side(peer::ScriptedHttp& server, int requests) {
    co_await server.open();
    ClientOptions options = quick_options();
    options.urls = {server.url()};
    options.max_connections = 3;
    Client client(options);
    std::vector<Task<void>> tasks;
    for (int i = 0; i < requests; ++i) tasks.push_back(ask_once(client));
    co_await when_all(std::move(tasks));
}

TEST(Request, no_more_are_in_flight_than_there_may_be_connections) {
    net::Runtime runtime;
    peer::ScriptedHttp server({late(5ms, 200, "{}")});
    runtime.run(ask_side_by_side(server, 20));
    EXPECT_EQ(server.requests().size(), 20U);
    EXPECT_EQ(server.most_at_once(), 3);
    EXPECT_EQ(server.connections(), 3);
}

Task<void> leave_in_flight(Client& client) {
    auto request = ask_once(client);
    co_await net::spawn_here(std::move(request), "request");
    co_await sleep_for(5ms);
}

TEST(Request, may_be_dropped_in_flight_and_the_client_used_again) {
    net::Runtime runtime;
    peer::ScriptedHttp server({late(10s, 200, "{}"), reply(200, "{}")});
    runtime.run(server.open());
    ClientOptions options = quick_options();
    options.max_connections = 1;
    options.urls = {server.url()};
    options.request_timeout = 50ms;
    Client client(options);
    runtime.run(leave_in_flight(client));
    // Its only slot is free again: the failure is that nobody serves any more, not that none was
    // free.
    EXPECT_THAT(text_of<Unavailable>([&] { runtime.run(ask_once(client)); }),
                Not(HasSubstr("in flight all the time")));
}

TEST(Request, lost_before_the_answer_is_unavailable) {
    ElasticPeer peer({hang_up()});
    EXPECT_THROW(peer.ask(), Unavailable);
    EXPECT_EQ(peer.server.requests().size(), 1U) << "a new connection: not sent again";
}

TEST(Request, lost_while_it_is_sent_is_unavailable) {
    peer::Step step;
    step.close_at_once = true;
    ElasticPeer peer({step});
    EXPECT_THROW(peer.ask({.method = "POST", .body = std::string(8 << 20, ' ')}), Unavailable);
}

TEST(Request, lost_within_the_headers_is_unavailable) {
    ElasticPeer peer({raw("HTTP/1.1 200 OK\r\nContent-Le")});
    EXPECT_THROW(peer.ask(), Unavailable);
}

TEST(Request, lost_within_the_body_is_unavailable) {
    ElasticPeer peer({raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\":")});
    EXPECT_THROW(peer.ask(), Unavailable);
}

TEST(Request, lost_within_a_chunk_is_unavailable) {
    ElasticPeer peer({raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{\"a")});
    EXPECT_THROW(peer.ask(), Unavailable);
}

TEST(Request, an_answer_that_is_no_http_is_a_protocol_error) {
    ElasticPeer peer({raw("220 smtp.example ESMTP\r\n\r\n")});
    EXPECT_THROW(peer.ask(), ProtocolError);
}

TEST(Request, an_answer_beyond_the_deadline_is_unavailable) {
    ElasticPeer peer({late(10s, 200, "{}")});
    peer.options.request_timeout = 40ms;
    EXPECT_THAT(text_of<Unavailable>([&] { peer.ask(); }),
                HasSubstr("Elasticsearch: GET /a: read from 127.0.0.1:"));
    EXPECT_THAT(text_of<Unavailable>([&] { peer.ask(); }), HasSubstr("no answer in time"));
}

TEST(Request, a_lost_kept_connection_is_replaced_once_if_the_request_may_be_repeated) {
    ElasticPeer peer({reply(200, "{}"), hang_up(), reply(200, "{\"again\":1}")});
    EXPECT_EQ(peer.ask({.times = 2}).body, "{\"again\":1}");
    EXPECT_EQ(peer.server.connections(), 2);
}

TEST(Request, a_lost_kept_connection_is_an_error_if_the_request_may_not_be_repeated) {
    ElasticPeer peer({reply(200, "{}"), hang_up(), reply(200, "{}")});
    EXPECT_THROW(peer.ask({.method = "POST", .idempotent = false, .times = 2}), Unavailable);
    EXPECT_EQ(peer.server.requests().size(), 2U);
}

TEST(Request, is_not_repeated_once_a_byte_of_the_answer_came) {
    ElasticPeer peer({reply(200, "{}"), raw("HTTP/1.1 200"), reply(200, "{}")});
    EXPECT_THROW(peer.ask({.times = 2}), Unavailable);
    EXPECT_EQ(peer.server.requests().size(), 2U);
}

TEST(Request, is_repeated_while_the_server_is_busy) {
    for (const int status : {429, 502, 503, 504}) {
        ElasticPeer peer({reply(status, "{}"), reply(status, "{}"), reply(200, "{\"a\":1}")});
        EXPECT_EQ(peer.ask().body, "{\"a\":1}") << status;
    }
}

TEST(Request, is_unavailable_where_the_server_stays_busy) {
    ElasticPeer peer({reply(503, missing_index)});
    EXPECT_THAT(text_of<Unavailable>([&] { peer.ask(); }), HasSubstr("GET /a: 503"));
    EXPECT_EQ(static_cast<int>(peer.server.requests().size()), peer.options.tries);
}

TEST(Request, that_may_have_happened_is_not_repeated_after_a_bad_gateway) {
    ElasticPeer peer({reply(502, "<html>"), reply(200, "{}")});
    EXPECT_THROW(peer.ask({.method = "POST", .idempotent = false}), Unavailable);
    EXPECT_EQ(peer.server.requests().size(), 1U);
}

TEST(Request, without_a_valid_login_is_misconfigured_with_a_hint) {
    ElasticPeer peer({reply(401, R"({"error":{"type":"security_exception","reason":"who?"}})")});
    try {
        peer.ask();
        FAIL() << "nothing was thrown";
    } catch (const Misconfigured& error) {
        EXPECT_THAT(error.what(), HasSubstr("security_exception: who?"));
        EXPECT_THAT(error.hint(), HasSubstr("username and password"));
    }
}

TEST(Request, without_the_right_is_misconfigured_with_a_hint) {
    ElasticPeer peer({reply(403, R"({"error":{"type":"security_exception","reason":"no"}})")});
    try {
        peer.ask();
        FAIL() << "nothing was thrown";
    } catch (const Misconfigured& error) {
        EXPECT_THAT(error.hint(), HasSubstr("privileges"));
    }
}

TEST(Request, into_a_blocked_index_hints_at_the_block) {
    ElasticPeer peer({reply(403, R"({"error":{"type":"cluster_block_exception","reason":"b"}})")});
    try {
        peer.ask();
        FAIL() << "nothing was thrown";
    } catch (const Misconfigured& error) {
        EXPECT_THAT(error.hint(), HasSubstr("index.blocks.write"));
    }
}

TEST(Request, refused_tells_status_type_and_reason) {
    ElasticPeer peer({reply(404, missing_index)});
    try {
        peer.ask();
        FAIL() << "nothing was thrown";
    } catch (const RequestError& error) {
        EXPECT_EQ(error.status(), 404);
        EXPECT_EQ(error.type(), "index_not_found_exception");
        EXPECT_THAT(error.what(), HasSubstr("GET /a: 404 index_not_found_exception: no such"));
    }
}

TEST(Request, may_find_nothing_where_that_is_allowed) {
    ElasticPeer peer({reply(404, missing_index)});
    EXPECT_EQ(peer.ask({.allow_missing = true}).status, 404);
}

TEST(Request, an_answer_beyond_the_limit_says_so) {
    for (const auto& step : {reply(200, std::string(2000, ' ')),
                             raw("HTTP/1.1 200 OK\r\n\r\n" + std::string(2000, ' '))}) {
        ElasticPeer peer({step});
        peer.options.body_limit = 1000;
        try {
            peer.ask();
            FAIL() << "nothing was thrown";
        } catch (const RequestError& error) {
            EXPECT_EQ(error.type(), answer_too_large);
        }
    }
}

TEST(Request, an_interim_answer_is_passed_over) {
    ElasticPeer peer(
        {raw("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"
             "Content-Length: 2\r\n\r\n{}")});
    EXPECT_EQ(peer.ask().status, 200);
}

TEST(Request, an_answer_too_many_is_not_taken_for_the_next_one) {
    const auto once = reply(200, "{\"n\":1}");
    ElasticPeer peer({peer::Step{.bytes = once.bytes + once.bytes}, reply(200, "{\"n\":2}")});
    EXPECT_EQ(peer.ask({.times = 2}).body, "{\"n\":2}");
}

}  // namespace
}  // namespace duet::elastic
