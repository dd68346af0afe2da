#pragma once
// A small HTTP server for what a person or a monitor looks at: GET and HEAD, answers at once,
// bounded connections.

#include <cstdint>
#include <functional>
#include <memory>

#include "base/task.hpp"
#include "net/http_codec.hpp"
#include "net/transport.hpp"

namespace duet::net {

class HttpServer {
public:
    /// Answers one request; an error that leaves it is logged and becomes 500.
    using Handler = std::function<HttpResponse(const HttpRequest&)>;

    HttpServer();
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    /// For tests, which let the system choose the port: binds (see Listener::open), and says which.
    [[nodiscard]] Task<void> open(Endpoint endpoint);
    [[nodiscard]] std::uint16_t port() const;
    /// Serves until close(); opens first where open() was not called.
    [[nodiscard]] Task<void> serve(Endpoint endpoint, Handler handler);
    /// Ends serve() and the connections.
    void close();

private:
    struct State;
    std::shared_ptr<State> state_;  // shared: connections end after the server
};

}  // namespace duet::net
