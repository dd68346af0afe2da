#include "net/http_codec.hpp"

#include <fmt/format.h>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>

namespace duet::net {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::size_t header_count_limit = 200;
constexpr int first_final_status = 200;  // below: 100 Continue and the like, another one follows

bool same_ignoring_case(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](char x, char y) { return lower(x) == lower(y); });
}

void check_no_break(std::string_view text, std::string_view forbidden, const char* what) {
    if (text.find_first_of(forbidden) != std::string_view::npos) {
        throw UsageError(fmt::format("HTTP: a line break or blank in the {} \"{}\"", what, text));
    }
}

void append_headers(std::string& out, const HttpHeaders& headers) {
    constexpr std::string_view breaks("\r\n\0", 3);
    for (const auto& [name, value] : headers) {
        check_no_break(name, breaks, "header");
        check_no_break(value, breaks, "header");
        out.append(name).append(": ").append(value).append("\r\n");
    }
}

std::string_view reason_of(int status) {
    const auto text = http::obsolete_reason(http::int_to_status(static_cast<unsigned>(status)));
    return {text.data(), text.size()};
}

[[noreturn]] void fail(const error_code& error, const HttpLimits& limits) {
    if (error == http::error::body_limit) {
        throw TooLarge(fmt::format("HTTP: a body of more than {} bytes", limits.body_bytes));
    }
    if (error == http::error::header_limit) {
        throw TooLarge(fmt::format("HTTP: headers of more than {} bytes", limits.header_bytes));
    }
    throw ProtocolError("HTTP: " + error.message());
}

template <class Fields>
HttpHeaders headers_of(const Fields& fields, const HttpLimits& limits) {
    HttpHeaders headers;
    for (const auto& field : fields) {
        if (headers.size() == header_count_limit) fail(http::error::header_limit, limits);
        const auto name = field.name_string();
        const auto value = field.value();
        headers.emplace_back(std::string(name.data(), name.size()),
                             std::string(value.data(), value.size()));
    }
    return headers;
}

/// What both parsers do: keep what Beast wants to see again, and begin anew after each message.
template <bool is_request>
class Messages {
public:
    using Parser = http::parser<is_request, http::string_body>;

    explicit Messages(HttpLimits limits) : limits_(limits) { restart(); }

    // The constructor makes a parser; from then on there is always one.
    // NOLINTBEGIN(bugprone-unchecked-optional-access)
    void restart() {
        parser_.emplace();
        parser_->eager(true);
        parser_->header_limit(static_cast<std::uint32_t>(limits_.header_bytes));
        parser_->body_limit(limits_.body_bytes);
        done_ = false;
    }

    void forget() { pending_.clear(); }

    bool feed(ByteView bytes) {
        pending_.append(as_text(bytes));
        std::size_t used = 0;
        while (used < pending_.size() && !parser_->is_done()) {
            error_code error;
            const auto rest = boost::asio::buffer(pending_.data() + used, pending_.size() - used);
            const std::size_t count = parser_->put(rest, error);
            used += count;
            if (error == http::error::need_more) break;
            if (error) fail(error, limits_);
            if (count == 0) break;
        }
        pending_.erase(0, used);
        done_ = parser_->is_done();
        return done_;
    }

    bool finish() {
        if (!parser_->got_some()) return false;  // the parser takes no end of nothing
        error_code error;
        parser_->put_eof(error);
        if (error) fail(error, limits_);
        return parser_->is_done();
    }

    Parser& parser() { return *parser_; }
    const Parser& parser() const { return *parser_; }
    // NOLINTEND(bugprone-unchecked-optional-access)
    const HttpLimits& limits() const { return limits_; }
    bool has_pending() const { return !pending_.empty(); }

private:
    HttpLimits limits_;
    std::optional<Parser> parser_;
    std::string pending_;
    bool done_ = false;
};

}  // namespace

std::string_view find_header(const HttpHeaders& headers, std::string_view name) {
    for (const auto& [key, value] : headers) {
        if (same_ignoring_case(key, name)) return value;
    }
    return {};
}

void append_request_head(std::string& out, const HttpRequest& request, std::string_view host,
                         std::string_view prefix, const HttpHeaders& common) {
    constexpr std::string_view breaks_and_blank(" \t\r\n\0", 5);
    check_no_break(request.method, breaks_and_blank, "method");
    check_no_break(request.target, breaks_and_blank, "target");
    out.append(request.method).append(" ").append(prefix).append(request.target);
    out.append(" HTTP/1.1\r\nHost: ").append(host).append("\r\n");
    append_headers(out, request.headers);
    append_headers(out, common);
    if (!request.body.empty() || (request.method != "GET" && request.method != "HEAD")) {
        out.append(fmt::format("Content-Length: {}\r\n", request.body.size()));
    }
    out.append("\r\n");
}

void append_request(std::string& out, const HttpRequest& request, std::string_view host) {
    append_request_head(out, request, host, {}, {});
    out.append(request.body);
}

void append_response(std::string& out, const HttpResponse& response, bool keep_alive, bool head) {
    out.append(fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason_of(response.status)));
    append_headers(out, response.headers);
    out.append(fmt::format("Content-Length: {}\r\n", response.body.size()));
    out.append(keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n");
    if (!head) out.append(response.body);
}

struct ResponseParser::State {
    explicit State(HttpLimits limits) : messages(limits) {}
    Messages<false> messages;
    bool begun = false;
    bool head = false;

    void restart() {
        messages.restart();
        messages.parser().skip(head);
    }
};

ResponseParser::ResponseParser(HttpLimits limits) : state_(std::make_unique<State>(limits)) {}
ResponseParser::~ResponseParser() = default;

void ResponseParser::start(bool head) {
    state_->head = head;
    state_->begun = false;
    state_->messages.forget();
    state_->restart();
}

bool ResponseParser::feed(ByteView bytes) {
    state_->begun = state_->begun || !bytes.empty();
    bool done = state_->messages.feed(bytes);
    while (done && state_->messages.parser().get().result_int() < first_final_status) {
        state_->restart();
        done = state_->messages.feed({});
    }
    return done;
}

bool ResponseParser::finish() { return state_->messages.finish(); }

bool ResponseParser::begun() const { return state_->begun; }

bool ResponseParser::keep_alive() const {
    // Bytes after the response belong to no request: who knows whose answer comes next.
    return state_->messages.parser().keep_alive() && !state_->messages.has_pending();
}

HttpResponse ResponseParser::take() {
    auto message = state_->messages.parser().release();
    HttpResponse response;
    response.status = static_cast<int>(message.result_int());
    response.headers = headers_of(message, state_->messages.limits());
    response.body = std::move(message.body());
    return response;
}

struct RequestParser::State {
    explicit State(HttpLimits limits) : messages(limits) {}
    Messages<true> messages;
    bool keep_alive = false;
};

RequestParser::RequestParser(HttpLimits limits) : state_(std::make_unique<State>(limits)) {}
RequestParser::~RequestParser() = default;

std::optional<HttpRequest> RequestParser::feed(ByteView bytes) {
    if (!state_->messages.feed(bytes)) return std::nullopt;
    state_->keep_alive = state_->messages.parser().keep_alive();
    auto message = state_->messages.parser().release();
    HttpRequest request;
    const auto method = message.method_string();
    request.method.assign(method.data(), method.size());
    request.target.assign(message.target().data(), message.target().size());
    request.headers = headers_of(message, state_->messages.limits());
    request.body = std::move(message.body());
    state_->messages.restart();
    return request;
}

bool RequestParser::keep_alive() const { return state_->keep_alive; }

}  // namespace duet::net
