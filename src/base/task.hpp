#pragma once
// The one coroutine type of the project, and the two things that coroutines do beside awaiting each
// other.
//
// Rule: name a temporary, then await it. g++ 12 destroys a braced temporary or a capturing lambda
// inside a co_await expression twice (CONTRIBUTING.md; tools/tidy.py holds it).

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <vector>

namespace duet {

/// A coroutine that runs on the process's single thread and yields a T, or throws.
template <class T = void>
using Task = boost::asio::awaitable<T>;

/// Waits; ends early, by boost::system::system_error (operation_aborted), only when the process is
/// being torn down.
[[nodiscard]] Task<void> sleep_for(std::chrono::milliseconds duration);

/// Runs all of them side by side and ends when the last has ended; then throws the first error, if
/// there was one.
[[nodiscard]] Task<void> when_all(std::vector<Task<void>> tasks);

}  // namespace duet
