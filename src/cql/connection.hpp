#pragma once
// One connection to one host: many requests in flight at a time, written together where they queue
// up together.

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/task.hpp"
#include "cql/codec.hpp"
#include "cql/handshake.hpp"
#include "cql/hosts.hpp"
#include "cql/multiplexer.hpp"
#include "net/runtime.hpp"
#include "net/transport.hpp"

namespace duet::cql {

/// The deadline passed before the answer came: it may have happened.
class TimedOut : public Unavailable {
public:
    using Unavailable::Unavailable;
};

/// The connection was lost before the request was written: it has not happened.
class NotSent : public Unavailable {
public:
    using Unavailable::Unavailable;
};

struct ConnectionOptions {
    Version version = Version::v5;
    Credentials credentials;
    std::chrono::milliseconds connect_timeout{5'000};  // for TCP, and again for the handshake
    std::size_t max_in_flight = 1'024;
};

/// Open it, make calls, close it; once closed it stays closed. Its reader and its writer run on
/// their own, and hold the connection until it is closed: who drops a connection closes it first.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    /// Connects and shakes hands. Throws what Handshake throws, and Unavailable.
    [[nodiscard]] static Task<std::shared_ptr<Connection>> open(net::Endpoint endpoint,
                                                                ConnectionOptions options);

    Connection(std::unique_ptr<net::Transport> transport, const ConnectionOptions& options);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Sends an encoded request and waits for its answer. Throws TimedOut, NotSent, or Unavailable
    /// (lost with the request in flight). `operation` is for the text of errors and must live until
    /// the call ends.
    [[nodiscard]] Task<Envelope> call(Bytes request, TimePoint deadline,
                                      std::string_view operation);
    /// Fails all that is in flight; harmless when it is closed already.
    void close(const std::string& cause);

    [[nodiscard]] bool is_open() const { return open_; }
    [[nodiscard]] Version version() const { return options_.version; }
    [[nodiscard]] const net::Endpoint& endpoint() const { return transport_->endpoint(); }

private:
    struct Call;
    struct ReaderGuard;
    // Shared by who waits for the answer and by the connection, whichever ends first.
    using CallPtr = std::shared_ptr<Call>;

    static Task<void> read_loop(std::shared_ptr<Connection> self);
    static Task<void> write_loop(std::shared_ptr<Connection> self);
    static Task<void> probe(std::shared_ptr<Connection> self);

    [[nodiscard]] Task<void> shake_hands();
    [[nodiscard]] Task<void> give_up(CallPtr call);
    [[nodiscard]] Bytes gather();
    void deliver(Envelope envelope);
    void fail(const std::string& cause, bool protocol_broken);

    ConnectionOptions options_;
    std::unique_ptr<net::Transport> transport_;
    Codec codec_;
    Multiplexer streams_;
    std::deque<CallPtr> queue_;  // not yet written
    std::vector<CallPtr> sent_;  // by stream id
    net::Event work_;            // something to write, a free stream, or the end
    TimePoint last_heard_;
    bool open_ = true;
    bool probing_ = false;
};

}  // namespace duet::cql
