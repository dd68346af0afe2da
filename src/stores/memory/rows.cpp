#include "stores/memory/rows.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/hash.hpp"

namespace duet {

std::optional<std::int64_t> RowView::newest() const {
    std::optional<std::int64_t> newest = stamp_write_time;
    for (const auto& time : write_times) {
        // An empty optional is less than any time.
        newest = std::max(newest, time);
    }
    return newest;
}

MemoryRows::MemoryRows(Options options, const Clock& clock)
    : options_(std::move(options)), clock_(clock) {}

void MemoryRows::insert(const Id& id, const RowWrite& write) { this->write(id, write, true); }

void MemoryRows::update(const Id& id, const RowWrite& write) { this->write(id, write, false); }

void MemoryRows::write(const Id& id, const RowWrite& write, bool with_marker) {
    Stored& stored = rows_[{token(id), id}];
    stored.cells.resize(options_.columns.size());
    for (const auto& [name, value] : write.values) {
        const auto column = find(name);
        if (!column) {
            throw Misconfigured("table " + options_.name + " has no column " + name,
                                "add the column");
        }
        // An empty collection is no value: Cassandra writes its tombstone.
        Cell cell{write.timestamp, is_empty(value) ? Value() : value, write.expires_at};
        if (cell.is_tombstone()) {
            cell.expires_at = 0;
        }
        merge(stored.cells[*column], cell);
    }
    if (write.stamp && options_.version_precision) {
        const Cell cell{write.timestamp,
                        Value(cut(write.stamp->micros, *options_.version_precision)),
                        write.expires_at};
        merge(stored.stamp, cell);
    }
    if (with_marker) {
        merge(stored.marker, RowMarker{write.timestamp, write.expires_at});
    }
    if (listener_) {
        listener_(id, write.timestamp);
    }
}

void MemoryRows::remove(const Id& id, std::int64_t timestamp) {
    Stored& stored = rows_[{token(id), id}];
    stored.deleted = std::max(stored.deleted.value_or(timestamp), timestamp);
    if (listener_) {
        listener_(id, timestamp);
    }
}

void MemoryRows::truncate() {
    rows_.clear();
    history_.truncated_at = clock_.now();
}

void MemoryRows::recreate() {
    rows_.clear();
    history_ = {history_.id + "1", INT64_MIN};
}

RowView MemoryRows::view(const Id& id, std::int64_t now) const {
    const auto found = rows_.find({token(id), id});
    return found == rows_.end() ? view(Stored{}, now) : view(found->second, now);
}

RowView MemoryRows::view(const Stored& stored, std::int64_t now) const {
    const auto shows = [&](const auto& written) {
        return written && (!stored.deleted || written->timestamp > *stored.deleted) &&
               written->live_at(now);
    };
    RowView view;
    RowEnd end;
    const auto add_end = [&end](const Cell& cell) {
        end.add(cell.expires_at == 0 ? std::nullopt : std::optional(cell.expires_at));
    };
    view.exists = shows(stored.marker);
    view.values.resize(options_.columns.size());
    view.write_times.resize(options_.columns.size());
    for (std::size_t i = 0; i < stored.cells.size(); ++i) {
        if (shows(stored.cells[i])) {
            view.exists = true;
            view.values[i] = stored.cells[i]->value;
            view.write_times[i] = stored.cells[i]->timestamp;
            add_end(*stored.cells[i]);
        }
    }
    if (shows(stored.stamp)) {
        view.exists = true;
        view.stamp = Version{stored.stamp->value.get<std::int64_t>()};
        view.stamp_write_time = stored.stamp->timestamp;
        add_end(*stored.stamp);
    }
    view.expires_at = end.last();
    view.changes_at = end.first();
    return view;
}

std::vector<MemoryRows::Row> MemoryRows::scan(TokenRange range, std::size_t limit, std::int64_t now,
                                              const Id* past) const {
    std::vector<Row> found;
    auto row = past == nullptr ? rows_.lower_bound({range.after, Id{}})
                               : rows_.upper_bound({token(*past), *past});
    for (; row != rows_.end() && found.size() < limit; ++row) {
        const auto& [position, id] = row->first;
        if (position <= range.after) {
            continue;
        }
        if (position > range.upto) {
            break;
        }
        RowView shown = view(row->second, now);
        if (shown.exists) {
            found.emplace_back(id, std::move(shown));
        }
    }
    return found;
}

std::int64_t MemoryRows::token(const Id& id) const {
    constexpr std::uint64_t seed = 0x9E3779B97F4A7C15U;
    std::uint64_t bits = seed;
    if (const Uuid* uuid = id.uuid()) {
        const auto high = load_big<std::uint64_t>(uuid->bytes.data());
        bits = mix64(high ^ mix64(load_big<std::uint64_t>(uuid->bytes.data() + 8) + seed));
    } else {
        std::string text = id.to_string();
        if (options_.partitions) text.resize(std::min(text.size(), text.find('~')));
        for (const char c : text) bits = mix64(bits ^ static_cast<unsigned char>(c));
    }
    const auto position = static_cast<std::int64_t>(bits);
    // As Cassandra's: the lowest token belongs to nobody, so that (lowest, highest] is everything.
    return position == INT64_MIN ? INT64_MAX : position;
}

std::optional<std::size_t> MemoryRows::find(std::string_view column) const {
    const auto found = std::find_if(options_.columns.begin(), options_.columns.end(),
                                    [&](const Column& each) { return each.name == column; });
    if (found == options_.columns.end()) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(found - options_.columns.begin());
}

void MemoryRows::create() {
    options_.exists = true;
    options_.version_precision = Precision::milliseconds;
}

std::optional<Refusal> MemoryRows::refusal(const Id& id) const {
    return refuses_ ? refuses_(id) : std::nullopt;
}

void MemoryRows::add(const Column& column) { options_.columns.push_back(column); }

}  // namespace duet
