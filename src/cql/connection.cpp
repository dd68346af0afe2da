#include "cql/connection.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/log.hpp"
#include "cql/request.hpp"

namespace duet::cql {
namespace {

constexpr std::size_t write_limit = 256UL << 10;  // of what one write takes from the queue
constexpr std::size_t read_size = 256UL << 10;

std::chrono::milliseconds left_until(TimePoint deadline) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    return std::max(left, std::chrono::milliseconds(0));
}

}  // namespace

struct Connection::Call {
    enum class State : std::uint8_t { queued, sent, settled };

    Bytes request;
    State state = State::queued;
    StreamId stream{};
    TimePoint sent_at;
    std::optional<Envelope> answer;
    std::exception_ptr error;
    net::Event settled;

    void settle() {
        state = State::settled;
        settled.notify_all();
    }
};

Connection::Connection(std::unique_ptr<net::Transport> transport, const ConnectionOptions& options)
    : options_(options),
      transport_(std::move(transport)),
      codec_(options.version),
      streams_(options.max_in_flight),
      last_heard_(std::chrono::steady_clock::now()) {}

Connection::~Connection() = default;

Task<std::shared_ptr<Connection>> Connection::open(net::Endpoint endpoint,
                                                   ConnectionOptions options) {
    auto transport = co_await net::Transport::connect(std::move(endpoint), options.connect_timeout);
    auto connection = std::make_shared<Connection>(std::move(transport), options);
    Task<void> reader = read_loop(connection);
    Task<void> writer = write_loop(connection);
    co_await net::spawn_here(std::move(reader), "cassandra reader");
    co_await net::spawn_here(std::move(writer), "cassandra writer");
    std::exception_ptr failure;
    try {
        co_await connection->shake_hands();
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        connection->close("the handshake failed");
        std::rethrow_exception(failure);
    }
    co_return connection;
}

Task<void> Connection::shake_hands() {
    const TimePoint deadline = std::chrono::steady_clock::now() + options_.connect_timeout;
    Handshake handshake(options_.version, options_.credentials);
    std::optional<Bytes> request = handshake.first();
    while (request) {
        Bytes bytes = std::move(request).value_or(Bytes());
        Envelope answer = co_await call(std::move(bytes), deadline, "connecting");
        request = handshake.next(std::move(answer));
    }
}

Task<Envelope> Connection::call(Bytes request, TimePoint deadline, std::string_view operation) {
    const auto keep_alive = shared_from_this();
    if (!open_) {
        throw NotSent(
            fmt::format("the connection to Cassandra at {} is closed", endpoint().to_string()));
    }
    const auto waiting = std::make_shared<Call>();
    waiting->request = std::move(request);
    queue_.push_back(waiting);
    work_.notify_all();
    while (waiting->state != Call::State::settled) {
        const auto left = left_until(deadline);
        const bool in_time = left.count() > 0 && co_await waiting->settled.wait_for(left);
        if (!in_time && waiting->state != Call::State::settled) {
            co_await give_up(waiting);
            throw TimedOut(fmt::format("{}: Cassandra at {} did not answer in time", operation,
                                       endpoint().to_string()));
        }
    }
    if (waiting->error) {
        std::rethrow_exception(waiting->error);
    }
    // Settled without an error: the check does not follow a coroutine.
    co_return std::move(*waiting->answer);  // NOLINT(bugprone-unchecked-optional-access)
}

Task<void> Connection::give_up(CallPtr call) {
    const bool unanswered = call->state == Call::State::sent;
    const TimePoint sent_at = call->sent_at;
    call->state = Call::State::settled;  // while it is queued: gather passes over it
    call->request = {};
    if (!unanswered) {
        co_return;
    }
    streams_.abandon(call->stream);
    sent_[static_cast<std::size_t>(call->stream)] = nullptr;
    if (2 * streams_.abandoned() > options_.max_in_flight) {
        close("it left too many requests unanswered");
        co_return;
    }
    // One slow request is no reason to drop the others; silence since then may be.
    if (last_heard_ <= sent_at && !probing_ && open_) {
        probing_ = true;
        Task<void> task = probe(shared_from_this());
        co_await net::spawn_here(std::move(task), "cassandra probe");
    }
}

Task<void> Connection::probe(std::shared_ptr<Connection> self) {
    const TimePoint deadline = std::chrono::steady_clock::now() + self->options_.connect_timeout;
    Bytes request = encode_options(self->options_.version);
    bool silent = false;
    try {
        static_cast<void>(
            co_await self->call(std::move(request), deadline, "probing a silent connection"));
    } catch (const TimedOut&) {
        silent = true;
    } catch (const Unavailable&) {
        // The connection is gone already, and who was waiting has been told.
    }
    self->probing_ = false;
    if (silent) {
        self->close("it has gone silent");
    }
}

