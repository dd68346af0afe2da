#pragma once
// Requests of one kind to one server: those beyond the limit wait for their turn.

#include <chrono>
#include <cstddef>

#include "base/task.hpp"
#include "net/concurrency_limit.hpp"
#include "net/runtime.hpp"

namespace duet::net {

class Gate {
public:
    explicit Gate(ConcurrencyLimit limit) : limit_(limit) {}

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
    /// Of a request that is inside.
    void answered(std::chrono::microseconds latency);
    /// As ConcurrencyLimit's.
    bool overloaded() { return limit_.overloaded(); }
    [[nodiscard]] std::size_t limit() const { return limit_.limit(); }

private:
    ConcurrencyLimit limit_;
    std::size_t inside_ = 0;
    Event room_;

    void leave();
};

}  // namespace duet::net
