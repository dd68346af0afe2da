#pragma once
// Two small hashes whose values stay the same on every machine and in every release.

#include <cstdint>
#include <string_view>

namespace duet {

/// SplitMix64's finalizer: every bit of the argument moves half of the result's.
[[nodiscard]] constexpr std::uint64_t mix64(std::uint64_t bits) {
    bits = (bits ^ (bits >> 30)) * 0xBF58'476D'1CE4'E5B9U;
    bits = (bits ^ (bits >> 27)) * 0x94D0'49BB'1331'11EBU;
    return bits ^ (bits >> 31);
}

/// FNV-1a, 64 bits; `hash` is what the text follows.
[[nodiscard]] constexpr std::uint64_t fnv1a(std::string_view text,
                                            std::uint64_t hash = 0xCBF2'9CE4'8422'2325U) {
    for (const char c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100'0000'01B3U;
    }
    return hash;
}

/// The hash of a list of texts that ended with `hash` before: "a", "bc" is not "ab", "c".
[[nodiscard]] constexpr std::uint64_t fnv1a_next(std::string_view text, std::uint64_t hash) {
    return fnv1a("\xFF", fnv1a(text, hash));
}

}  // namespace duet
