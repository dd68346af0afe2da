#include "net/transport.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "net/runtime.hpp"

namespace duet::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

// A peer that is gone without a word is noticed after a minute and a half, on idle connections too.
constexpr int keepalive_idle_seconds = 60;
constexpr int keepalive_interval_seconds = 10;
constexpr int keepalive_probes = 3;
constexpr int accept_queue_limit = 64;

void tune(tcp::socket& socket) {
    error_code ignored;  // a connection that could not be tuned still works
    socket.set_option(tcp::no_delay(true), ignored);
    socket.set_option(asio::socket_base::keep_alive(true), ignored);
    const int fd = socket.native_handle();
    const auto set = [fd](int option, int value) {
        static_cast<void>(::setsockopt(fd, IPPROTO_TCP, option, &value, sizeof value));
    };
    set(TCP_KEEPIDLE, keepalive_idle_seconds);
    set(TCP_KEEPINTVL, keepalive_interval_seconds);
    set(TCP_KEEPCNT, keepalive_probes);
}

/// Every socket here is made on a Runtime's loop.
asio::io_context& loop_of(tcp::socket& socket) {
    return static_cast<asio::io_context&>(
        asio::query(socket.get_executor(), asio::execution::context));
}

[[noreturn]] void fail(const std::string& operation, const Endpoint& endpoint,
                       const std::string& cause) {
    throw Unavailable(operation + " " + endpoint.to_string() + ": " + cause);
}

std::chrono::milliseconds left_until(Clock::time_point deadline) {
    const auto left = deadline - Clock::now();
    return std::max(std::chrono::ceil<std::chrono::milliseconds>(left),
                    std::chrono::milliseconds(0));
}

/// What the resolver's thread and the coroutine that waits for it share: the lookup itself cannot
/// be interrupted, so it may outlive the wait.
struct Lookup {
    explicit Lookup(const asio::any_io_executor& executor) : resolver(executor) {}
    tcp::resolver resolver;
    Event ended;
    bool done = false;
    error_code error;
    std::vector<tcp::endpoint> found;
};

Task<std::vector<tcp::endpoint>> resolve(Endpoint endpoint, Clock::time_point deadline) {
    error_code not_numeric;
    const auto address = asio::ip::make_address(endpoint.host, not_numeric);
    if (!not_numeric)
        co_return std::vector<tcp::endpoint>(1, tcp::endpoint(address, endpoint.port));

    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    const auto lookup = std::make_shared<Lookup>(executor);
    lookup->resolver.async_resolve(
        endpoint.host, std::to_string(endpoint.port), tcp::resolver::numeric_service,
        [lookup](const error_code& error, const tcp::resolver::results_type& results) {
            lookup->error = error;
            for (const auto& result : results) lookup->found.push_back(result.endpoint());
            lookup->done = true;
            lookup->ended.notify_all();
        });
    if (!lookup->done) static_cast<void>(co_await lookup->ended.wait_for(left_until(deadline)));
    if (!lookup->done) fail("connect to", endpoint, "the name was not resolved in time");
    if (lookup->error) fail("connect to", endpoint, lookup->error.message());
    co_return std::move(lookup->found);
}

}  // namespace

struct Transport::State {
    State(tcp::socket s, Endpoint e)
        : socket(std::move(s)), endpoint(std::move(e)), timer(socket.get_executor()) {}

    tcp::socket socket;
    Endpoint endpoint;
    asio::steady_timer timer;
    bool late = false;

    void close() {
        error_code ignored;
        socket.shutdown(tcp::socket::shutdown_both, ignored);
        socket.close(ignored);
    }

    /// A socket belongs to the loop it was made on, which may have ended (Runtime::run).
    void check_usable(const asio::any_io_executor& here, const char* operation) {
        if (!socket.is_open()) fail(operation, endpoint, late ? "no answer in time" : "closed");
        if (here != socket.get_executor()) fail(operation, endpoint, "of a run that has ended");
    }

    void check(const error_code& error, const char* operation) const {
        if (!error) return;
        fail(operation, endpoint, late ? "no answer in time" : error.message());
    }

    static Task<std::size_t> read_some(std::shared_ptr<State> state,
                                       std::span<std::uint8_t> buffer) {
        state->check_usable(co_await asio::this_coro::executor, "read from");
        error_code error;
        auto token = asio::redirect_error(asio::use_awaitable, error);
        const auto target = asio::buffer(buffer.data(), buffer.size());
        const std::size_t count = co_await state->socket.async_read_some(target, token);
        if (error == asio::error::eof) co_return 0;
        state->check(error, "read from");
        co_return count;
    }

    static Task<void> write(std::shared_ptr<State> state, ByteView bytes) {
        state->check_usable(co_await asio::this_coro::executor, "write to");
        error_code error;
        auto token = asio::redirect_error(asio::use_awaitable, error);
        const auto source = asio::buffer(bytes.data(), bytes.size());
        co_await asio::async_write(state->socket, source, token);
        state->check(error, "write to");
    }

