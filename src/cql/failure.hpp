#pragma once
// What a server's ERROR means to the caller: which exception it becomes, and whether to try again.

#include <string_view>

#include "cql/response.hpp"

namespace duet::cql {

enum class Retry : std::uint8_t {
    never,
    if_idempotent,  // it may have happened
    prepare_first,  // the server has forgotten the statement; nothing has happened
};

[[nodiscard]] Retry retry_after(const ServerError& error);
/// The server has more to do than it can: send less at a time.
[[nodiscard]] bool says_overloaded(const ServerError& error);

/// Throws what base/error.hpp and cql/session.hpp promise: Unavailable, TooManyTombstones,
/// Misconfigured, ProtocolError or QueryError. `operation` is what was being done, for the text.
[[noreturn]] void throw_failure(const ServerError& error, std::string_view operation);

}  // namespace duet::cql
