#include "model/value.hpp"

#include <bit>

namespace duet {
namespace {

struct SameBits {
    template <class T>
    bool operator()(const T& left, const T& right) const {
        return left == right;
    }
    bool operator()(float left, float right) const {
        return std::bit_cast<std::uint32_t>(left) == std::bit_cast<std::uint32_t>(right);
    }
    bool operator()(double left, double right) const {
        return std::bit_cast<std::uint64_t>(left) == std::bit_cast<std::uint64_t>(right);
    }
};

/// Bytes on the heap beside the Value itself.
struct HeapSize {
    template <class T>
    std::size_t operator()(const T&) const {
        return 0;
    }
    std::size_t operator()(const std::string& text) const { return text.size(); }
    std::size_t operator()(const Blob& blob) const { return blob.bytes.size(); }
    std::size_t operator()(const BigInteger& number) const { return number.digits.size(); }
    std::size_t operator()(const Decimal& number) const { return number.unscaled.digits.size(); }
    std::size_t operator()(const List& list) const {
        std::size_t bytes = 0;
        for (const Value& element : list) {
            bytes += size_of(element);
        }
        return bytes;
    }
    std::size_t operator()(const Map& map) const {
        std::size_t bytes = 0;
        for (const auto& [key, element] : map) {
            bytes += size_of(key) + size_of(element);
        }
        return bytes;
    }
};

}  // namespace

bool Value::operator==(const Value& other) const {
    if (held.index() != other.held.index()) {
        return false;
    }
    return std::visit(
        [&other](const auto& left) {
            using T = std::remove_cvref_t<decltype(left)>;
            return SameBits{}(left, *std::get_if<T>(&other.held));
        },
        held);
}

std::size_t size_of(const Value& value) {
    return sizeof(Value) + std::visit(HeapSize{}, value.held);
}

}  // namespace duet
