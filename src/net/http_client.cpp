#include "net/http_client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <list>
#include <optional>
#include <string_view>
#include <utility>

#include "net/runtime.hpp"
#include "net/transport.hpp"

namespace duet::net {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t read_bytes = 64 * 1024;
constexpr std::chrono::seconds first_server_rest{
    1};  // how long a server that refused is passed over
constexpr std::chrono::seconds longest_server_rest{30};

struct Server {
    Endpoint endpoint;
    std::string prefix;  // before each target; without the slash at its end
    std::chrono::seconds rest{0};
    Clock::time_point rests_until;
};

/// A connection that waits for its next request.
struct Idle {
    std::size_t server = 0;
    std::unique_ptr<Transport> transport;
    Clock::time_point since;
};

/// What became of one try on one connection. Not an exception: the next try is not begun in a
/// handler.
struct Try {
    std::optional<HttpResponse> response;
    bool sent_again_is_safe = false;  // a kept connection, and no byte of an answer
    std::exception_ptr error;
};

Server parse_server(const std::string& url, std::uint16_t default_port) {
    const std::size_t scheme = url.find("://");
    const std::size_t start = scheme == std::string::npos ? 0 : scheme + 3;
    const std::size_t slash = std::min(url.find('/', start), url.size());
    const std::string authority = url.substr(start, slash - start);
    // First of all: what is refused for another reason is repeated as a whole.
    if (authority.find('@') != std::string::npos) {
        throw UsageError("the address of " + authority.substr(authority.find('@') + 1) +
                         " holds a password: give user and password by themselves");
    }
    if (url.starts_with("https://")) {
        throw UsageError("\"" + url + "\": https is not supported yet; use http://");
    }
    if (start > 0 && !url.starts_with("http://")) {
        throw UsageError("\"" + url + "\": an address begins with http://");
    }
    Server server{.endpoint = Endpoint::parse(authority, default_port),
                  .prefix = url.substr(slash),
                  .rest = {},
                  .rests_until = {}};
    while (server.prefix.ends_with('/')) server.prefix.pop_back();
    if (server.prefix.find_first_of("?# \r\n") != std::string::npos) {
        throw UsageError("\"" + url + "\": after the host comes a path only");
    }
    return server;
}

}  // namespace

void check_url(const std::string& url) {
    constexpr std::uint16_t any_port = 80;
    static_cast<void>(parse_server(url, any_port));
}

struct HttpClient::State {
    explicit State(HttpClientOptions given) : options(std::move(given)) {
        if (options.urls.empty()) throw UsageError("no address of a server is given");
        for (const std::string& url : options.urls) {
            servers.push_back(parse_server(url, options.default_port));
        }
        options.max_connections = std::max<std::size_t>(options.max_connections, 1);
    }

    HttpClientOptions options;
    std::vector<Server> servers;
    std::list<Idle> idle;  // newest last; idle and in_use together stay within max_connections
    std::size_t in_use = 0;
    std::size_t next_server = 0;
    Event slot_freed;

    /// One of the connections; given back when the request ends, however that happens.
    struct Slot {
        explicit Slot(std::shared_ptr<State> s) : state(std::move(s)) { ++state->in_use; }
        ~Slot() {
            --state->in_use;
            state->slot_freed.notify_all();
        }
        Slot(const Slot&) = delete;
        Slot& operator=(const Slot&) = delete;
        std::shared_ptr<State> state;
    };

