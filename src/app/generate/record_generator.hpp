#pragma once
// A stream of believable inserts and updates, for either or both stores.
//
// Rule: the same seed and the same sequence of moments give the same stream. Nothing is written
// here.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "app/generate/data_set.hpp"
#include "model/record.hpp"

namespace duet::app {

enum class Side : std::uint8_t { cassandra, elasticsearch };

struct NamedValue {
    const Column* column = nullptr;
    Value value;
    /// False: an update that leaves this column as it was inserted.
    bool changed = true;
};

/// One write. It names all columns, since a document is written whole; of a row only what changed.
struct GeneratedRecord {
    enum class Kind : std::uint8_t { insert, update };
    Kind kind = Kind::insert;
    Side side = Side::cassandra;
    const DataSet* set = nullptr;
    Uuid id;
    std::int64_t written_at = 0;  // microseconds since 1970: the version that it carries
    std::vector<NamedValue> values;
};

struct GeneratorOptions {
    std::vector<std::string> tables;  // none: all
    std::uint64_t seed = 0;
    double update_share = 0.3;    // of the writes
    double conflict_share = 0.0;  // of the updates: one id on both sides, one after the other
    std::vector<Side> sides = {Side::cassandra, Side::elasticsearch};
};

class RecordGenerator {
public:
    /// Throws UsageError when it knows no such table.
    explicit RecordGenerator(GeneratorOptions options);

    /// The next write, made at `now` (microseconds since 1970).
    [[nodiscard]] GeneratedRecord next(std::int64_t now);
    [[nodiscard]] const std::vector<const DataSet*>& sets() const { return sets_; }

private:
    /// What is remembered of a record that was inserted; its values follow from it.
    struct Known {
        const DataSet* set = nullptr;
        Uuid id;
        Side side = Side::cassandra;
        std::uint64_t seed = 0;
        std::int64_t inserted_at = 0;
    };

    [[nodiscard]] GeneratedRecord insert(std::int64_t now);
    [[nodiscard]] GeneratedRecord update(const Known& known, Side side, std::int64_t now);
    [[nodiscard]] Side side_for_update(const Known& known, std::int64_t now);
    void remember(const Known& known);

    GeneratorOptions options_;
    std::vector<const DataSet*> sets_;
    Random random_;
    std::vector<Known> known_;
    std::optional<GeneratedRecord> rival_;  // the second write of a conflict
};

constexpr std::size_t known_limit = 20'000;                // records that may be updated
constexpr std::int64_t settled_after_micros = 30'000'000;  // by then the other side has it, too
constexpr std::int64_t conflict_within_micros = 200'000;   // between the two writes of a conflict

}  // namespace duet::app
