#include "cql/handshake.hpp"

#include <fmt/format.h>

#include <utility>

#include "cql/failure.hpp"
#include "cql/request.hpp"

namespace duet::cql {
namespace {

bool offers(const Supported& supported, Version version) {
    const auto versions = supported.options.find("PROTOCOL_VERSIONS");
    if (versions == supported.options.end()) {
        return true;  // it does not say: STARTUP will tell
    }
    // "5/v5", but not "5/v5-beta": a draft without frames, which Cassandra 3.11 still offers.
    const std::string wanted = fmt::format("{0}/v{0}", static_cast<int>(version));
    for (const std::string& offered : versions->second) {
        if (offered == wanted) {
            return true;
        }
    }
    return false;
}

}  // namespace

Handshake::Handshake(Version version, Credentials credentials)
    : version_(version), credentials_(std::move(credentials)) {}

Bytes Handshake::first() const { return encode_options(version_); }

std::optional<Bytes> Handshake::next(Envelope answer) {
    const unsigned version = answer.version & 0x7FU;
    const Response response = parse_response(std::move(answer));
    if (const auto* error = std::get_if<ServerError>(&response)) {
        const bool before_login = step_ == Step::options || step_ == Step::startup;
        if (error->code == ErrorCode::protocol_error && before_login) {
            throw VersionRefused(error->message);
        }
        refuse(*error);
    }
    if (version != static_cast<unsigned>(version_)) {
        throw VersionRefused(fmt::format("the server answered in version {}", version));
    }
    switch (step_) {
        case Step::options: return after_options(response);
        case Step::startup: return after_startup(response);
        case Step::authentication:
            if (std::holds_alternative<AuthSuccess>(response)) {
                step_ = Step::done;
                return std::nullopt;
            }
            unexpected("AUTH_RESPONSE");
        case Step::done: break;
    }
    throw ProtocolError("Cassandra answered a handshake that was over");
}

std::optional<Bytes> Handshake::after_options(const Response& answer) {
    const auto* supported = std::get_if<Supported>(&answer);
    if (supported == nullptr) {
        unexpected("OPTIONS");
    }
    if (!offers(*supported, version_)) {
        throw VersionRefused(
            fmt::format("the server does not offer version {}", static_cast<int>(version_)));
    }
    step_ = Step::startup;
    return encode_startup(version_);
}

std::optional<Bytes> Handshake::after_startup(const Response& answer) {
    if (std::holds_alternative<Ready>(answer)) {
        step_ = Step::done;
        return std::nullopt;
    }
    const auto* request = std::get_if<Authenticate>(&answer);
    if (request == nullptr) {
        unexpected("STARTUP");
    }
    if (credentials_.username.empty()) {
        throw Misconfigured("Cassandra asks for a password (" + request->authenticator +
                                "), and none is configured",
                            "set username and password (or password_file) in [cassandra]");
    }
    step_ = Step::authentication;
    return authenticate();
}

Bytes Handshake::authenticate() {
    Bytes token;  // SASL PLAIN (RFC 4616): no authorization identity, user name, password
    token.push_back(0);
    append(token, as_bytes(credentials_.username));
    token.push_back(0);
    append(token, as_bytes(credentials_.password));
    return encode_auth_response(version_, token);
}

void Handshake::refuse(const ServerError& error) const {
    if (error.code == ErrorCode::bad_credentials) {
        throw Misconfigured(fmt::format("Cassandra refuses the login of user {}: {}",
                                        credentials_.username, error.message),
                            "check username and password (or password_file) in [cassandra]");
    }
    throw_failure(error, "connecting");
}

void Handshake::unexpected(const char* request) {
    throw ProtocolError(
        fmt::format("Cassandra answered {} with something else than the protocol allows", request));
}

}  // namespace duet::cql
