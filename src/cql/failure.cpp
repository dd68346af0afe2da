#include "cql/failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace duet::cql {
namespace {

constexpr std::size_t quoted_limit = 200;  // of a statement in an error's text

std::string shorten(std::string_view operation) {
    if (operation.size() <= quoted_limit) {
        return std::string(operation);
    }
    return std::string(operation.substr(0, quoted_limit)) + "…";
}

bool is_about_tombstones(const ServerError& error) {
    const bool by_reason =
        std::find(error.reasons.begin(), error.reasons.end(),
                  FailureReason::read_too_many_tombstones) != error.reasons.end();
    // Protocol v4 has no reasons, but the server spells them out in its message.
    return by_reason || error.message.find("READ_TOO_MANY_TOMBSTONES") != std::string::npos;
}

bool is_missing_keyspace(const ServerError& error) {
    std::string text = error.message;
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
        return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    });
    return text.starts_with("keyspace ") && text.find("does not exist") != std::string::npos;
}

std::string counts(const ServerError& error) {
    return fmt::format(" ({} of {} replicas)", error.received, error.required);
}

}  // namespace

Retry retry_after(const ServerError& error) {
    switch (error.code) {
        case ErrorCode::unavailable:
        case ErrorCode::overloaded:
        case ErrorCode::is_bootstrapping:
        case ErrorCode::write_timeout:
        case ErrorCode::read_timeout: return Retry::if_idempotent;
        case ErrorCode::unprepared: return Retry::prepare_first;
        case ErrorCode::server_error:
        case ErrorCode::protocol_error:
        case ErrorCode::bad_credentials:
        case ErrorCode::truncate_error:
        case ErrorCode::read_failure:
        case ErrorCode::function_failure:
        case ErrorCode::write_failure:
        case ErrorCode::cdc_write_failure:
        case ErrorCode::cas_write_unknown:
        case ErrorCode::syntax_error:
        case ErrorCode::unauthorized:
        case ErrorCode::invalid:
        case ErrorCode::config_error:
        case ErrorCode::already_exists: return Retry::never;
    }
    return Retry::never;  // a code that is newer than this program
}

bool says_overloaded(const ServerError& error) {
    return error.code == ErrorCode::overloaded || error.code == ErrorCode::write_timeout;
}

void throw_failure(const ServerError& error, std::string_view operation) {
    const std::string text =
        fmt::format("{}: Cassandra says: {}", shorten(operation), error.message);
    switch (error.code) {
        case ErrorCode::unavailable:
        case ErrorCode::write_timeout:
        case ErrorCode::read_timeout:
        case ErrorCode::write_failure:
        case ErrorCode::cas_write_unknown: throw Unavailable(text + counts(error));
        case ErrorCode::read_failure:
            if (is_about_tombstones(error)) {
                throw TooManyTombstones(text);
            }
            throw Unavailable(text + counts(error));
        case ErrorCode::server_error:
        case ErrorCode::overloaded:
        case ErrorCode::is_bootstrapping:
        case ErrorCode::truncate_error:
        case ErrorCode::cdc_write_failure:
        case ErrorCode::unprepared: throw Unavailable(text);
        case ErrorCode::protocol_error: throw ProtocolError(text);
        case ErrorCode::bad_credentials:
            throw Misconfigured(text,
                                "check username and password (or password_file) in [cassandra]");
        case ErrorCode::unauthorized:
            throw Misconfigured(
                text,
                "give Duet's role the right that the message names: cqlsh -e \"GRANT … TO …\"");
        case ErrorCode::invalid:
            if (is_missing_keyspace(error)) {
                throw Misconfigured(
                    text, "create it: cqlsh -e \"CREATE KEYSPACE … WITH replication = …\"");
            }
            break;
        case ErrorCode::function_failure:
        case ErrorCode::syntax_error:
        case ErrorCode::config_error:
        case ErrorCode::already_exists: break;
    }
    throw QueryError(static_cast<std::int32_t>(error.code), text);
}

}  // namespace duet::cql
