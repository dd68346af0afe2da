#pragma once
// What the live tests share: the servers they run against, and running a story on a loop.
//
// The servers' addresses come from the environment (DUET_CASSANDRA=host:port,
// DUET_ELASTICSEARCH=url), as
// `./dev servers env` prints them. Without them the tests fail: a test that did not run proves
// nothing.

#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "base/time.hpp"
#include "cql/session.hpp"
#include "net/runtime.hpp"

namespace duet::live {

/// The value of an environment variable that names a server; throws a sentence when it is not set.
inline std::string server_address(const char* variable) {
    const char* value = std::getenv(variable);
    if (value == nullptr || *value == '\0') {
        throw std::runtime_error(std::string(variable) +
                                 " is not set: run `eval \"$(./dev servers env)\"` first");
    }
    return value;
}

/// Runs a coroutine to its end; what leaves it fails the test.
inline void run(Task<void> story) {
    net::Runtime runtime;
    runtime.run(std::move(story));
}

/// A session with the Cassandra of the environment, not connected yet.
inline std::unique_ptr<cql::Session> new_session() {
    cql::SessionOptions options;
    options.hosts = {server_address("DUET_CASSANDRA")};
    return std::make_unique<cql::Session>(std::move(options));
}

}  // namespace duet::live
