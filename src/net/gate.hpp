#pragma once
// Requests of one kind to one server: those beyond the limit wait for their turn.

#include <chrono>
#include <cstddef>
#include <string>

#include "base/task.hpp"
#include "net/concurrency_limit.hpp"
#include "net/runtime.hpp"

namespace duet::net {

class Gate {
public:
    /// The log says that `server` is overloaded, and how many `requests` it gets at a time then.
    Gate(ConcurrencyLimit limit, std::string server, const std::string& requests)
        : limit_(limit),
          overload_event_(std::move(server) + " is overloaded"),
          overload_field_(requests + "_at_a_time") {}

    /// A request's place among those that are on their way, until it is destroyed. The gate
    /// outlives it.
    class Pass {
    public:
        Pass(Pass&& other) noexcept : gate_(other.gate_) { other.gate_ = nullptr; }
        Pass(const Pass&) = delete;
        Pass& operator=(const Pass&) = delete;
        Pass& operator=(Pass&&) = delete;
        ~Pass() {
            if (gate_ != nullptr) gate_->leave();
        }

    private:
        friend class Gate;
        explicit Pass(Gate& gate) : gate_(&gate) { ++gate.inside_; }

        Gate* gate_;
    };

    /// Waits as long as the requests inside need; each of them has a deadline of its own.
    [[nodiscard]] Task<Pass> enter();
    /// A request that is inside, sent at this time, has its answer now.
    void answered(std::chrono::steady_clock::time_point sent);
    /// As ConcurrencyLimit's, with a line in the log where the limit falls.
    void overloaded();
    [[nodiscard]] std::size_t limit() const { return limit_.limit(); }

private:
    ConcurrencyLimit limit_;
    std::string overload_event_;
    std::string overload_field_;
    std::size_t inside_ = 0;
    Event room_;

    void leave();
};

}  // namespace duet::net
