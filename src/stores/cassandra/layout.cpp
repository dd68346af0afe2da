#include "stores/cassandra/layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "stores/cassandra/types.hpp"

namespace duet::cassandra {
namespace {

constexpr std::int64_t micros_a_milli = 1'000;

std::int64_t floor_to_millis(std::int64_t micros) {
    return micros / micros_a_milli - (micros % micros_a_milli < 0 ? 1 : 0);
}

const Column* find_column(const TableInfo& table, const std::string& name) {
    const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                    [&](const Column& column) { return column.name == name; });
    return found == table.columns.end() ? nullptr : &*found;
}

}  // namespace

bool holds_version(const Type& type) {
    return type.kind == Kind::timestamp || type.kind == Kind::bigint || type.kind == Kind::timeuuid;
}

Precision version_precision(const Type& type) {
    return type.kind == Kind::timestamp ? Precision::milliseconds : Precision::microseconds;
}

Value version_value(std::int64_t micros, const Type& type) {
    if (type.kind == Kind::timestamp) {
        return floor_to_millis(micros);
    }
    if (type.kind == Kind::timeuuid) {
        return Uuid::version1(micros, 0);
    }
    return micros;
}

std::optional<std::int64_t> version_micros(const Value& value, const Type& type) {
    if (const Uuid* id = value.get_if<Uuid>()) {
        return id->micros();
    }
    const std::int64_t* number = value.get_if<std::int64_t>();
    if (number == nullptr) {
        return std::nullopt;
    }
    if (type.kind != Kind::timestamp) {
        return *number;
    }
    std::int64_t micros = 0;
    if (__builtin_mul_overflow(*number, micros_a_milli, &micros)) {
        return std::nullopt;
    }
    return micros;
}

bool is_modern(const std::string& release_version) {
    int major = 0;
    std::from_chars(release_version.data(), release_version.data() + release_version.size(), major);
    return major >= 5;
}

Layout make_layout(const TableInfo& table, const Schema& schema, const std::string& version_field,
                   bool modern) {
    Layout layout{table.keyspace, table.table, table.key, {}, std::nullopt, modern};
    const auto timed = [&](const Type& type) { return modern || !type.multi_cell(); };
    const auto is_static = [&](const std::string& name) {
        return std::ranges::find(table.statics, name) != table.statics.end();
    };
    for (const Column& column : schema.columns) {
        const Column* found = find_column(table, column.name);
        if (found == nullptr) {
            layout.columns.push_back({column.name, column.type, false, false});
            continue;
        }
        if (!same_shape(found->type, column.type)) {
            throw Misconfigured(
                fmt::format("column {} of {} is of type {}, the pair needs {}", column.name,
                            layout.name(), to_cql(found->type), to_cql(column.type)),
                fmt::format("make the column {} anew with that type, or reindex the documents with "
                            "a mapping that fits the column",
                            column.name));
        }
        layout.columns.push_back(
            {column.name, found->type, true, timed(found->type), is_static(column.name)});
    }
    const Column* version = find_column(table, version_field);
    if (version != nullptr && holds_version(version->type) && !is_static(version_field)) {
        layout.version = LayoutColumn{version_field, version->type, true, true};
    }
    return layout;
}

}  // namespace duet::cassandra
