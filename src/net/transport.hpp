#pragma once
// A TCP connection: bytes out, bytes in. TLS joins it here later, behind the same face.

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/bytes.hpp"
#include "base/task.hpp"

namespace duet::net {

struct Endpoint {
    std::string host;
    std::uint16_t port = 0;
    [[nodiscard]] std::string to_string() const;  // host:port, [v6]:port
    /// "host:port", "[v6]:port", "host"; throws UsageError with the reason.
    [[nodiscard]] static Endpoint parse(const std::string& text, std::uint16_t default_port);
};

class Transport {
public:
    /// Throws Unavailable with the endpoint and the cause; a host name is resolved off the loop's
    /// thread.
    [[nodiscard]] static Task<std::unique_ptr<Transport>> connect(
        Endpoint endpoint, std::chrono::milliseconds timeout);
    ~Transport();
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;

    /// At least one byte; 0: the peer has closed. Throws Unavailable. The buffer must live until it
    /// ends.
    [[nodiscard]] Task<std::size_t> read_some(std::span<std::uint8_t> buffer);
    /// All of the bytes, which must live until it ends. Throws Unavailable. One writer at a time.
    [[nodiscard]] Task<void> write(ByteView bytes);
    /// Ends reads and writes in flight with Unavailable.
    void close();
    /// Reads and writes, also those in flight, end with Unavailable from then on; replaces what was
    /// set before.
    void set_deadline(std::chrono::steady_clock::time_point when);
    void clear_deadline();
    /// Nothing has arrived unread, the peer has not closed and the run it belongs to has not ended:
    /// a kept connection may be used again.
    [[nodiscard]] bool quiet() const;
    /// The other side: as given to connect(), or the peer's address after accept().
    [[nodiscard]] const Endpoint& endpoint() const;

private:
    friend class Listener;
    struct State;
    explicit Transport(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;  // shared: reads and writes in flight end after the Transport
};

/// Accepts connections on one address.
class Listener {
public:
    /// Binds and listens; port 0 takes a free one. Throws Misconfigured where the address cannot be
    /// had.
    [[nodiscard]] static Task<std::unique_ptr<Listener>> open(Endpoint endpoint);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    /// The next connection. Throws Unavailable after close().
    [[nodiscard]] Task<std::unique_ptr<Transport>> accept();
    /// Refuses from now on and ends an accept in flight.
    void close();
    [[nodiscard]] std::uint16_t port() const;

private:
    struct State;
    explicit Listener(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;  // shared: an accept in flight ends after the Listener
};

}  // namespace duet::net
