#include "stores/cassandra/reader.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "stores/cassandra/codec.hpp"
#include "stores/cassandra/keys.hpp"
#include "stores/cassandra/types.hpp"

namespace duet::cassandra {
namespace {

std::size_t width_of(const LayoutColumn& column) {
    if (!column.present) {
        return 0;
    }
    return column.timed ? 3 : 1;  // value, write time, TTL
}

/// Numbers of a column in a digest.
std::size_t digest_width(const LayoutColumn& column) {
    if (!column.present) {
        return 0;
    }
    return column.timed ? 2 : 1;
}

/// What a digest counts of a value: 1, or the elements of a non-frozen collection.
std::uint64_t count_of(ByteView cell, const Type& type) {
    const bool counts_elements = type.multi_cell() && type.is_collection();
    return counts_elements && cell.size() >= 4 ? load_big<std::uint32_t>(cell.data()) : 1;
}

std::optional<std::int64_t> read_time(const cql::Rows& rows, std::size_t row, std::size_t column) {
    const auto bytes = rows.cell(row, column);
    if (!bytes || bytes->size() != sizeof(std::int64_t)) {
        return std::nullopt;
    }
    return load_big<std::int64_t>(bytes->data());
}

/// Reads the TTLs of one row.
class TtlReader {
public:
    explicit TtlReader(std::int64_t now) : now_(now) {}

    /// Of a column that has a value; null: it stays for ever.
    void add(const std::optional<ByteView>& ttl, bool multi_cell) {
        if (!ttl || !multi_cell) {
            add(ttl && ttl->size() == 4 ? load_big<std::int32_t>(ttl->data()) : -1);
            return;
        }
        // Of a non-frozen collection a list with one for each element, null where it has none.
        for (std::size_t at = 4; at + 4 <= ttl->size();) {
            const auto size = load_big<std::int32_t>(ttl->data() + at);
            at += 4;
            const bool whole = size == 4 && at + 4 <= ttl->size();
            add(whole ? load_big<std::int32_t>(ttl->data() + at) : -1);
            at += size > 0 ? static_cast<std::size_t>(size) : 0;
        }
    }
    void tell(State& state) const {
        state.expires_at = end_.last();
        state.changes_at = end_.first();
    }

private:
    std::int64_t now_;
    RowEnd end_;