    /// One try of one address; empty error: connected.
    static Task<error_code> try_connect(std::shared_ptr<State> state, tcp::endpoint address,
                                        std::chrono::milliseconds timeout) {
        set_deadline(state, Clock::now() + timeout);
        error_code error;
        auto token = asio::redirect_error(asio::use_awaitable, error);
        co_await state->socket.async_connect(address, token);
        state->timer.cancel();
        if (state->late) error = asio::error::timed_out;
        co_return error;
    }

    static void set_deadline(const std::shared_ptr<State>& state, Clock::time_point when) {
        state->timer.expires_at(when);
        const std::weak_ptr<State> target = state;
        state->timer.async_wait([target, when](const error_code& cancelled) {
            const auto live = target.lock();
            // Set anew while this was already on its way: then it is not for us.
            if (cancelled || live == nullptr || live->timer.expiry() != when) return;
            live->late = true;
            live->close();
        });
    }
};

Task<std::unique_ptr<Transport>> Transport::connect(Endpoint endpoint,
                                                    std::chrono::milliseconds timeout) {
    const auto deadline = Clock::now() + timeout;
    const auto addresses = co_await resolve(endpoint, deadline);
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    error_code error = asio::error::host_not_found;
    std::size_t untried = addresses.size();
    for (const tcp::endpoint& address : addresses) {
        // A share of the time for each: one that swallows packets must not use up all.
        const auto share = left_until(deadline) / static_cast<std::int64_t>(untried--);
        auto state = std::make_shared<State>(tcp::socket(executor), endpoint);
        error = co_await State::try_connect(state, address, share);
        if (error) continue;
        tune(state->socket);
        co_return std::unique_ptr<Transport>(new Transport(std::move(state)));
    }
    fail("connect to", endpoint, error.message());
}

Transport::Transport(std::shared_ptr<State> state) : state_(std::move(state)) {}

Transport::~Transport() {
    state_->timer.cancel();
    state_->close();
}

Task<std::size_t> Transport::read_some(std::span<std::uint8_t> buffer) {
    return State::read_some(state_, buffer);
}

Task<void> Transport::write(ByteView bytes) { return State::write(state_, bytes); }

void Transport::close() {
    state_->timer.cancel();
    state_->close();
}

void Transport::set_deadline(Clock::time_point when) { State::set_deadline(state_, when); }

void Transport::clear_deadline() {
    state_->timer.expires_at(Clock::time_point::max());  // cancels the wait in flight
}

bool Transport::quiet() const {
    if (!state_->socket.is_open() || loop_of(state_->socket).stopped()) return false;
    char byte = 0;
    const auto got = ::recv(state_->socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

const Endpoint& Transport::endpoint() const { return state_->endpoint; }

struct Listener::State {
    explicit State(const asio::any_io_executor& executor) : acceptor(executor) {}
    tcp::acceptor acceptor;
    std::uint16_t port = 0;

    static Task<std::unique_ptr<Transport>> accept(std::shared_ptr<State> state) {
        error_code error;
        auto token = asio::redirect_error(asio::use_awaitable, error);
        tcp::socket socket = co_await state->acceptor.async_accept(token);
        if (error) throw Unavailable("accept: " + error.message());
        tune(socket);
        const auto peer = socket.remote_endpoint(error);  // fails where the peer has gone already
        Endpoint from{.host = peer.address().to_string(), .port = peer.port()};
        auto accepted = std::make_shared<Transport::State>(std::move(socket), std::move(from));
        co_return std::unique_ptr<Transport>(new Transport(std::move(accepted)));
    }
};

Task<std::unique_ptr<Listener>> Listener::open(Endpoint endpoint) {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    auto state = std::make_shared<State>(executor);
    constexpr std::chrono::seconds resolve_timeout{5};
    const auto addresses = co_await resolve(endpoint, Clock::now() + resolve_timeout);
    error_code error;
    state->acceptor.open(addresses.front().protocol(), error);
    if (!error) state->acceptor.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) state->acceptor.bind(addresses.front(), error);
    if (!error) state->acceptor.listen(accept_queue_limit, error);
    if (!error) state->port = state->acceptor.local_endpoint(error).port();
    if (error) {
        throw Misconfigured("listen on " + endpoint.to_string() + ": " + error.message(),
                            "choose another address or port, or end the program that has it");
    }
    co_return std::unique_ptr<Listener>(new Listener(std::move(state)));
}

Listener::Listener(std::shared_ptr<State> state) : state_(std::move(state)) {}
Listener::~Listener() { close(); }

Task<std::unique_ptr<Transport>> Listener::accept() { return State::accept(state_); }

void Listener::close() {
    error_code ignored;
    state_->acceptor.close(ignored);
}

std::uint16_t Listener::port() const { return state_->port; }

}  // namespace duet::net