Bytes Connection::gather() {
    std::size_t size = 0;
    while (!queue_.empty() && size < write_limit) {
        if (queue_.front()->state == Call::State::settled) {
            queue_.pop_front();
            continue;
        }
        const std::optional<StreamId> stream = streams_.acquire();
        if (!stream) {
            break;
        }
        const CallPtr call = std::move(queue_.front());
        queue_.pop_front();
        call->state = Call::State::sent;
        call->stream = *stream;
        call->sent_at = std::chrono::steady_clock::now();
        const auto index = static_cast<std::size_t>(*stream);
        sent_.resize(std::max(sent_.size(), index + 1));
        sent_[index] = call;
        set_stream(call->request, *stream);
        codec_.add(call->request);
        size += call->request.size();
        call->request = {};
    }
    return codec_.take();
}

Task<void> Connection::write_loop(std::shared_ptr<Connection> self) {
    std::string cause;
    try {
        while (self->open_) {
            const Bytes bytes = self->gather();
            if (bytes.empty()) {
                co_await self->work_.wait();
            } else {
                co_await self->transport_->write(bytes);
            }
        }
    } catch (const std::exception& error) {
        cause = error.what();
    }
    self->close(cause);
}

/// The loop may drop the reader where it waits (net::Runtime::run): a connection without a reader
/// is not open. Who waits for an answer is being dropped as well, and is not to be told.
struct Connection::ReaderGuard {
    Connection& connection;

    explicit ReaderGuard(Connection& guarded) : connection(guarded) {}
    ~ReaderGuard() {
        if (std::exchange(connection.open_, false)) {
            connection.transport_->close();
        }
    }
    ReaderGuard(const ReaderGuard&) = delete;
    ReaderGuard& operator=(const ReaderGuard&) = delete;
};

Task<void> Connection::read_loop(std::shared_ptr<Connection> self) {
    const ReaderGuard guard(*self);
    Bytes buffer(read_size);
    std::string cause = "the server closed it";
    bool protocol_broken = false;
    try {
        while (self->open_) {
            const std::size_t size = co_await self->transport_->read_some(buffer);
            if (size == 0) {
                break;
            }
            self->last_heard_ = std::chrono::steady_clock::now();
            self->codec_.feed(ByteView(buffer).first(size));
            while (auto envelope = self->codec_.next()) {
                // In the loop's condition: the check does not follow a coroutine.
                // NOLINTNEXTLINE(bugprone-unchecked-optional-access)
                self->deliver(std::move(*envelope));
            }
        }
    } catch (const ProtocolError& error) {
        cause = error.what();
        protocol_broken = true;
    } catch (const std::exception& error) {
        cause = error.what();
    }
    self->fail(cause, protocol_broken);
}

void Connection::deliver(Envelope envelope) {
    if (static_cast<std::int16_t>(envelope.stream) < 0) {
        return;  // an event; none was asked for
    }
    const bool awaited = streams_.release(envelope.stream);
    if (!queue_.empty()) {
        work_.notify_all();  // it may have waited for a stream
    }
    if (!awaited) {
        return;
    }
    const CallPtr call = std::exchange(sent_[static_cast<std::size_t>(envelope.stream)], nullptr);
    call->answer = std::move(envelope);
    call->settle();
}

void Connection::close(const std::string& cause) { fail(cause, false); }

void Connection::fail(const std::string& cause, bool protocol_broken) {
    if (!open_) {
        return;
    }
    open_ = false;
    transport_->close();
    const std::string text =
        fmt::format("lost the connection to Cassandra at {}: {}", endpoint().to_string(), cause);
    for (const CallPtr& call : std::exchange(sent_, {})) {
        if (call) {
            call->error = protocol_broken ? std::make_exception_ptr(ProtocolError(text))
                                          : std::make_exception_ptr(Unavailable(text));
            call->settle();
        }
    }
    for (const CallPtr& call : std::exchange(queue_, {})) {
        if (call->state == Call::State::queued) {
            call->error = std::make_exception_ptr(NotSent(text));
            call->settle();
        }
    }
    work_.notify_all();
    log::debug("cassandra connection closed", {{"host", endpoint().to_string()}, {"cause", cause}});
}

}  // namespace duet::cql
