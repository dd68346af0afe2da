#include "stores/cassandra/binder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "base/time.hpp"
#include "stores/cassandra/codec.hpp"
#include "stores/cassandra/keys.hpp"
#include "stores/cassandra/statements.hpp"

namespace duet::cassandra {
namespace {

using cql::Bound;

// A cell's timestamp, TTL and expiry, which the server counts with its value.
constexpr std::size_t cell_overhead = 16;
// What a request holds beside the record: statement, key, lengths.
constexpr std::size_t request_overhead = 64U << 10;

Bound null_bound() { return {Bound::Kind::null, {}}; }
Bound unset_bound() { return {Bound::Kind::unset, {}}; }

/// Bytes that most values need: one allocation instead of several.
std::size_t likely_size(const Value& value) {
    if (const std::string* text = value.get_if<std::string>()) {
        return text->size();
    }
    return value.get_if<List>() != nullptr || value.get_if<Map>() != nullptr ? 64 : 16;
}

bool had_value(const Write& write, std::size_t column, const Type& type) {
    if (write.previous == nullptr || !write.previous->exists) {
        return false;
    }
    const std::vector<Value>& values = write.previous->content.values;
    // A value that could not be read was there all the same.
    return column >= values.size() || write.previous->problem.has_value() ||
           is_stored(values[column], type);
}

const Value null_value;

const Value& value_of(const Write& write, std::size_t column) {
    const std::vector<Value>& values = write.content->values;
    return column < values.size() ? values[column] : null_value;
}

Refusal missing_column(const Layout& layout, const LayoutColumn& column, const Value& value) {
    return {column.name, shown(value),
            fmt::format("table {} has no column {}: somebody dropped it, or Duet may not add it; "
                        "add it with ALTER TABLE, or leave the field out",
                        layout.name(), column.name)};
}

bool append_key(const Key& key, const Id& id, std::vector<Bound>& values) {
    if (const Uuid* uuid = id.uuid(); uuid != nullptr && key.is_uuid()) {
        values.push_back({Bound::Kind::value, Bytes(uuid->bytes.begin(), uuid->bytes.end())});
        return true;
    }
    auto bytes = key_bytes(key, id);
    if (!bytes) return false;
    for (Bytes& column : *bytes) values.push_back({Bound::Kind::value, std::move(column)});
    return true;
}

Refusal foreign_id(const Layout& layout, const Id& id) {
    return {"", id.to_string().substr(0, shown_value_limit),
            fmt::format("the _id is no key of table {}, which is {}: index the document anew under "
                        "one that is",
                        layout.name(), layout.key.shape())};
}

/// Adds the key and the columns that `choose` gives in insert_row's order. False: the id is no key
/// of the table.
template <class Choose>
bool bind_columns(const Layout& layout, const Write& write, BoundRow& row, Choose choose) {
    row.values.reserve(layout.columns.size() + layout.key.columns().size() + 2);
    if (!append_key(layout.key, write.id, row.values)) return false;
    for (std::size_t i = 0; i < layout.columns.size(); ++i) {
        if (layout.columns[i].present && !layout.columns[i].is_static) {
            row.values.push_back(choose(i, layout.columns[i]));
        }
    }
    return true;
}

void count_bytes(BoundRow& row) {
    row.bytes = 0;
    for (const Bound& bound : row.values) {
        row.bytes += bound.kind == Bound::Kind::unset ? 0 : bound.bytes.size() + cell_overhead;
    }
}

/// 0: none, whatever the table's default is.
std::int64_t ttl_of(const Write& write, std::int64_t now) {
    if (!write.expires_at) return 0;
    const auto end = std::chrono::ceil<std::chrono::seconds>(Micros(*write.expires_at));
    return std::max<std::int64_t>(end.count() - now, 1);
}

Refusal ends_too_late() {
    return {
        "", "",
        "the document ends more than 20 years from now, which is the longest TTL that Cassandra "
        "takes: give it an earlier end, or none"};
}

/// What insert_row asks for last.
void bind_times(BoundRow& row, const Write& write, std::int64_t ttl) {
    row.values.push_back(bind_bigint(write.timestamp));
    Bound seconds{Bound::Kind::value, {}};
    append_big(seconds.bytes, static_cast<std::int32_t>(ttl));
    row.values.push_back(std::move(seconds));
    count_bytes(row);
}

/// A set's elements and a map's keys, without doubles.
std::size_t distinct(const Value& value, const Type& type) {
    std::set<Bytes> seen;
    const auto add = [&](const Value& element) {
        Bytes bytes;
        encode(element, type.elements[0], bytes);
        seen.insert(std::move(bytes));
    };
    if (const Map* map = value.get_if<Map>()) {
        for (const auto& [key, element] : *map) {
            add(key);
        }
    } else {
        for (const Value& element : value.get<List>()) {
            add(element);
        }
    }
    return seen.size();
}

std::size_t element_count(const Value& value, const Type& type) {
    const List* list = value.get_if<List>();
    if (list != nullptr && type.kind == Kind::list) {
        return list->size();
    }
    try {
        return distinct(value, type);
    } catch (const ValueError&) {
        return 0;  // bind_row refuses it
    }
}

void add_to_digest(RangeDigest& digest, const LayoutColumn& column, const Value& value,
                   std::int64_t timestamp, std::int64_t token) {
    const bool stored = is_stored(value, column.type);
    const bool counts_elements = column.type.multi_cell() && column.type.is_collection();
    std::uint64_t count = stored ? 1 : 0;
    if (stored && counts_elements) {
        count = element_count(value, column.type);
    }
    digest.columns.push_back(count);
    if (column.timed) {
        // As the server's bigint arithmetic: modulo 2^64.
        const auto product =
            static_cast<std::uint64_t>(timestamp) * static_cast<std::uint64_t>(token);
        digest.columns.push_back(stored ? product : 0);
    }
}

}  // namespace

bool is_stored(const Value& value, const Type& type) {
    const bool has_parts = type.kind == duet::Kind::tuple || type.kind == duet::Kind::udt;
    if (is_empty(value) && (type.multi_cell() || has_parts)) {
        return false;
    }
    if (!type.multi_cell()) {
        return !value.is_null();
    }
    const List* fields = value.get_if<List>();
    const bool all_null =
        fields != nullptr && type.kind == Kind::udt &&
        std::all_of(fields->begin(), fields->end(), [](const Value& v) { return v.is_null(); });
    return !all_null;
}

std::variant<BoundRow, Refusal> bind_row(const Layout& layout, const Write& write,
                                         std::int64_t now) {
    BoundRow row;
    std::size_t current = 0;
    try {
        for (std::size_t i = 0; i < layout.columns.size(); ++i) {
            if (!layout.columns[i].present && !is_empty(value_of(write, i))) {
                return missing_column(layout, layout.columns[i], value_of(write, i));
            }
        }
        const bool fits =
            bind_columns(layout, write, row, [&](std::size_t i, const LayoutColumn& column) {
                current = i;
                const Value& value = value_of(write, i);
                if (is_stored(value, column.type)) {
                    return bind_value(value, column.type);
                }
                // Unset, not null: each null is a tombstone.
                return had_value(write, i, column.type) ? null_bound() : unset_bound();
            });
        if (!fits) return foreign_id(layout, write.id);
    } catch (const ValueError& error) {
        return Refusal{layout.columns[current].name, error.value(), error.what()};
    }
    if (layout.version) {
        const Type& type = layout.version->type;
        row.values.push_back(bind_value(version_value(write.version.micros, type), type));
    }
    const std::int64_t ttl = ttl_of(write, now);
    if (ttl > longest_ttl) {
        return ends_too_late();
    }
    bind_times(row, write, ttl);
    if (row.bytes > record_limit - request_overhead) {
        return Refusal{"", "",
                       fmt::format("the record has {} bytes, Cassandra takes {}: make it smaller",
                                   row.bytes, record_limit - request_overhead)};
    }
    return row;
}

BoundRow bind_nulls(const Layout& layout, const Write& write,
                    const std::vector<std::size_t>& columns, std::int64_t now) {
    BoundRow row;
    (void)bind_columns(layout, write, row, [&](std::size_t i, const LayoutColumn&) {
        const bool chosen = std::find(columns.begin(), columns.end(), i) != columns.end();
        return chosen ? null_bound() : unset_bound();
    });
    if (layout.version) {
        row.values.push_back(unset_bound());
    }
    bind_times(row, write, ttl_of(write, now));
    return row;
}

BoundRow bind_removal(const Layout& layout, const Removal& removal) {
    BoundRow row;
    row.values.push_back(bind_bigint(removal.timestamp));
    (void)append_key(layout.key, removal.id, row.values);
    count_bytes(row);
    return row;
}

Bound bind_keys(const Key& key, std::span<const Id> ids) {
    Bound bound{Bound::Kind::value, {}};
    bound.bytes.reserve(4 + ids.size() * 20);
    append_big(bound.bytes, std::int32_t{0});
    std::int32_t count = 0;
    const auto add = [&](ByteView bytes) {
        append_big(bound.bytes, static_cast<std::int32_t>(bytes.size()));
        append(bound.bytes, bytes);
        ++count;
    };
    for (const Id& id : ids) {
        if (const Uuid* uuid = id.uuid(); uuid != nullptr && key.is_uuid()) {
            add(uuid->bytes);
        } else if (const auto bytes = key_bytes(key, id)) {
            add(bytes->front());
        }
    }
    Bytes size;
    append_big(size, count);
    std::ranges::copy(size, bound.bytes.begin());
    return bound;
}

Bound bind_value(const Value& value, const Type& type) {
    Bound bound{Bound::Kind::value, {}};
    bound.bytes.reserve(likely_size(value));
    encode(value, type, bound.bytes);
    return bound;
}

Bound bind_bigint(std::int64_t value) {
    Bound bound{Bound::Kind::value, {}};
    bound.bytes.reserve(sizeof value);
    append_big(bound.bytes, value);
    return bound;
}

RangeDigest digest_of_write(const Layout& layout, const Write& write, std::int64_t token) {
    RangeDigest digest;
    digest.count = 1;
    digest.token_sum = static_cast<std::uint64_t>(token);
    if (layout.key.has_clustering()) {
        const auto key = key_bytes(layout.key, write.id).value_or(KeyBytes());
        const std::vector<ByteView> cells(key.begin(), key.end());
        digest.token_sum = row_factor(layout, cells, token);
        digest.lowest = token;
        digest.highest = token;
    }
    for (std::size_t i = 0; i < layout.columns.size(); ++i) {
        const LayoutColumn& column = layout.columns[i];
        if (column.present) {
            const Value& written = column.is_static ? null_value : value_of(write, i);
            add_to_digest(digest, column, written, write.timestamp, token);
        }
    }
    if (layout.version) {
        const Value value = version_value(write.version.micros, layout.version->type);
        add_to_digest(digest, *layout.version, value, write.timestamp, token);
    }
    return digest;
}

}  // namespace duet::cassandra
