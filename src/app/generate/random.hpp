#pragma once
// Chance for the generator: the same seed gives the same data on every machine and with every
// compiler, which the standard library's distributions do not promise.

#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <string_view>

#include "base/uuid.hpp"

namespace duet::app {

class Random {
public:
    explicit Random(std::uint64_t seed) : engine_(seed) {}

    [[nodiscard]] std::uint64_t bits() { return engine_(); }
    /// From `low` to `high`, both included.
    [[nodiscard]] std::int64_t between(std::int64_t low, std::int64_t high);
    /// As between(), but small numbers come more often than large ones.
    [[nodiscard]] std::int64_t mostly_small(std::int64_t low, std::int64_t high);
    /// True with this probability.
    [[nodiscard]] bool chance(double probability);
    /// From 0 up to, and without, 1.
    [[nodiscard]] double share();
    [[nodiscard]] std::string pick(std::span<const std::string_view> words);
    /// A version 4 UUID.
    [[nodiscard]] Uuid uuid();

private:
    std::mt19937_64 engine_;
};

}  // namespace duet::app