    Task<void> wait_for_slot(Clock::time_point deadline) {
        while (in_use >= options.max_connections) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
            const bool freed = left.count() > 0 && co_await slot_freed.wait_for(left);
            if (!freed && in_use >= options.max_connections) {
                throw Unavailable(
                    fmt::format("HTTP request to {}: {} others were in flight all the time",
                                servers.front().endpoint.to_string(), in_use));
            }
        }
    }

    std::optional<Idle> take_idle(std::size_t server) {
        const auto oldest = Clock::now() - options.idle_timeout;
        for (auto at = idle.end(); at != idle.begin();) {
            --at;
            if (at->server != server) continue;
            Idle kept = std::move(*at);
            at = idle.erase(at);
            if (kept.since > oldest && kept.transport->quiet()) return kept;
        }
        return std::nullopt;
    }

    /// `own`: how many of those in use are counted among the idle ones, too.
    void evict(std::size_t own) {
        while (!idle.empty() && idle.size() + in_use > options.max_connections + own) {
            idle.pop_front();
        }
    }

    void keep(Idle connection) {
        connection.transport->clear_deadline();
        connection.since = Clock::now();
        idle.push_back(std::move(connection));
        evict(1);
    }

    /// The servers in the order in which to try them: in turn, those that refused lately at the
    /// end.
    std::vector<std::size_t> order() {
        std::vector<std::size_t> result;
        const std::size_t first = next_server++ % servers.size();
        for (std::size_t i = 0; i < servers.size(); ++i) {
            result.push_back((first + i) % servers.size());
        }
        const auto now = Clock::now();
        std::stable_partition(result.begin(), result.end(),
                              [&](std::size_t i) { return servers[i].rests_until <= now; });
        return result;
    }

    Task<std::unique_ptr<Transport>> try_connect(std::size_t index, Clock::time_point deadline,
                                                 std::string& failures) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        Endpoint endpoint = servers[index].endpoint;
        Server& server = servers[index];
        try {
            auto connected = co_await Transport::connect(std::move(endpoint),
                                                         std::min(options.connect_timeout, left));
            server.rest = {};
            co_return connected;
        } catch (const Unavailable& error) {
            failures += (failures.empty() ? "" : "; ") + std::string(error.what());
        }
        server.rest = std::clamp(server.rest * 2, first_server_rest, longest_server_rest);
        server.rests_until = Clock::now() + server.rest;
        co_return nullptr;
    }

    Task<Idle> connect(const std::vector<std::size_t>& in_turn, Clock::time_point deadline) {
        evict(0);
        std::string failures;
        for (const std::size_t index : in_turn) {
            if (Clock::now() >= deadline) break;
            auto transport = co_await try_connect(index, deadline, failures);
            if (transport == nullptr) continue;
            Idle connection{.server = index, .transport = std::move(transport), .since = {}};
            co_return connection;
        }
        throw Unavailable(failures.empty() ? "connect: no time was left" : failures);
    }

    Task<void> send(Transport& transport, const Server& server, const HttpRequest& request) {
        std::string text;
        append_request_head(text, request, server.endpoint.to_string(), server.prefix,
                            options.headers);
        // Together where that is cheap: a small request is then one packet.
        const bool together = request.body.size() <= read_bytes;
        if (together) text += request.body;
        co_await transport.write(as_bytes(text));
        if (!together) co_await transport.write(as_bytes(request.body));
    }

    /// Sends and receives once. A server may answer before it has read everything (413) and close:
    /// so an answer is looked for even where the writing failed.
    Task<Try> exchange(Idle connection, bool fresh, const HttpRequest& request,
                       Clock::time_point deadline) {
        const Server& server = servers[connection.server];
        Transport& transport = *connection.transport;
        transport.set_deadline(deadline);
        Try result;
        ResponseParser parser(options.limits);
        parser.start(request.method == "HEAD");
        bool complete = false;
        try {
            co_await send(transport, server, request);
        } catch (const Unavailable&) {
            result.error = std::current_exception();
        }
        try {
            complete = co_await receive(transport, parser);
        } catch (const Error&) {
            if (result.error == nullptr) result.error = std::current_exception();
        }
        if (!complete) {
            result.sent_again_is_safe = !fresh && !parser.begun() && Clock::now() < deadline;
            co_return result;
        }
        const bool reusable = result.error == nullptr && parser.keep_alive();
        result.error = nullptr;
        result.response = parser.take();
        if (reusable) keep(std::move(connection));
        co_return result;
    }

    static Task<bool> receive(Transport& transport, ResponseParser& parser) {
        Bytes buffer(read_bytes);
        while (true) {
            const std::size_t count = co_await transport.read_some(buffer);
            if (count > 0) {
                if (parser.feed(ByteView(buffer).first(count))) co_return true;
                continue;
            }
            if (parser.begun() && parser.finish()) co_return true;
            throw Unavailable("read from " + transport.endpoint().to_string() +
                              ": closed before it answered");
        }
    }

    static Task<HttpResponse> request(std::shared_ptr<State> state, const HttpRequest& request,
                                      bool idempotent) {
        const auto deadline = Clock::now() + state->options.request_timeout;
        co_await state->wait_for_slot(deadline);
        const Slot slot(state);
        const std::vector<std::size_t> in_turn = state->order();
        std::optional<Idle> kept = state->take_idle(in_turn.front());
        if (kept) {
            Idle connection = std::move(*kept);
            Try result = co_await state->exchange(std::move(connection), false, request, deadline);
            if (result.response) co_return std::move(*result.response);
            if (!idempotent || !result.sent_again_is_safe) std::rethrow_exception(result.error);
        }
        Idle connection = co_await state->connect(in_turn, deadline);
        Try result = co_await state->exchange(std::move(connection), true, request, deadline);
        if (!result.response) std::rethrow_exception(result.error);
        co_return std::move(*result.response);
    }
};

HttpClient::HttpClient(HttpClientOptions options)
    : state_(std::make_shared<State>(std::move(options))) {}
HttpClient::~HttpClient() = default;

Task<HttpResponse> HttpClient::request(const HttpRequest& request, bool idempotent) {
    return State::request(state_, request, idempotent);
}

}  // namespace duet::net
