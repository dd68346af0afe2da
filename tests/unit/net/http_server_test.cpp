#include "net/http_server.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "net/http_client.hpp"
#include "net/runtime.hpp"

namespace duet::net {
namespace {

using namespace std::chrono_literals;

HttpResponse greet(const HttpRequest& request) {
    if (request.target == "/broken") throw std::runtime_error("expected in the log");
    HttpResponse response;
    response.body = "you asked for " + request.target;
    return response;
}

/// Serves and asks each of the requests over one client.
Task<void> ask(std::vector<HttpRequest> requests, std::vector<HttpResponse>& responses) {
    HttpServer server;
    Endpoint any{.host = "127.0.0.1", .port = 0};
    co_await server.open(any);
    auto serving = server.serve(any, greet);
    co_await spawn_here(std::move(serving), "server");
    HttpClientOptions options;
    options.urls = {"http://127.0.0.1:" + std::to_string(server.port())};
    options.request_timeout = 2s;
    HttpClient client(std::move(options));
    for (const HttpRequest& request : requests) {
        responses.push_back(co_await client.request(request, true));
    }
}

HttpRequest request_of(const std::string& method, const std::string& target) {
    HttpRequest request;
    request.method = method;
    request.target = target;
    return request;
}

HttpResponse answer_to(HttpRequest request) {
    Runtime runtime;
    std::vector<HttpResponse> responses;
    runtime.run(ask({std::move(request)}, responses));
    return responses.at(0);
}

TEST(HttpServer, answers_by_its_handler) {
    const auto response = answer_to(request_of("GET", "/metrics?x=1"));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "you asked for /metrics?x=1");
}

TEST(HttpServer, answers_head_without_a_body) {
    const auto response = answer_to(request_of("HEAD", "/"));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "");
    EXPECT_EQ(find_header(response.headers, "Content-Length"), "15");
}

TEST(HttpServer, changes_nothing_for_anybody) {
    for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS"}) {
        EXPECT_EQ(answer_to(request_of(method, "/")).status, 405) << method;
    }
}

TEST(HttpServer, outlives_an_error_of_its_handler) {
    Runtime runtime;
    std::vector<HttpResponse> responses;
    runtime.run(ask({request_of("GET", "/broken"), request_of("GET", "/")}, responses));
    EXPECT_EQ(responses.at(0).status, 500);
    EXPECT_EQ(responses.at(0).body.find("expected"), std::string::npos) << "says too much";
    EXPECT_EQ(responses.at(1).status, 200);
}

TEST(HttpServer, refuses_a_large_body) {
    HttpRequest request = request_of("POST", "/");
    request.body = std::string(2000, ' ');
    EXPECT_EQ(answer_to(std::move(request)).status, 413);
}

/// What comes back for these bytes, up to the end of the connection.
Task<void> talk(std::string bytes, std::string& seen) {
    HttpServer server;
    Endpoint any{.host = "127.0.0.1", .port = 0};
    co_await server.open(any);
    auto serving = server.serve(any, greet);
    co_await spawn_here(std::move(serving), "server");
    any.port = server.port();
    auto transport = co_await Transport::connect(any, 1s);
    co_await transport->write(as_bytes(bytes));
    Bytes buffer(1024);
    std::size_t count = 1;
    while (count > 0) {
        count = co_await transport->read_some(buffer);
        seen += as_text(ByteView(buffer).first(count));
    }
}

TEST(HttpServer, answers_garbage_by_400_and_closes) {
    Runtime runtime;
    std::string seen;
    runtime.run(talk("\x16\x03\x01 hello\r\n\r\n", seen));
    EXPECT_TRUE(seen.starts_with("HTTP/1.1 400 ")) << seen;
}

TEST(HttpServer, closes_where_the_client_asks_for_that) {
    Runtime runtime;
    std::string seen;
    runtime.run(talk("GET /a HTTP/1.1\r\nConnection: close\r\n\r\n", seen));
    EXPECT_TRUE(seen.ends_with("you asked for /a")) << seen;
}

Task<void> hold_many(int connections, int& open_at_the_end) {
    HttpServer server;
    Endpoint any{.host = "127.0.0.1", .port = 0};
    co_await server.open(any);
    auto serving = server.serve(any, greet);
    co_await spawn_here(std::move(serving), "server");
    any.port = server.port();
    std::vector<std::unique_ptr<Transport>> held;
    for (int i = 0; i < connections; ++i) held.push_back(co_await Transport::connect(any, 1s));
    co_await sleep_for(50ms);
    for (const auto& transport : held) open_at_the_end += transport->quiet() ? 1 : 0;
}

TEST(HttpServer, holds_no_more_than_sixty_four_connections) {
    Runtime runtime;
    int open = 0;
    runtime.run(hold_many(80, open));
    EXPECT_EQ(open, 64);
}

TEST(HttpServer, says_which_address_it_cannot_have) {
    Runtime runtime;
    HttpServer server;
    Endpoint not_ours{.host = "192.0.2.1", .port = 1};
    EXPECT_THROW(runtime.run(server.serve(not_ours, greet)), Misconfigured);
}

Task<void> close_soon(HttpServer& server) {
    co_await sleep_for(5ms);
    server.close();
}

Task<void> serve_until_closed(HttpServer& server) {
    auto closing = close_soon(server);
    co_await spawn_here(std::move(closing), "closer");
    Endpoint any{.host = "127.0.0.1", .port = 0};
    co_await server.serve(any, greet);
}

TEST(HttpServer, ends_when_it_is_closed) {
    Runtime runtime;
    HttpServer server;
    runtime.run(serve_until_closed(server));
    EXPECT_GT(server.port(), 0);
}

TEST(HttpClient, refuses_addresses_that_it_cannot_reach) {
    for (const char* url : {"https://a", "ftp://a", "http://u:p@a", "http://a?b", "http://", ""}) {
        HttpClientOptions options;
        options.urls = {url};
        EXPECT_THROW(HttpClient{std::move(options)}, UsageError) << url;
        EXPECT_THROW(check_url(url), UsageError) << url;
    }
    for (const char* url : {"http://a", "http://[::1]:9200/prefix/", "a:9200"}) {
        EXPECT_NO_THROW(check_url(url)) << url;
    }
    EXPECT_THROW(HttpClient{HttpClientOptions()}, UsageError);
}

}  // namespace
}  // namespace duet::net
