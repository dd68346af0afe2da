#include "stores/cassandra/notes.hpp"

#include "stores/cassandra/binder.hpp"
#include "stores/cassandra/cells.hpp"
#include "stores/cassandra/codec.hpp"
#include "stores/cassandra/statements.hpp"

namespace duet::cassandra {
namespace {

using cql::Bound;

std::vector<std::int64_t> bigints_cell(const cql::Rows& rows, std::size_t row,
                                       std::string_view column) {
    const Value value = cell_value(rows, row, column);
    std::vector<std::int64_t> numbers;
    if (const List* list = value.get_if<List>()) {
        for (const Value& element : *list) {
            const std::int64_t* number = element.get_if<std::int64_t>();
            numbers.push_back(number == nullptr ? -1 : *number);
        }
    }
    return numbers;
}

Id id_cell(const cql::Rows& rows, std::size_t row) { return Id::of(text_cell(rows, row, "id")); }

std::optional<Version> version_cell(const cql::Rows& rows, std::size_t row,
                                    std::string_view column) {
    const auto micros = int_cell(rows, row, column);
    return micros ? std::optional<Version>(Version{*micros}) : std::nullopt;
}

std::optional<std::int64_t> micros_of(const std::optional<Version>& version) {
    return version ? std::optional<std::int64_t>(version->micros) : std::nullopt;
}

// A segment as numbers: its range, the digest's own, how many columns it has, and theirs.
constexpr std::size_t segment_numbers = 7;
/// Behind the segments, in this order: a first copy goes on, some record ends by itself, and how
/// far the rows' feed is, which excludes the other two. So they are too few numbers to be a
/// segment.
constexpr std::int64_t copying_mark = 1;
constexpr std::int64_t ends_mark = 3;
constexpr std::int64_t position_mark = 2;  // then when the next round is due, and the position

std::vector<std::int64_t> numbers_of(const SweepNotes& notes) {
    std::vector<std::int64_t> numbers;
    for (const Segment& segment : notes.segments) {
        if (!segment.settled) continue;
        const RangeDigest& digest = *segment.settled;
        if (numbers.size() + segment_numbers + digest.columns.size() > sweep_numbers_limit) break;
        numbers.insert(
            numbers.end(),
            {segment.range.after, segment.range.upto, static_cast<std::int64_t>(digest.count),
             static_cast<std::int64_t>(digest.token_sum), digest.lowest, digest.highest,
             static_cast<std::int64_t>(digest.columns.size())});
        for (const std::uint64_t column : digest.columns) {
            numbers.push_back(static_cast<std::int64_t>(column));
        }
    }
    if (notes.copying) numbers.push_back(copying_mark);
    if (notes.ends) numbers.push_back(ends_mark);
    if (!notes.position.empty()) {
        numbers.push_back(position_mark);
        numbers.push_back(notes.round_due);
        numbers.insert(numbers.end(), notes.position.begin(), notes.position.end());
    }
    return numbers;
}

void read_numbers(const std::vector<std::int64_t>& numbers, SweepNotes& notes) {
    std::size_t at = 0;
    while (at + segment_numbers <= numbers.size()) {
        const auto columns = static_cast<std::size_t>(numbers[at + 6]);
        if (numbers.size() - at - segment_numbers < columns) break;
        Segment segment;
        segment.range = TokenRange{numbers[at], numbers[at + 1]};
        RangeDigest digest;
        digest.count = static_cast<std::uint64_t>(numbers[at + 2]);
        digest.token_sum = static_cast<std::uint64_t>(numbers[at + 3]);
        digest.lowest = numbers[at + 4];
        digest.highest = numbers[at + 5];
        for (std::size_t i = 0; i < columns; ++i) {
            digest.columns.push_back(static_cast<std::uint64_t>(numbers[at + 7 + i]));
        }
        segment.count = digest.count;
        segment.settled = std::move(digest);
        notes.segments.push_back(std::move(segment));
        at += segment_numbers + columns;
    }
    const auto take = [&](std::int64_t mark) {
        const bool there = at < numbers.size() && numbers[at] == mark;
        if (there) ++at;
        return there;
    };
    notes.copying = take(copying_mark);
    notes.ends = take(ends_mark);
    if (take(position_mark) && at < numbers.size()) {
        notes.round_due = numbers[at];
        notes.position.assign(numbers.begin() + static_cast<std::ptrdiff_t>(at) + 1, numbers.end());
    }
}

}  // namespace

Notes& Notes::text(const std::string& value) {
    if (is_utf8(as_bytes(value))) {
        values_.push_back({Bound::Kind::value, Bytes(value.begin(), value.end())});
    } else {  // a message may quote bytes that are no text; Cassandra would refuse them
        const std::string hex = "0x" + to_hex(as_bytes(value));
        values_.push_back({Bound::Kind::value, Bytes(hex.begin(), hex.end())});
    }
    return *this;
}

Notes& Notes::bigint(std::int64_t value) {
    values_.push_back(bind_bigint(value));
    return *this;
}

Notes& Notes::optional_bigint(std::optional<std::int64_t> value) {
    values_.push_back(value ? bind_bigint(*value) : Bound{Bound::Kind::null, {}});
    return *this;
}

Notes& Notes::unset() {
    values_.push_back(Bound{Bound::Kind::unset, {}});
    return *this;
}

Notes& Notes::integer(std::int64_t value) {
    Bound bound{Bound::Kind::value, {}};
    append_big(bound.bytes, static_cast<std::int32_t>(value));
    values_.push_back(std::move(bound));
    return *this;
}

Notes& Notes::id(const Id& value) { return text(value.to_string()); }

Notes& Notes::bigints(const std::vector<std::int64_t>& values) {
    Bound bound{Bound::Kind::value, {}};
    append_big(bound.bytes, static_cast<std::int32_t>(values.size()));
    for (const std::int64_t value : values) {
        append_big(bound.bytes, std::int32_t{sizeof value});
        append_big(bound.bytes, value);
    }
    values_.push_back(std::move(bound));
    return *this;
}

Notes& Notes::texts(const std::vector<std::string>& values) {
    Bound bound{Bound::Kind::value, {}};
    append_big(bound.bytes, static_cast<std::int32_t>(values.size()));
    for (const std::string& value : values) {
        append_big(bound.bytes, static_cast<std::int32_t>(value.size()));
        bound.bytes.insert(bound.bytes.end(), value.begin(), value.end());
    }
    values_.push_back(std::move(bound));
    return *this;
}

Notes& Notes::cursor(const Cursor& cursor) {
    return text(cursor.index_uuid)
        .text(cursor.history_uuid)
        .bigints(cursor.shards)
        .bigint(cursor.first_met)
        .bigints(cursor.first_positions)
        .text(cursor.table_id)
        .texts(cursor.columns)
        .texts(cursor.carried)
        .texts(cursor.joined)
        .bigints(cursor.joined_positions);
}

Notes& Notes::sweep(const SweepNotes& notes) {
    return bigint(notes.era)
        .bigint(static_cast<std::int64_t>(notes.deletes))
        .bigints(notes.copied)
        .bigints(numbers_of(notes));
}

Notes& Notes::json(const std::string& value, std::size_t limit) {
    if (value.size() <= limit) {
        return text(value);
    }
    return text("\"" + std::to_string(value.size()) + " bytes, too large to keep here\"");
}

Notes& Notes::quarantine(const std::string& pair, const QuarantineEntry& entry) {
    return text(pair)
        .id(entry.id)
        .text(entry.side)
        .text(entry.refusal.field)
        .text(entry.refusal.value)
        .text(entry.refusal.reason)
        .optional_bigint(micros_of(entry.row_version))
        .optional_bigint(micros_of(entry.document_version))
        .optional_bigint(entry.row_newest_write)
        .bigint(static_cast<std::int64_t>(entry.row_digest))
        .integer(entry.document_guard.shard)
        .bigint(entry.document_guard.seq_no)
        .bigint(entry.document_guard.primary_term)
        .json(entry.row_json, quarantined_json_limit)
        .json(entry.document_json, quarantined_json_limit)
        .bigint(entry.first_seen)
        .bigint(entry.last_seen)
        .integer(entry.tries);
}

Notes& Notes::beaten(const std::string& pair, std::int64_t day, const Beaten& beaten) {
    return text(pair)
        .bigint(day)
        .bigint(beaten.beaten_at)
        .id(beaten.id)
        .text(beaten.side)
        .optional_bigint(micros_of(beaten.version))
        .bigint(beaten.winner.micros)
        .json(beaten.json, beaten_json_limit)
        .text(beaten.reason);
}

// A table is made by ensure(), a column never: the keyspace is Duet's own, and may go as a whole.
std::string notes_remedy(const std::string& keyspace) {
    return "if a table is missing, start Duet again, which makes it, or run what `duet plan --ddl` "
           "prints; if a column is, another release of Duet made the table: stop Duet, run DROP "
           "KEYSPACE " +
           cassandra::quoted(keyspace) +
           ", and start it again (both sides are then compared anew, and the kept contents of "
           "conflicts are gone)";
}

Task<cql::Rows> run_note(cql::Session& session, std::string keyspace, std::string cql,
                         std::vector<cql::Bound> values, cql::RequestOptions request) {
    try {
        cql::PreparedPtr statement = co_await session.prepare(std::move(cql));
        co_return co_await session.execute(std::move(statement), std::move(values),
                                           std::move(request));
    } catch (const cql::QueryError& error) {
        throw Misconfigured("keyspace " + keyspace + ": " + error.what(), notes_remedy(keyspace));
    }
}

Cursor read_cursor(const cql::Rows& rows) {
    Cursor cursor;
    cursor.index_uuid = text_cell(rows, 0, "index_uuid");
    cursor.history_uuid = text_cell(rows, 0, "history_uuid");
    cursor.shards = bigints_cell(rows, 0, "shards");
    cursor.first_met = int_cell(rows, 0, "first_met").value_or(0);
    cursor.first_positions = bigints_cell(rows, 0, "first_positions");
    cursor.table_id = text_cell(rows, 0, "table_id");
    cursor.columns = texts_cell(rows, 0, "columns");
    cursor.carried = texts_cell(rows, 0, "carried");
    cursor.joined = texts_cell(rows, 0, "joined");
    cursor.joined_positions = bigints_cell(rows, 0, "joined_positions");
    return cursor;
}

SweepNotes read_sweep(const cql::Rows& rows) {
    SweepNotes notes;
    notes.era = int_cell(rows, 0, "era").value_or(0);
    notes.deletes = static_cast<std::uint64_t>(int_cell(rows, 0, "deletes").value_or(0));
    notes.copied = bigints_cell(rows, 0, "copied");
    read_numbers(bigints_cell(rows, 0, "segments"), notes);
    return notes;
}

std::optional<QuarantineEntry> read_quarantine(const cql::Rows& rows, std::size_t row) {
    const auto first_seen = int_cell(rows, row, "first_seen");
    if (!first_seen) return std::nullopt;
    QuarantineEntry entry;
    entry.id = id_cell(rows, row);
    entry.side = text_cell(rows, row, "side");
    entry.refusal = Refusal{text_cell(rows, row, "field"), text_cell(rows, row, "value"),
                            text_cell(rows, row, "reason")};
    entry.row_version = version_cell(rows, row, "row_version");
    entry.document_version = version_cell(rows, row, "document_version");
    entry.row_newest_write = int_cell(rows, row, "row_newest_write");
    entry.row_digest = static_cast<std::uint64_t>(int_cell(rows, row, "row_digest").value_or(0));
    entry.document_guard.shard =
        static_cast<std::int32_t>(int_cell(rows, row, "document_shard").value_or(-1));
    entry.document_guard.seq_no = int_cell(rows, row, "document_seq_no").value_or(-1);
    entry.document_guard.primary_term = int_cell(rows, row, "document_primary_term").value_or(0);
    entry.row_json = text_cell(rows, row, "row_json");
    entry.document_json = text_cell(rows, row, "document_json");
    entry.first_seen = *first_seen;
    entry.last_seen = int_cell(rows, row, "last_seen").value_or(0);
    entry.tries = static_cast<std::int32_t>(int_cell(rows, row, "tries").value_or(0));
    return entry;
}

Beaten read_beaten(const cql::Rows& rows, std::size_t row) {
    Beaten beaten;
    beaten.id = id_cell(rows, row);
    beaten.beaten_at = int_cell(rows, row, "beaten_at").value_or(0);
    beaten.side = text_cell(rows, row, "side");
    beaten.version = version_cell(rows, row, "version");
    beaten.winner = Version{int_cell(rows, row, "winner").value_or(0)};
    beaten.json = text_cell(rows, row, "json");
    beaten.reason = text_cell(rows, row, "reason");
    return beaten;
}

}  // namespace duet::cassandra
