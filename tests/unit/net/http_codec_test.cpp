#include "net/http_codec.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <string>

namespace duet::net {
namespace {

constexpr HttpLimits small_limits{.header_bytes = 400, .body_bytes = 100};

HttpResponse parse(const std::string& text, HttpLimits limits = {}) {
    ResponseParser parser(limits);
    parser.start(false);
    if (!parser.feed(as_bytes(text))) throw std::runtime_error("incomplete");
    return parser.take();
}

TEST(ResponseParser, reads_what_append_response_writes) {
    HttpResponse response;
    response.status = 404;
    response.headers = {{"X-One", "1"}, {"X-Two", "a b"}};
    response.body = "gone";
    std::string text;
    append_response(text, response, true);
    const HttpResponse read = parse(text);
    EXPECT_EQ(read.status, 404);
    EXPECT_EQ(find_header(read.headers, "x-two"), "a b");
    EXPECT_EQ(find_header(read.headers, "x-three"), "");
    EXPECT_EQ(read.body, "gone");
}

TEST(ResponseParser, does_not_care_how_the_bytes_are_cut) {
    EXPECT_TRUE(rc::check([](const std::string& body) {
        HttpResponse response;
        response.body = body;
        std::string text;
        append_response(text, response, true);
        ResponseParser parser{HttpLimits()};
        parser.start(false);
        bool done = false;
        for (std::size_t at = 0; at < text.size();) {
            RC_ASSERT(!done);
            const auto size = *rc::gen::inRange<std::size_t>(1, 40);
            const std::string_view piece = std::string_view(text).substr(at, size);
            done = parser.feed(as_bytes(piece));
            at += piece.size();
        }
        RC_ASSERT(done);
        RC_ASSERT(parser.keep_alive());
        RC_ASSERT(parser.take().body == body);
    }));
}

TEST(ResponseParser, ends_a_body_without_a_length_where_the_peer_closes) {
    ResponseParser parser{HttpLimits()};
    parser.start(false);
    EXPECT_FALSE(parser.feed(as_bytes("HTTP/1.1 200 OK\r\n\r\nall of it")));
    EXPECT_TRUE(parser.finish());
    EXPECT_FALSE(parser.keep_alive());
    EXPECT_EQ(parser.take().body, "all of it");
}

TEST(ResponseParser, a_close_in_the_midst_is_a_protocol_error) {
    ResponseParser parser{HttpLimits()};
    parser.start(false);
    EXPECT_FALSE(parser.feed(as_bytes("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour")));
    EXPECT_THROW(static_cast<void>(parser.finish()), ProtocolError);
}

TEST(ResponseParser, a_close_behind_an_interim_response_leaves_it_incomplete) {
    ResponseParser parser{HttpLimits()};
    parser.start(false);
    EXPECT_FALSE(parser.feed(as_bytes("HTTP/1.1 100 Continue\r\n\r\n")));
    EXPECT_FALSE(parser.finish());
}

TEST(ResponseParser, refuses_what_is_no_http) {
    for (const char* text :
         {"hello\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "\x16\x03\x01\x02\r\n\r\n",
          "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"}) {
        EXPECT_THROW(parse(text), ProtocolError) << text;
    }
}

TEST(ResponseParser, refuses_headers_beyond_the_limit) {
    const std::string endless = "HTTP/1.1 200 OK\r\nA: " + std::string(500, 'a');
    EXPECT_THROW(parse(endless, small_limits), TooLarge);
}

TEST(ResponseParser, refuses_a_body_beyond_the_limit) {
    const std::string body(101, 'a');
    EXPECT_THROW(parse("HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n", small_limits), TooLarge);
    EXPECT_THROW(parse("HTTP/1.1 200 OK\r\n\r\n" + body, small_limits), TooLarge);
    EXPECT_THROW(
        parse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" + body, small_limits),
        TooLarge);
}

TEST(RequestParser, reads_what_append_request_writes) {
    HttpRequest request{.method = "POST",
                        .target = "/a/_search?x=1",
                        .headers = {{"Content-Type", "application/json"}},
                        .body = "{}"};
    std::string text;
    append_request(text, request, "h:1");
    RequestParser parser{HttpLimits()};
    const auto read = parser.feed(as_bytes(text));
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->method, "POST");
    EXPECT_EQ(read->target, "/a/_search?x=1");
    EXPECT_EQ(read->body, "{}");
    EXPECT_EQ(find_header(read->headers, "Host"), "h:1");
}

TEST(RequestParser, keeps_what_came_after_the_first_request) {
    HttpRequest first{.method = "GET", .target = "/1", .headers = {}, .body = {}};
    HttpRequest second{.method = "GET", .target = "/2", .headers = {}, .body = {}};
    std::string text;
    append_request(text, first, "h");
    append_request(text, second, "h");
    RequestParser parser{HttpLimits()};
    EXPECT_EQ(parser.feed(as_bytes(text)).value().target, "/1");
    EXPECT_EQ(parser.feed({}).value().target, "/2");
    EXPECT_FALSE(parser.feed({}).has_value());
}

TEST(RequestParser, tells_whether_the_client_goes_on) {
    RequestParser parser{HttpLimits()};
    ASSERT_TRUE(parser.feed(as_bytes("GET / HTTP/1.1\r\nConnection: close\r\n\r\n")).has_value());
    EXPECT_FALSE(parser.keep_alive());
    ASSERT_TRUE(parser.feed(as_bytes("GET / HTTP/1.1\r\n\r\n")).has_value());
    EXPECT_TRUE(parser.keep_alive());
}

TEST(AppendRequest, refuses_what_would_become_two_requests) {
    std::string text;
    for (const char* target : {"/a b", "/a\r\nX: 1", "/a\n"}) {
        HttpRequest request{.method = "GET", .target = target, .headers = {}, .body = {}};
        EXPECT_THROW(append_request(text, request, "h"), UsageError) << target;
    }
    HttpRequest request{
        .method = "GET", .target = "/", .headers = {{"A", "1\r\nB: 2"}}, .body = {}};
    EXPECT_THROW(append_request(text, request, "h"), UsageError);
}

}  // namespace
}  // namespace duet::net
