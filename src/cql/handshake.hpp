#pragma once
// How a connection begins: OPTIONS, STARTUP and, where the server asks for it, SASL PLAIN. Sans-io:
// answers in, requests out.

#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "cql/envelope.hpp"
#include "cql/response.hpp"

namespace duet::cql {

struct Credentials {
    std::string username;  // empty: none were configured
    std::string password;
};

/// The server does not speak the version that was tried: connect again with an older one.
class VersionRefused : public Unavailable {
public:
    using Unavailable::Unavailable;
};

/// One attempt with one version. Send `first`, then what `next` returns, until it returns nothing:
/// then the connection is ready.
class Handshake {
public:
    Handshake(Version version, Credentials credentials);

    [[nodiscard]] Bytes first() const;
    /// Throws VersionRefused; Misconfigured (wrong or missing password, an authenticator that is
    /// not PLAIN); Unavailable (the server is starting, overloaded); ProtocolError.
    [[nodiscard]] std::optional<Bytes> next(Envelope answer);

private:
    enum class Step : std::uint8_t { options, startup, authentication, done };

    [[nodiscard]] std::optional<Bytes> after_options(const Response& answer);
    [[nodiscard]] std::optional<Bytes> after_startup(const Response& answer);
    [[nodiscard]] Bytes authenticate();
    [[noreturn]] void refuse(const ServerError& error) const;
    [[noreturn]] static void unexpected(const char* request);

    Version version_;
    Credentials credentials_;
    Step step_ = Step::options;
};

}  // namespace duet::cql
