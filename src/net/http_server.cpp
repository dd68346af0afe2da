#include "net/http_server.hpp"

#include <chrono>
#include <exception>
#include <list>
#include <string>
#include <utility>

#include "base/log.hpp"
#include "net/runtime.hpp"

namespace duet::net {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t connection_limit = 64;
constexpr std::chrono::seconds patience{
    30};  // for the next request, and for the client to take the answer
constexpr std::chrono::milliseconds accept_pause{100};  // out of descriptors: do not spin
constexpr HttpLimits request_limits{.header_bytes = 16 * 1024, .body_bytes = 1024};

HttpResponse plain(int status, std::string text) {
    HttpResponse response;
    response.status = status;
    response.headers.emplace_back("Content-Type", "text/plain; charset=utf-8");
    response.body = std::move(text) + "\n";
    return response;
}

HttpResponse answer(const HttpServer::Handler& handler, const HttpRequest& request) {
    if (request.method != "GET" && request.method != "HEAD") {
        HttpResponse response = plain(405, "only GET and HEAD are answered here");
        response.headers.emplace_back("Allow", "GET, HEAD");
        return response;
    }
    try {
        return handler(request);
    } catch (const std::exception& error) {
        log::error("request failed", {{"target", request.target}, {"error", error.what()}});
        return plain(500, "this failed; the log says why");
    }
}

}  // namespace

struct HttpServer::State {
    std::unique_ptr<Listener> listener;
    Handler handler;
    std::list<Transport*> connections;  // in their coroutines' frames
    bool closing = false;

    /// Lists a connection while it is served.
    struct Place {
        Place(State& s, Transport& transport)
            : state(s), at(s.connections.insert(s.connections.end(), &transport)) {}
        ~Place() { state.connections.erase(at); }
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
        State& state;
        std::list<Transport*>::iterator at;
    };

    /// One request after the other; false: the connection ends.
    static Task<bool> serve_request(State& state, Transport& transport, RequestParser& parser) {
        Bytes buffer(request_limits.header_bytes);
        std::string text;
        bool keep_alive = false;
        transport.set_deadline(Clock::now() + patience);
        try {
            std::optional<HttpRequest> request = parser.feed({});
            while (!request) {
                const std::size_t count = co_await transport.read_some(buffer);
                if (count == 0) co_return false;
                request = parser.feed(ByteView(buffer).first(count));
            }
            if (state.closing) co_return false;  // what the handler refers to may be gone
            keep_alive = parser.keep_alive();
            // The loop above ends with one: the check does not follow a coroutine.
            const HttpRequest& asked = *request;  // NOLINT(bugprone-unchecked-optional-access)
            const bool head = asked.method == "HEAD";
            append_response(text, answer(state.handler, asked), keep_alive, head);
        } catch (const TooLarge& error) {
            append_response(text, plain(413, error.what()), false);
        } catch (const ProtocolError& error) {
            append_response(text, plain(400, error.what()), false);
        }
        transport.set_deadline(Clock::now() + patience);
        co_await transport.write(as_bytes(text));
        co_return keep_alive;
    }

    static Task<void> serve_connection(std::shared_ptr<State> state,
                                       std::unique_ptr<Transport> transport) {
        const Place place(*state, *transport);
        RequestParser parser(request_limits);
        try {
            while (!state->closing && co_await serve_request(*state, *transport, parser)) {
            }
        } catch (const Unavailable&) {
            // The client went away or was too slow: its own affair.
        }
    }

    static Task<std::unique_ptr<Transport>> accept(State& state) {
        try {
            co_return co_await state.listener->accept();
        } catch (const Unavailable& error) {
            if (!state.closing) log::warning("HTTP server", {{"error", error.what()}});
        }
        co_return nullptr;
    }

    static Task<void> serve(std::shared_ptr<State> state, Endpoint endpoint, Handler handler) {
        if (state->listener == nullptr) {
            state->listener = co_await Listener::open(std::move(endpoint));
        }
        state->handler = std::move(handler);
        while (!state->closing) {
            auto transport = co_await accept(*state);
            if (transport == nullptr) {
                if (!state->closing) co_await sleep_for(accept_pause);
                continue;
            }
            if (state->connections.size() >= connection_limit) continue;  // closes it
            auto connection = serve_connection(state, std::move(transport));
            co_await spawn_here(std::move(connection), "HTTP connection");
        }
    }

    static Task<void> open(std::shared_ptr<State> state, Endpoint endpoint) {
        state->listener = co_await Listener::open(std::move(endpoint));
    }
};

HttpServer::HttpServer() : state_(std::make_shared<State>()) {}
HttpServer::~HttpServer() { close(); }

Task<void> HttpServer::open(Endpoint endpoint) { return State::open(state_, std::move(endpoint)); }

std::uint16_t HttpServer::port() const {
    return state_->listener == nullptr ? std::uint16_t{0} : state_->listener->port();
}

Task<void> HttpServer::serve(Endpoint endpoint, Handler handler) {
    return State::serve(state_, std::move(endpoint), std::move(handler));
}

void HttpServer::close() {
    state_->closing = true;
    if (state_->listener != nullptr) state_->listener->close();
    for (Transport* transport : state_->connections) transport->close();
}

}  // namespace duet::net
