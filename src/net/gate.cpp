#include "net/gate.hpp"

namespace duet::net {

Task<Gate::Pass> Gate::enter() {
    while (inside_ >= limit_.limit()) co_await room_.wait();
    co_return Pass(*this);
}

void Gate::answered(std::chrono::microseconds latency) {
    const std::size_t before = limit_.limit();
    limit_.answered(latency, inside_ >= before);
    if (limit_.limit() > before) room_.notify_one();
}

/// Who wakes and finds that another was faster waits again: that one will leave, too.
void Gate::leave() {
    --inside_;
    room_.notify_one();
}

}  // namespace duet::net