    void add(std::int32_t seconds) {
        constexpr std::int64_t micros_a_second = 1'000'000;
        if (seconds < 0) {
            end_.add(std::nullopt);
        } else {
            end_.add((now_ + seconds) * micros_a_second);
        }
    }
};

Value read_value(ByteView bytes, const LayoutColumn& column, State& state) {
    try {
        return decode(bytes, column.type);
    } catch (const ValueError& error) {
        state.problem = Refusal{column.name, error.value(),
                                std::string("Cassandra's value cannot be read: ") + error.what()};
    }
    return {};
}

void note_time(std::optional<std::int64_t> time, State& state) {
    if (time && (!state.newest_write || *time > *state.newest_write)) {
        state.newest_write = time;
    }
}

}  // namespace

RowReader::RowReader(const Layout& layout, Detail detail)
    : layout_(layout), detail_(detail), first_(layout.key.columns().size()), width_(first_) {
    width_ += layout.version ? width_of(*layout.version) : 0;
    for (const LayoutColumn& column : layout.columns) {
        const std::size_t times = tells_version(column) ? 1 : 0;
        width_ += detail == Detail::contents ? width_of(column) : times;
    }
}

void RowReader::check(const cql::Rows& rows) const {
    const auto complain = [&] {
        throw Unavailable("table " + layout_.name() +
                          " has changed while it was read: it is looked at again");
    };
    if (rows.columns.size() != width_) {
        complain();
    }
    std::size_t at = first_;
    const auto check_column = [&](const LayoutColumn& column) {
        if (!column.present) {
            return;
        }
        const auto type = from_column_type(rows.columns[at].type);
        if (!type || type->kind != column.type.kind) {
            complain();
        }
        at += width_of(column);
    };
    if (layout_.version) {
        check_column(*layout_.version);
    }
    if (detail_ != Detail::contents) return;
    for (const LayoutColumn& column : layout_.columns) {
        check_column(column);
    }
}

void RowReader::read_version(const cql::Rows& rows, std::size_t row, State& state) const {
    // V1: where the version column was written last, its value is the version.
    const auto bytes = rows.cell(row, first_);
    const auto time = read_time(rows, row, first_ + 1);
    if (!bytes || !time || time != state.newest_write) {
        return;
    }
    const LayoutColumn& column = *layout_.version;
    const Value value = read_value(*bytes, column, state);
    if (value.is_null()) {
        return;
    }
    const auto micros = version_micros(value, column.type);
    if (!micros) {
        state.problem = Refusal{column.name, shown(value),
                                "this version is beyond the year 290000: write the row again with "
                                "a moment of our time"};
        return;
    }
    state.version = Version{*micros};
    state.stamped = true;
}

RangeDigest RowReader::empty_digest() const {
    RangeDigest digest;
    for (const LayoutColumn& column : layout_.columns) {
        digest.columns.resize(digest.columns.size() + digest_width(column));
    }
    if (layout_.version) {
        digest.columns.resize(digest.columns.size() + digest_width(*layout_.version));
    }
    return digest;
}

void RowReader::add_to_digest(RangeDigest& digest, const cql::Rows& rows, std::size_t row,
                              std::int64_t token) const {
    digest.count += is_row(rows, row) ? 1 : 0;
    if (!layout_.key.has_clustering()) {
        digest.token_sum += static_cast<std::uint64_t>(token);
    } else {
        // The hash of a null is null, and a sum leaves that out.
        const bool counted = is_row(rows, row) || !layout_.hashes;
        digest.token_sum += counted ? row_factor(layout_, key_cells(rows, row), token) : 0;
        digest.lowest = std::min(digest.lowest, token);
        digest.highest = std::max(digest.highest, token);
    }
    std::size_t place = 0;
    const auto add = [&](const LayoutColumn& column, std::size_t at) {
        if (const auto cell = rows.cell(row, at)) {
            digest.columns[place] += count_of(*cell, column.type);
        }
        if (column.timed) {
            // As the server's bigint arithmetic: modulo 2^64.
            const auto time = static_cast<std::uint64_t>(read_time(rows, row, at + 1).value_or(0));
            digest.columns[place + 1] += time * static_cast<std::uint64_t>(token);
        }
        place += digest_width(column);
    };
    std::size_t at = first_ + (layout_.version ? width_of(*layout_.version) : 0);
    for (const LayoutColumn& column : layout_.columns) {
        if (column.present) {
            add(column, at);
        }
        at += width_of(column);
    }
    if (layout_.version) {
        add(*layout_.version, first_);
    }
}

bool RowReader::is_row(const cql::Rows& rows, std::size_t row) const {
    return !layout_.key.has_clustering() || rows.cell(row, first_ - 1).has_value();
}

std::vector<ByteView> RowReader::key_cells(const cql::Rows& rows, std::size_t row) const {
    std::vector<ByteView> cells(first_);
    for (std::size_t i = 0; i < first_; ++i) {
        cells[i] = rows.cell(row, i).value_or(ByteView());
    }
    return cells;
}

std::int64_t RowReader::token(const cql::Rows& rows, std::size_t row) const {
    if (first_ == 1) {
        return token_of(layout_.key, std::array{rows.cell(row, 0).value_or(ByteView())});
    }
    return token_of(layout_.key, key_cells(rows, row));
}

void RowReader::read_key(const cql::Rows& rows, std::size_t row, FoundRow& found) const {
    const auto key = rows.cell(row, 0);
    if (layout_.key.is_uuid()) {
        Uuid uuid;
        if (key && key->size() == uuid.bytes.size()) {
            std::memcpy(uuid.bytes.data(), key->data(), key->size());
        }
        found.id = uuid;
        return;
    }
    ReadKey read = cassandra::read_key(layout_.key, key_cells(rows, row));
    found.id = std::move(read.id);
    if (!read.problem.empty()) found.state.problem = Refusal{"", "", std::move(read.problem)};
}

void RowReader::read_contents(const cql::Rows& rows, std::size_t row, std::int64_t now,
                              FoundRow& found, bool with_times) const {
    State& state = found.state;
    TtlReader ends(now);
    state.content.values.resize(layout_.columns.size());
    if (with_times) {
        found.write_times.resize(layout_.columns.size());
    }
    std::size_t at = first_;
    if (layout_.version) {
        if (rows.cell(row, first_)) {
            ends.add(rows.cell(row, first_ + 2), false);
        }
        at += width_of(*layout_.version);
    }
    for (std::size_t i = 0; i < layout_.columns.size(); ++i) {
        const LayoutColumn& column = layout_.columns[i];
        if (!column.present) {
            continue;
        }
        if (const auto bytes = rows.cell(row, at)) {
            state.content.values[i] = read_value(*bytes, column, state);
        }
        if (tells_version(column)) {
            const auto time = read_time(rows, row, at + 1);
            note_time(time, state);
            if (rows.cell(row, at)) {
                ends.add(rows.cell(row, at + 2), column.type.multi_cell());
            }
            if (with_times) {
                found.write_times[i] = time;
            }
        }
        at += width_of(column);
    }
    ends.tell(state);
}

void RowReader::read_write_times(const cql::Rows& rows, std::size_t row, State& state) const {
    std::size_t at = first_ + (layout_.version ? width_of(*layout_.version) : 0);
    for (const LayoutColumn& column : layout_.columns) {
        if (tells_version(column)) note_time(read_time(rows, row, at++), state);
    }
}

FoundRow RowReader::read(const cql::Rows& rows, std::size_t row, bool with_times,
                         std::int64_t now) const {
    FoundRow found;
    State& state = found.state;
    read_key(rows, row, found);
    state.exists = true;
    if (layout_.version) {
        note_time(read_time(rows, row, first_ + 1), state);
    }
    if (detail_ == Detail::contents) {
        read_contents(rows, row, now, found, with_times);
    } else {
        read_write_times(rows, row, state);
    }
    if (state.newest_write) {
        state.version = Version{*state.newest_write};
    }
    if (layout_.version) {
        read_version(rows, row, state);
    }
    return found;
}

}  // namespace duet::cassandra
