#pragma once
// What the server's refusals mean for a pair (ARCHITECTURE.md#errors: they are named after the
// remedy).

#include <optional>
#include <string>

#include "base/task.hpp"
#include "cql/session.hpp"
#include "model/store.hpp"
#include "stores/cassandra/layout.hpp"

namespace duet::cassandra {

/// What to do after a write was refused.
enum class WriteFailure : std::uint8_t {
    record,         // this value, size or key: the other records go on
    misconfigured,  // rights, guardrails, a full CDC directory, a table that is gone: the pair
                    // stops
    unavailable,    // come back later
};

/// By the protocol's error code and, where that says too little, the message.
[[nodiscard]] WriteFailure classify_write(const cql::QueryError& error);

/// Throws Misconfigured or Unavailable as classify_write says; for `record` gives the refusal.
[[nodiscard]] Refusal refusal_of(const cql::QueryError& error, const std::string& table);
/// Fills in the column and its value where a refusal lacks them: the column that the server's
/// words name, or, where they are about a size, the largest one.
void name_culprit(Refusal& refusal, const Layout& layout, const Content& content);

/// To be called while `error`, of a write, is being handled: throws Misconfigured where waiting
/// would not help (CDC's directory is full), else rethrows it.
[[noreturn]] void rethrow_unavailable(const Unavailable& error, const std::string& table);
/// The server could not put the record into its commit log: waiting would not help, it concerns the
/// record.
[[nodiscard]] bool is_too_large(const Unavailable& error);

/// Throws what a refused read means: Misconfigured, or Unavailable where the table changed under
/// it.
[[noreturn]] void throw_read_failure(const cql::QueryError& error, const std::string& table);

/// Runs one schema statement and awaits agreement. Throws Misconfigured with the statement as its
/// hint when it is refused; `what` names what cannot be done.
[[nodiscard]] Task<void> run_ddl(cql::Session& session, std::string statement, std::string what);

}  // namespace duet::cassandra
