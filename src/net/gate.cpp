#include "net/gate.hpp"

#include <cstdint>

#include "base/log.hpp"

namespace duet::net {

Task<Gate::Pass> Gate::enter() {
    while (inside_ >= limit_.limit()) co_await room_.wait();
    co_return Pass(*this);
}

void Gate::answered(std::chrono::steady_clock::time_point sent) {
    const auto latency = std::chrono::steady_clock::now() - sent;
    const std::size_t before = limit_.limit();
    limit_.answered(std::chrono::duration_cast<std::chrono::microseconds>(latency),
                    inside_ >= before);
    if (limit_.limit() > before) room_.notify_one();
}

void Gate::overloaded() {
    if (!limit_.overloaded()) return;
    log::warning(overload_event_, {{overload_field_, static_cast<std::uint64_t>(limit_.limit())}});
}

/// Who wakes and finds that another was faster waits again: that one will leave, too.
void Gate::leave() {
    --inside_;
    room_.notify_one();
}

}  // namespace duet::net
