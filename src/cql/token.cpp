#include "cql/token.hpp"

#include <bit>
#include <limits>

namespace duet::cql {
namespace {

constexpr std::uint64_t c1 = 0x87C37B91114253D5;
constexpr std::uint64_t c2 = 0x4CF5AD432745937F;

std::uint64_t load_little(const std::uint8_t* bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 8; i-- > 0;) {
        value = (value << 8) | bytes[i];
    }
    return value;
}

std::uint64_t finalize(std::uint64_t k) {
    k = (k ^ (k >> 33)) * 0xFF51AFD7ED558CCD;
    k = (k ^ (k >> 33)) * 0xC4CEB9FE1A85EC53;
    return k ^ (k >> 33);
}

std::uint64_t mix1(std::uint64_t k) { return std::rotl(k * c1, 31) * c2; }
std::uint64_t mix2(std::uint64_t k) { return std::rotl(k * c2, 33) * c1; }

// The bytes after the last block. Cassandra reads them as Java's signed bytes: one above 127 sets
// all bits above it.
std::uint64_t load_tail(ByteView bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const std::int64_t byte = bytes[i] < 0x80 ? bytes[i] : std::int64_t{bytes[i]} - 0x100;
        value ^= static_cast<std::uint64_t>(byte) << (8 * i);
    }
    return value;
}

}  // namespace

std::int64_t murmur3_token(ByteView key) {
    constexpr std::size_t block = 16;
    std::uint64_t h1 = 0;
    std::uint64_t h2 = 0;
    ByteView rest = key;
    for (; rest.size() >= block; rest = rest.subspan(block)) {
        h1 ^= mix1(load_little(rest.data()));
        h1 = (std::rotl(h1, 27) + h2) * 5 + 0x52DCE729;
        h2 ^= mix2(load_little(rest.data() + 8));
        h2 = (std::rotl(h2, 31) + h1) * 5 + 0x38495AB5;
    }
    if (rest.size() > 8) {
        h2 ^= mix2(load_tail(rest.subspan(8)));
    }
    if (!rest.empty()) {
        h1 ^= mix1(load_tail(rest.first(rest.size() > 8 ? 8 : rest.size())));
    }
    h1 ^= key.size();
    h2 ^= key.size();
    h1 += h2;
    h2 += h1;
    // The first half of the hash; the second is not part of the token.
    h1 = finalize(h1) + finalize(h2);
    const auto token = static_cast<std::int64_t>(h1);
    // It stands for "before the first token", so no key may have it.
    constexpr auto lowest = std::numeric_limits<std::int64_t>::min();
    return token == lowest ? std::numeric_limits<std::int64_t>::max() : token;
}

}  // namespace duet::cql
