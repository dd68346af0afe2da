#include "app/generate/record_generator.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"

namespace duet::app {
namespace {

constexpr std::int64_t most_changes = 4;  // columns that one update changes

std::vector<const DataSet*> chosen_sets(const std::vector<std::string>& tables) {
    std::vector<const DataSet*> sets;
    for (const std::string& table : tables) {
        const DataSet* set = find_data_set(table);
        if (set == nullptr) {
            throw UsageError("there is no generated table " + table +
                             ": choose among products, customers and logs");
        }
        sets.push_back(set);
    }
    if (sets.empty()) {
        for (const DataSet& set : data_sets()) sets.push_back(&set);
    }
    return sets;
}

std::vector<NamedValue> named(const DataSet& set, std::vector<Value> values, bool changed) {
    std::vector<NamedValue> result(set.columns.size());
    for (std::size_t i = 0; i < result.size(); ++i) {
        result[i] = {&set.columns[i], std::move(values[i]), changed};
    }
    return result;
}

}  // namespace

RecordGenerator::RecordGenerator(GeneratorOptions options)
    : options_(std::move(options)), sets_(chosen_sets(options_.tables)), random_(options_.seed) {}

GeneratedRecord RecordGenerator::next(std::int64_t now) {
    if (rival_) {
        GeneratedRecord rival = std::move(*rival_);
        rival_.reset();
        return rival;
    }
    if (known_.empty() || !random_.chance(options_.update_share)) return insert(now);

    const auto last = static_cast<std::int64_t>(known_.size()) - 1;
    // A copy: what follows may forget this one.
    const Known known = known_[static_cast<std::size_t>(random_.between(0, last))];
    const bool settled = now - known.inserted_at >= settled_after_micros;
    if (settled && options_.sides.size() > 1 && random_.chance(options_.conflict_share)) {
        const bool row_first = random_.chance(0.5);
        const std::int64_t later = now + random_.between(0, conflict_within_micros);
        rival_ = update(known, row_first ? Side::elasticsearch : Side::cassandra, later);
        return update(known, row_first ? Side::cassandra : Side::elasticsearch, now);
    }
    return update(known, side_for_update(known, now), now);
}

GeneratedRecord RecordGenerator::insert(std::int64_t now) {
    Known known;
    const auto last_set = static_cast<std::int64_t>(sets_.size()) - 1;
    known.set = sets_[static_cast<std::size_t>(random_.between(0, last_set))];
    const auto last_side = static_cast<std::int64_t>(options_.sides.size()) - 1;
    known.side = options_.sides[static_cast<std::size_t>(random_.between(0, last_side))];
    known.id = random_.uuid();
    known.seed = random_.bits();
    known.inserted_at = now;
    remember(known);

    GeneratedRecord record;
    record.side = known.side;
    record.set = known.set;
    record.id = known.id;
    record.written_at = now;
    Random values(known.seed);
    record.values = named(*known.set, known.set->make(values, now), true);
    return record;
}

GeneratedRecord RecordGenerator::update(const Known& known, Side side, std::int64_t now) {
    GeneratedRecord record;
    record.kind = GeneratedRecord::Kind::update;
    record.side = side;
    record.set = known.set;
    record.id = known.id;
    record.written_at = now;
    Random as_inserted(known.seed);
    record.values = named(*known.set, known.set->make(as_inserted, known.inserted_at), false);

    const std::vector<Value> fresh = known.set->make(random_, now);
    const std::int64_t changes = random_.between(1, most_changes);
    for (std::int64_t i = 0; i < changes; ++i) {
        const std::string column = random_.pick(known.set->changing);
        const auto place =
            std::find_if(record.values.begin(), record.values.end(),
                         [&column](const NamedValue& v) { return v.column->name == column; });
        place->value = fresh[static_cast<std::size_t>(place - record.values.begin())];
        place->changed = true;
    }
    return record;
}

Side RecordGenerator::side_for_update(const Known& known, std::int64_t now) {
    // A side that does not have the record yet would get a fragment of it, newer than the whole.
    if (options_.sides.size() < 2 || now - known.inserted_at < settled_after_micros) {
        return known.side;
    }
    return random_.chance(0.5) ? Side::cassandra : Side::elasticsearch;
}

void RecordGenerator::remember(const Known& known) {
    if (known_.size() < known_limit) {
        known_.push_back(known);
        return;
    }
    const auto place = random_.between(0, static_cast<std::int64_t>(known_limit) - 1);
    known_[static_cast<std::size_t>(place)] = known;
}

}  // namespace duet::app
