#include "stores/cassandra/keys.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "cql/token.hpp"
#include "stores/cassandra/codec.hpp"

namespace duet::cassandra {
namespace {

std::vector<ByteView> views(const KeyBytes& bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

std::size_t partition_columns(const Key& key) {
    std::size_t count = 0;
    for (const KeyColumn& column : key.columns()) count += column.clustering ? 0 : 1;
    return count;
}

std::optional<KeyBytes> key_bytes(const Key& key, const Id& id) {
    const auto values = key.decode(id);
    if (!values) return std::nullopt;
    KeyBytes bytes(values->size());
    try {
        for (std::size_t i = 0; i < values->size(); ++i) {
            encode((*values)[i], key.columns()[i].type, bytes[i]);
        }
    } catch (const ValueError&) {
        return std::nullopt;
    }
    return bytes;
}

ReadKey read_key(const Key& key, std::span<const ByteView> cells) {
    ReadKey read;
    std::vector<Value> values(cells.size());
    try {
        for (std::size_t i = 0; i < cells.size(); ++i) {
            values[i] = decode(cells[i], key.columns()[i].type);
        }
    } catch (const ValueError& error) {
        std::string hex = "0x";
        for (const ByteView cell : cells) hex += to_hex(cell);
        read.id = Id::of(hex);
        read.problem = error.what();
        return read;
    }
    read.id = key.encode(values);
    const auto again = key_bytes(key, read.id);
    for (std::size_t i = 0; i < cells.size(); ++i) {
        // Clustering columns are found by their value, whatever its bytes.
        const bool same =
            again && (key.columns()[i].clustering || std::ranges::equal((*again)[i], cells[i]));
        if (!same && read.problem.empty()) {
            read.problem = "its column " + key.columns()[i].name +
                           " holds bytes that no text stands for: write the row under another key";
        }
    }
    return read;
}

Bytes partition_key(const Key& key, std::span<const ByteView> cells) {
    const std::size_t columns = partition_columns(key);
    if (columns == 1) return {cells.front().begin(), cells.front().end()};
    Bytes composite;
    for (const ByteView cell : cells.first(columns)) {
        append_big(composite, static_cast<std::uint16_t>(cell.size()));
        append(composite, cell);
        composite.push_back(0);
    }
    return composite;
}

std::optional<Bytes> partition_key(const Key& key, const Id& id) {
    const auto bytes = key_bytes(key, id);
    if (!bytes) return std::nullopt;
    return partition_key(key, views(*bytes));
}

std::vector<ByteView> partition_cells(const Key& key, ByteView stored) {
    const std::size_t columns = partition_columns(key);
    if (columns == 1) return {stored};
    std::vector<ByteView> cells;
    while (cells.size() < columns) {
        if (stored.size() < 2) return {};
        const auto size = load_big<std::uint16_t>(stored.data());
        if (stored.size() < size + 3U || stored[size + 2U] != 0) return {};
        cells.push_back(stored.subspan(2, size));
        stored = stored.subspan(size + 3U);
    }
    return stored.empty() ? cells : std::vector<ByteView>();
}

std::int64_t token_of(const Key& key, std::span<const ByteView> cells) {
    if (partition_columns(key) == 1) return cql::murmur3_token(cells.front());
    return cql::murmur3_token(partition_key(key, cells));
}

std::int64_t token_of(const Key& key, const Id& id) {
    if (const Uuid* uuid = id.uuid(); uuid != nullptr && key.is_uuid()) {
        return cql::murmur3_token(uuid->bytes);
    }
    const auto bytes = key_bytes(key, id);
    return bytes ? token_of(key, views(*bytes)) : 0;
}

std::uint64_t row_factor(const Layout& layout, std::span<const ByteView> cells,
                         std::int64_t token) {
    auto factor = static_cast<std::uint64_t>(token);
    if (!layout.hashes) return factor;
    for (std::size_t i = partition_columns(layout.key); i < cells.size(); ++i) {
        std::array<std::uint8_t, SHA256_DIGEST_LENGTH> hash{};
        SHA256(cells[i].data(), cells[i].size(), hash.data());
        factor *= load_big<std::uint64_t>(hash.data() + hash.size() - 8);
    }
    return factor;
}

cql::Bound bind_list(std::span<const Bytes> elements) {
    cql::Bound bound{cql::Bound::Kind::value, {}};
    append_big(bound.bytes, static_cast<std::int32_t>(elements.size()));
    for (const Bytes& element : elements) {
        append_big(bound.bytes, static_cast<std::int32_t>(element.size()));
        append(bound.bytes, element);
    }
    return bound;
}

Bytes clustering_tuple(const Key& key, const KeyBytes& bytes) {
    Bytes tuple;
    for (std::size_t i = partition_columns(key); i < bytes.size(); ++i) {
        append_big(tuple, static_cast<std::int32_t>(bytes[i].size()));
        append(tuple, bytes[i]);
    }
    return tuple;
}

}  // namespace duet::cassandra
