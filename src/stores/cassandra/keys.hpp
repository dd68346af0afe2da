#pragma once
// An id as the bytes of its key: what is bound, where it lies on the ring, and what a digest sees
// of it. Pure.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "cql/session.hpp"
#include "model/key.hpp"
#include "stores/cassandra/layout.hpp"

namespace duet::cassandra {

/// The bytes of each key column.
using KeyBytes = std::vector<Bytes>;

/// Empty: the id is none of this key.
[[nodiscard]] std::optional<KeyBytes> key_bytes(const Key& key, const Id& id);

/// An id from the cells of a row, in the order of the key's columns.
struct ReadKey {
    Id id;
    /// Why a record cannot be found by this id again: bytes that have no text form of their own.
    std::string problem;
};
[[nodiscard]] ReadKey read_key(const Key& key, std::span<const ByteView> cells);

/// How many of the key's columns are the partition key.
[[nodiscard]] std::size_t partition_columns(const Key& key);

/// The partition key as Cassandra stores it: the cell of one column; several framed together.
[[nodiscard]] Bytes partition_key(const Key& key, std::span<const ByteView> cells);
/// Empty: the id is none of this key.
[[nodiscard]] std::optional<Bytes> partition_key(const Key& key, const Id& id);
/// The cells of a stored partition key; empty: it is none of this key's.
[[nodiscard]] std::vector<ByteView> partition_cells(const Key& key, ByteView stored);

/// Cassandra's token of a partition key.
[[nodiscard]] std::int64_t token_of(const Key& key, std::span<const ByteView> cells);
[[nodiscard]] std::int64_t token_of(const Key& key, const Id& id);

/// What tells a row from the others of its partition in a digest: the token times, for each
/// clustering column, the last eight bytes of SHA-256, which is what the server's mask_hash gives
/// (where it has none: the token).
[[nodiscard]] std::uint64_t row_factor(const Layout& layout, std::span<const ByteView> cells,
                                       std::int64_t token);

/// The list for `(clustering columns) IN ?` of rows of one partition, or for `key IN ?`.
[[nodiscard]] cql::Bound bind_list(std::span<const Bytes> elements);
/// A tuple of the clustering columns.
[[nodiscard]] Bytes clustering_tuple(const Key& key, const KeyBytes& bytes);

}  // namespace duet::cassandra
