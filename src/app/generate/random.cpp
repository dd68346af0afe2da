#include "app/generate/random.hpp"

namespace duet::app {

std::int64_t Random::between(std::int64_t low, std::int64_t high) {
    const std::uint64_t width = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
    if (width == UINT64_MAX) return static_cast<std::int64_t>(bits());
    // The modulo favours low numbers by less than width / 2^64, which no reader of the data sees.
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + bits() % (width + 1));
}

std::int64_t Random::mostly_small(std::int64_t low, std::int64_t high) {
    return between(low, between(low, between(low, high)));
}

bool Random::chance(double probability) { return share() < probability; }

double Random::share() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }

std::string Random::pick(std::span<const std::string_view> words) {
    const auto last = static_cast<std::int64_t>(words.size()) - 1;
    return std::string(words[static_cast<std::size_t>(between(0, last))]);
}

Uuid Random::uuid() {
    const std::uint64_t high = bits();
    return Uuid::version4(high, bits());
}

}  // namespace duet::app
