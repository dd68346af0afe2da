// What a pair's machinery shares: where both sides stand, and V10's notes of what they agreed on.

#include <algorithm>

#include "base/hash.hpp"
#include "sync/reconciler.hpp"

namespace duet::sync {

Task<Cursor> Context::position() {
    Cursor position = co_await documents.position();
    co_return with_columns(std::move(position));
}

Task<Cursor> Context::recent_position() {
    Cursor position = co_await documents.recent_position();
    co_return with_columns(std::move(position));
}

Task<void> Context::require_same_index() {
    const Cursor now = co_await documents.position();
    checkpoint.require_same_index(now);
}

Cursor Context::with_columns(Cursor position) const {
    position.table_id = schema.table_id;
    position.carried = schema.carried;
    position.columns.reserve(schema.columns.size());
    for (const Column& column : schema.columns) position.columns.push_back(column.name);
    return position;
}

bool Context::only_joined_differ(const State& row, const State& document) const {
    const Cursor& cursor = checkpoint.cursor();
    if (!checkpoint.precedes_joined(document.guard)) return false;
    for (std::size_t i = 0; i < schema.columns.size(); ++i) {
        const Column& column = schema.columns[i];
        const Value& in_row = row.content.values[i];
        if (same_value(in_row, document.content.values[i], column.type)) continue;
        const bool joined = std::ranges::find(cursor.joined, column.name) != cursor.joined.end();
        if (!joined || is_empty(in_row)) return false;
    }
    return true;
}

std::int64_t Context::era() const {
    const Cursor& cursor = checkpoint.cursor();
    std::uint64_t hash = fnv1a("");
    hash = fnv1a_next(cursor.index_uuid, hash);
    hash = fnv1a_next(cursor.history_uuid, hash);
    hash = fnv1a_next(std::to_string(cursor.first_met), hash);
    hash = fnv1a_next(table.id, hash);
    return static_cast<std::int64_t>(hash);
}

Task<void> Context::agree_on(std::vector<AgreedNote> notes) {
    if (!propagates() || notes.empty()) co_return;
    co_await state.put_agreed(pair, era(), std::move(notes));
}

Task<bool> Context::table_moved() {
    TableHistory now = co_await rows.history();
    // Each node tells its own time of the same TRUNCATE.
    now.truncated_at =
        now.id == table.id ? std::max(now.truncated_at, table.truncated_at) : now.truncated_at;
    const bool moved = now.id != table.id || now.truncated_at != table.truncated_at;
    table = std::move(now);
    co_return moved;
}

}  // namespace duet::sync
