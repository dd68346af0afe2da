#pragma once
// The one thread: an event loop, the coroutines on it, and signals.

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/task.hpp"

namespace duet::net {

/// Declare it before whatever holds a Transport, a Listener or a client: their sockets must not
/// outlive it.
class Runtime {
public:
    Runtime();
    ~Runtime();
    Runtime(const Runtime&) = delete;
    Runtime& operator=(const Runtime&) = delete;

    /// For tests: what spawn_here() does, before run(). An error that leaves the coroutine is
    /// logged under `name` and ends it alone.
    void spawn(Task<void> task, std::string name);
    /// Runs until `main` has ended, then drops whatever is still waiting; rethrows what left
    /// `main`. May be called again; a Transport of an earlier run then answers with Unavailable.
    void run(Task<void> main);
    /// Calls `action` on the loop each time the process gets this signal.
    void on_signal(int signal, std::function<void()> action);

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Starts a coroutine beside the running one, on the same loop. An error that leaves it is logged
/// under `name` and ends it alone.
[[nodiscard]] Task<void> spawn_here(Task<void> task, std::string name);

/// Resolves in the order of calls: a condition that coroutines wait for (a slot, a reply, a request
/// to stop).
class Event {
public:
    Event();
    ~Event();
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;
    /// Wakes everyone who waits now; who waits later waits for the next.
    void notify_all();
    /// Wakes the one that has waited longest, if there is one.
    void notify_one();
    [[nodiscard]] Task<void> wait();
    /// False: the time was up first.
    [[nodiscard]] Task<bool> wait_for(std::chrono::milliseconds timeout);

private:
    struct State;
    std::shared_ptr<State>
        state_;  // shared: a coroutine that is dropped later still leaves the queue
};

}  // namespace duet::net
