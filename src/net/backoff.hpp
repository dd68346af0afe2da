#pragma once
// Exponential backoff with full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter",
// 2015).

#include <chrono>
#include <cstdint>
#include <random>

namespace duet::net {

class Backoff {
public:
    Backoff(std::chrono::milliseconds first, std::chrono::milliseconds limit, std::uint64_t seed);
    /// The time to wait before the next try: random between 0 and first * 2^n, at most `limit`.
    [[nodiscard]] std::chrono::milliseconds next();
    void reset();

private:
    std::chrono::milliseconds first_;
    std::chrono::milliseconds limit_;
    int tries_ = 0;
    std::mt19937_64 random_;
};

}  // namespace duet::net
