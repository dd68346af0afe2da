#pragma once
// The records that are copied: eight columns of the usual types, about 230 bytes as a document. The
// same seed gives the same records, so every writer writes the same.

#include <cstdint>
#include <string>
#include <vector>

#include "base/uuid.hpp"
#include "cql/session.hpp"
#include "model/schema.hpp"

namespace duet::bench {

struct BenchRecord {
    Uuid id;
    std::string name;
    std::string description;
    std::string category;
    std::string city;
    double price = 0;
    std::int64_t quantity = 0;
    bool active = false;
    std::int64_t created = 0;  // milliseconds since 1970
    std::int64_t stamp = 0;    // its version: microseconds since 1970
};

/// The columns beside the key and the version.
[[nodiscard]] std::vector<Column> columns();
[[nodiscard]] std::vector<BenchRecord> make_records(std::size_t count, std::uint64_t seed);

/// Appends the record as a document, with `updated_at` as Duet writes it.
void append_document(std::string& out, const BenchRecord& record);
/// The values of an INSERT in the order of columns(), the key before them; `stamped`: the version
/// column behind them.
[[nodiscard]] std::vector<cql::Bound> bind(const BenchRecord& record, bool stamped);
/// The statement that these values belong to.
[[nodiscard]] std::string insert_cql(const std::string& table, bool stamped);

}  // namespace duet::bench
