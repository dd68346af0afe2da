#pragma once
// HTTP/1.1 as bytes: messages to text, and text to messages. No socket here, and no Beast in the
// header.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace duet::net {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
    std::string method = "GET";
    std::string target = "/";  // path and query, escaped
    HttpHeaders headers;
    std::string body;
};

struct HttpResponse {
    int status = 200;
    HttpHeaders headers;
    std::string body;
};

struct HttpLimits {
    std::size_t header_bytes = 64 * 1024;
    std::size_t body_bytes = 64 * 1024 * 1024;
};

/// A message is larger than the limits allow.
class TooLarge : public Error {
public:
    using Error::Error;
};

/// The first header of this name, whatever its case; empty: none.
[[nodiscard]] std::string_view find_header(const HttpHeaders& headers, std::string_view name);

/// Appends a request with its Host and Content-Length. Throws UsageError where a line break in a
/// header or blank in the target would make two requests of one.
void append_request(std::string& out, const HttpRequest& request, std::string_view host);
/// As append_request, without the body; `prefix` comes before the target, `common` after the
/// headers.
void append_request_head(std::string& out, const HttpRequest& request, std::string_view host,
                         std::string_view prefix, const HttpHeaders& common);
/// Appends a response with its Content-Length; `head`: without the body.
void append_response(std::string& out, const HttpResponse& response, bool keep_alive,
                     bool head = false);

/// One response after the other, from bytes as they come. After an error it is of no use any more.
class ResponseParser {
public:
    explicit ResponseParser(HttpLimits limits);
    ~ResponseParser();
    ResponseParser(const ResponseParser&) = delete;
    ResponseParser& operator=(const ResponseParser&) = delete;

    /// Forgets what came; `head`: the next response has no body.
    void start(bool head);
    /// True: complete. Throws ProtocolError on what is no HTTP, TooLarge beyond the limits.
    [[nodiscard]] bool feed(ByteView bytes);
    /// The peer has closed: true where that is the end of the body. Throws ProtocolError in its
    /// midst.
    [[nodiscard]] bool finish();
    /// Some byte of the response has come.
    [[nodiscard]] bool begun() const;
    /// After true: the connection may carry another request.
    [[nodiscard]] bool keep_alive() const;
    [[nodiscard]] HttpResponse take();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// One request after the other; what came after the first stays for the next.
class RequestParser {
public:
    explicit RequestParser(HttpLimits limits);
    ~RequestParser();
    RequestParser(const RequestParser&) = delete;
    RequestParser& operator=(const RequestParser&) = delete;

    /// The next request, once it is complete; feed nothing to ask for one that came with the one
    /// before. Throws ProtocolError and TooLarge.
    [[nodiscard]] std::optional<HttpRequest> feed(ByteView bytes);
    /// After a request: the client wants to send more on this connection.
    [[nodiscard]] bool keep_alive() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace duet::net
