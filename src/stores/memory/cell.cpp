#include "stores/memory/cell.hpp"

#include <bit>

namespace duet {

namespace {

void append_sized(Bytes& out, const Value& value) {
    const Bytes bytes = bytes_of(value);
    append_big(out, static_cast<std::int32_t>(
                        value.is_null() ? -1 : static_cast<std::int32_t>(bytes.size())));
    append(out, bytes);
}

struct Serialize {
    Bytes& out;

    void operator()(std::monostate) const {}
    void operator()(bool value) const { out.push_back(value ? 1 : 0); }
    // Sign-extended bytes of the narrower integers compare as the narrow ones do.
    void operator()(std::int64_t value) const { append_big(out, value); }
    void operator()(float value) const { append_big(out, std::bit_cast<std::uint32_t>(value)); }
    void operator()(double value) const { append_big(out, std::bit_cast<std::uint64_t>(value)); }
    void operator()(const std::string& value) const { append(out, as_bytes(value)); }
    void operator()(const Blob& value) const { append(out, value.bytes); }
    void operator()(const Uuid& value) const { append(out, value.bytes); }
    void operator()(const Inet& value) const {
        append(out, ByteView(value.bytes).first(value.size));
    }
    void operator()(const BigInteger& value) const { append(out, value.to_twos_complement()); }
    void operator()(const Decimal& value) const {
        append_big(out, value.scale);
        append(out, value.unscaled.to_twos_complement());
    }
    void operator()(const Duration& value) const {
        append_big(out, value.months);
        append_big(out, value.days);
        append_big(out, value.nanoseconds);
    }
    void operator()(const List& value) const {
        append_big(out, static_cast<std::int32_t>(value.size()));
        for (const Value& element : value) {
            append_sized(out, element);
        }
    }
    void operator()(const Map& value) const {
        append_big(out, static_cast<std::int32_t>(value.size()));
        for (const auto& [key, element] : value) {
            append_sized(out, key);
            append_sized(out, element);
        }
    }
};

/// At equal timestamps the higher one wins, whatever the values are.
int rank(const Cell& cell) {
    if (cell.is_tombstone()) {
        return 2;
    }
    return cell.expires_at != 0 ? 1 : 0;
}

bool wins(const Cell& next, const Cell& old) {
    if (next.timestamp != old.timestamp) {
        return next.timestamp > old.timestamp;
    }
    if (rank(next) != rank(old)) {
        return rank(next) > rank(old);
    }
    if (next.expires_at != old.expires_at) {
        return next.expires_at > old.expires_at;
    }
    return bytes_of(next.value) > bytes_of(old.value);
}

}  // namespace

Bytes bytes_of(const Value& value) {
    Bytes out;
    std::visit(Serialize{out}, value.held);
    return out;
}

void merge(std::optional<Cell>& cell, const Cell& next) {
    if (!cell || wins(next, *cell)) {
        cell = next;
    }
}

void merge(std::optional<RowMarker>& marker, const RowMarker& next) {
    const bool newer = !marker || next.timestamp > marker->timestamp;
    // An expiring marker beats one that does not expire, a later expiry an earlier one.
    if (newer || (next.timestamp == marker->timestamp && next.expires_at > marker->expires_at)) {
        marker = next;
    }
}

}  // namespace duet
