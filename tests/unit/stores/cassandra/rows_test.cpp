// Rows read and rows written, without a server.

#include <gtest/gtest.h>

#include <array>

#include "cql/token.hpp"
#include "stores/cassandra/binder.hpp"
#include "stores/cassandra/codec.hpp"
#include "stores/cassandra/pages.hpp"
#include "stores/cassandra/reader.hpp"
#include "stores/cassandra/statements.hpp"
#include "stores/cassandra/types.hpp"

namespace duet::cassandra {
namespace {

using Kind = cql::Bound::Kind;

Type typed(const char* cql) { return *parse_type(cql, UserTypes()); }

Layout layout() {
    Layout layout;
    layout.keyspace = "shop";
    layout.table = "orders";
    layout.key = Key();
    layout.columns = {{"n", typed("int"), true, true},
                      {"gone", typed("text"), false, false},
                      {"tags", typed("set<text>"), true, true}};
    layout.version = LayoutColumn{"updated_at", typed("timestamp"), true, true};
    return layout;
}

const Id id = *Uuid::parse("00010203-0405-4607-8809-0a0b0c0d0e0f");

Bytes big(std::int64_t value) {
    Bytes bytes;
    append_big(bytes, value);
    return bytes;
}

Bytes bytes_of(const Value& value, const char* type) {
    Bytes bytes;
    encode(value, typed(type), bytes);
    return bytes;
}

/// An answer of one row: key; version, time, TTL; n, time, TTL; tags, time, TTLs.
cql::Rows answer(const std::vector<std::optional<Bytes>>& cells) {
    cql::Rows rows;
    const std::vector<cql::TypeCode> codes{
        cql::TypeCode::uuid,   cql::TypeCode::timestamp, cql::TypeCode::bigint, cql::TypeCode::int_,
        cql::TypeCode::int_,   cql::TypeCode::bigint,    cql::TypeCode::int_,   cql::TypeCode::set,
        cql::TypeCode::bigint, cql::TypeCode::list};
    for (const cql::TypeCode code : codes) {
        cql::ResultColumn column;
        column.type.code = code;
        rows.columns.push_back(column);
        if (code == cql::TypeCode::set || code == cql::TypeCode::list) {
            rows.columns.back().type.elements.resize(1);
        }
    }
    for (const auto& cell : cells) {
        cql::Rows::Cell place;
        if (cell) {
            place.offset = static_cast<std::int32_t>(rows.body.size());
            place.length = static_cast<std::int32_t>(cell->size());
            append(rows.body, *cell);
        }
        rows.cells.push_back(place);
    }
    return rows;
}

State read(const std::vector<std::optional<Bytes>>& cells) {
    const Layout columns = layout();
    const RowReader reader(columns);
    const cql::Rows rows = answer(cells);
    reader.check(rows);
    return reader.read(rows, 0, true, 1'000).state;
}

const std::optional<Bytes> none;
const std::optional<Bytes> key{Bytes(id.uuid()->bytes.begin(), id.uuid()->bytes.end())};
const std::optional<Bytes> seven = bytes_of(std::int64_t{7}, "int");

TEST(RowReader, the_newest_write_is_the_version) {
    const State state =
        read({key, big(5), big(1'000), none, seven, big(2'000), none, none, none, none});
    EXPECT_TRUE(state.exists);
    EXPECT_EQ(state.newest_write, 2'000);
    EXPECT_EQ(state.version, Version{2'000});
    EXPECT_FALSE(state.stamped);
    EXPECT_EQ(state.content.values[0], Value(std::int64_t{7}));
    EXPECT_TRUE(state.content.values[1].is_null());
}

TEST(RowReader, a_version_column_that_was_written_last_is_the_version) {
    const State state =
        read({key, big(5), big(2'000), none, seven, big(2'000), none, none, none, none});
    EXPECT_TRUE(state.stamped);
    EXPECT_EQ(state.version, Version{5'000});
    EXPECT_EQ(state.newest_write, 2'000);
}

TEST(RowReader, a_row_of_only_its_key_has_no_version) {
    const State state = read({key, none, none, none, none, none, none, none, none, none});
    EXPECT_TRUE(state.exists);
    EXPECT_FALSE(state.version);
    EXPECT_FALSE(state.newest_write);
}

constexpr std::int64_t seconds_now = 1'000;
constexpr std::int64_t a_second = 1'000'000;

TEST(RowReader, a_row_ends_with_its_last_cell_and_changes_with_its_first) {
    const Bytes longer{0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 60};
    const auto tags = bytes_of(List{std::string("a")}, "set<text>");
    const State state = read({key, none, none, none, seven, big(1), seven, tags, big(1), longer});
    EXPECT_EQ(state.changes_at, (seconds_now + 7) * a_second);
    EXPECT_EQ(state.expires_at, (seconds_now + 60) * a_second);
}

TEST(RowReader, a_row_stays_for_ever_if_any_cell_or_element_does) {
    const Bytes one_stays{0, 0, 0, 2, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 4, 0, 0, 0, 60};
    const auto tags = bytes_of(List{std::string("a"), std::string("b")}, "set<text>");
    State state = read({key, none, none, none, seven, big(1), seven, tags, big(1), one_stays});
    EXPECT_FALSE(state.expires_at);
    EXPECT_EQ(state.changes_at, (seconds_now + 7) * a_second);
    state = read({key, big(1), big(1), none, seven, big(1), seven, none, none, none});
    EXPECT_FALSE(state.expires_at) << "the version column stays";
    state = read({key, none, none, none, seven, big(1), none, none, none, none});
    EXPECT_FALSE(state.expires_at);
    EXPECT_FALSE(state.changes_at);
}

TEST(RowReader, of_a_row_of_only_its_key_no_end_is_known) {
    const State state = read({key, none, none, none, none, none, none, none, none, none});
    EXPECT_FALSE(state.expires_at);
    EXPECT_FALSE(state.changes_at);
}

TEST(RowReader, a_value_that_cannot_be_read_is_the_rows_problem) {
    const State state = read({key, none, none, none, Bytes{1}, big(1), none, none, none, none});
    ASSERT_TRUE(state.problem);
    EXPECT_EQ(state.problem->field, "n");
}

TEST(RowReader, of_versions_alone_it_reads_no_more) {
    const Layout columns = layout();
    const RowReader reader(columns, Detail::versions);
    cql::Rows rows = answer({key, big(5), big(2'000), none, big(2'000), none});
    rows.columns.resize(6);
    reader.check(rows);
    State state = reader.read(rows, 0, false, seconds_now).state;
    EXPECT_TRUE(state.stamped);
    EXPECT_EQ(state.version, Version{5'000});
    EXPECT_TRUE(state.content.values.empty());
    rows = answer({key, big(5), big(2'000), none, none, big(3'000)});
    rows.columns.resize(6);
    state = reader.read(rows, 0, false, seconds_now).state;
    EXPECT_FALSE(state.stamped);
    EXPECT_EQ(state.version, Version{3'000});
}

TEST(RowReader, a_version_beyond_all_time_is_the_rows_problem) {
    const State state =
        read({key, big(INT64_MAX), big(1), none, none, none, none, none, none, none});
    ASSERT_TRUE(state.problem);
    EXPECT_EQ(state.problem->field, "updated_at");
}

TEST(RowReader, a_table_that_changed_meanwhile_is_looked_at_again) {
    const Layout columns = layout();
    const RowReader reader(columns);
    cql::Rows rows = answer({});
    rows.columns[4].type.code = cql::TypeCode::bigint;
    EXPECT_THROW(reader.check(rows), Unavailable);
    rows.columns.pop_back();
    EXPECT_THROW(reader.check(rows), Unavailable);
}

Write write_of(const Content& content, const State* previous = nullptr) {
    Write write;
    write.id = id;
    write.content = &content;
    write.version = Version{1'234'567};
    write.timestamp = 9'000;
    write.previous = previous;
    return write;
}

BoundRow bound(const Write& write) { return std::get<BoundRow>(bind_row(layout(), write, 1'000)); }

TEST(RowBinder, what_the_winner_lacks_is_null_only_where_the_row_had_it) {
    State previous;
    previous.exists = true;
    previous.content.values = {Value(), Value(), List{std::string("old")}};
    const Content content{{Value(), Value(), Value()}, ""};
    const BoundRow row = bound(write_of(content, &previous));
    ASSERT_EQ(row.values.size(), 6U);
    EXPECT_EQ(row.values[1].kind, Kind::unset);
    EXPECT_EQ(row.values[2].kind, Kind::null);
}

TEST(RowBinder, without_a_row_before_nothing_is_null) {
    const Content content{{Value(), Value(), List()}, ""};
    const BoundRow row = bound(write_of(content));
    EXPECT_EQ(row.values[1].kind, Kind::unset);
    EXPECT_EQ(row.values[2].kind, Kind::unset);
}

TEST(RowBinder, the_version_is_cut_to_the_columns_precision) {
    const Content content{{Value(), Value(), Value()}, ""};
    const BoundRow row = bound(write_of(content));
    EXPECT_EQ(row.values[3].bytes, big(1'234));
    EXPECT_EQ(row.values[4].bytes, big(9'000));
    EXPECT_EQ(version_value(-1, typed("timestamp")), Value(std::int64_t{-1}));
    EXPECT_EQ(version_micros(version_value(1'234'567, typed("timeuuid")), typed("timeuuid")),
              1'234'567);
}

TEST(RowBinder, a_value_that_does_not_fit_is_refused_with_its_column) {
    const Content content{{std::int64_t{1} << 40, Value(), Value()}, ""};
    const auto result = bind_row(layout(), write_of(content), 1'000);
    ASSERT_TRUE(std::holds_alternative<Refusal>(result));
    EXPECT_EQ(std::get<Refusal>(result).field, "n");
}

TEST(RowBinder, a_value_for_a_column_that_is_not_there_is_refused) {
    const Content content{{Value(), std::string("x"), Value()}, ""};
    const auto result = bind_row(layout(), write_of(content), 1'000);
    ASSERT_TRUE(std::holds_alternative<Refusal>(result));
    EXPECT_EQ(std::get<Refusal>(result).field, "gone");
}

TEST(RowBinder, a_record_that_is_too_large_is_refused) {
    const Content content{{Value(), Value(), List{std::string(record_limit, 'x')}}, ""};
    EXPECT_TRUE(std::holds_alternative<Refusal>(bind_row(layout(), write_of(content), 1'000)));
}

TEST(RowBinder, clearing_touches_nothing_else) {
    const Content content{{std::int64_t{1}, Value(), Value()}, ""};
    const BoundRow row = bind_nulls(layout(), write_of(content), {2}, 1'000);
    EXPECT_EQ(row.values[1].kind, Kind::unset);
    EXPECT_EQ(row.values[2].kind, Kind::null);
    EXPECT_EQ(row.values[3].kind, Kind::unset);
    EXPECT_EQ(row.values[4].bytes, big(9'000));
}

TEST(RowBinder, the_ttl_is_what_is_left_of_the_records_time) {
    const Content content{{std::int64_t{1}, Value(), Value()}, ""};
    Write write = write_of(content);
    const auto ttl = [&write] { return to_hex(bound(write).values.back().bytes); };
    EXPECT_EQ(ttl(), "00000000") << "none, whatever the table's default is";
    write.expires_at = 1'060 * a_second;
    EXPECT_EQ(ttl(), "0000003c");
    write.expires_at = 1'060 * a_second + 1;
    EXPECT_EQ(ttl(), "0000003d") << "never a part of a second too early";
    write.expires_at = 999 * a_second;
    EXPECT_EQ(ttl(), "00000001") << "0 would be for ever";
}

TEST(RowBinder, an_end_that_cassandra_cannot_hold_is_refused) {
    const Content content{{std::int64_t{1}, Value(), Value()}, ""};
    Write write = write_of(content);
    write.expires_at = (1'000 + longest_ttl) * a_second;
    EXPECT_TRUE(std::holds_alternative<BoundRow>(bind_row(layout(), write, 1'000)));
    write.expires_at = (1'001 + longest_ttl) * a_second;
    EXPECT_TRUE(std::holds_alternative<Refusal>(bind_row(layout(), write, 1'000)));
}

TEST(RowBinder, the_digest_counts_elements_once_and_wraps) {
    const Content content{{Value(), Value(), List{std::string("a"), std::string("a")}}, ""};
    const std::int64_t token = cql::murmur3_token(id.uuid()->bytes);
    const RangeDigest digest = digest_of_write(layout(), write_of(content), token);
    const std::uint64_t product = 9'000 * static_cast<std::uint64_t>(token);
    EXPECT_EQ(digest.count, 1U);
    EXPECT_EQ(digest.token_sum, static_cast<std::uint64_t>(token));
    EXPECT_EQ(digest.columns, (std::vector<std::uint64_t>{0, 0, 1, product, 1, product}));
}

TEST(RowBinder, an_id_that_is_no_key_is_refused) {
    const Content content{{Value(), Value(), Value()}, ""};
    Write write = write_of(content);
    write.id = Id::of("seven");
    const auto bound = bind_row(layout(), write, 1'000);
    ASSERT_TRUE(std::holds_alternative<Refusal>(bound));
    EXPECT_EQ(std::get<Refusal>(bound).value, "seven");
    EXPECT_NE(std::get<Refusal>(bound).reason.find("id (uuid)"), std::string::npos);
}

TEST(RowBinder, a_list_of_keys_leaves_out_what_is_none) {
    const Key number({{"n", typed("int"), false}});
    const std::array ids{Id::of("7"), Id::of("x"), Id::of("8")};
    EXPECT_EQ(to_hex(bind_keys(number, ids).bytes),
              "00000002"
              "00000004"
              "00000007"
              "00000004"
              "00000008");
    const std::array uuids{id};
    EXPECT_EQ(to_hex(bind_keys(Key(), uuids).bytes),
              "00000001"
              "00000010"
              "000102030405460788090a0b0c0d0e0f");
}

TEST(RowBinder, every_key_column_comes_first_and_static_columns_not_at_all) {
    Layout composite = layout();
    composite.key = Key({{"k", typed("text"), false}, {"c", typed("int"), true}});
    composite.columns[0].is_static = true;
    const Content content{{std::int64_t{7}, Value(), List{std::string("a")}}, ""};
    Write write = write_of(content);
    write.id = Id::of("x~5");
    const auto bound = bind_row(composite, write, 1'000);
    const BoundRow& row = std::get<BoundRow>(bound);
    ASSERT_EQ(row.values.size(), 6U) << "k, c, tags, version, timestamp, TTL";
    EXPECT_EQ(row.values[0].bytes, Bytes{'x'});
    EXPECT_EQ(row.values[1].bytes, (Bytes{0, 0, 0, 5}));
    const RangeDigest digest = digest_of_write(composite, write, 3);
    EXPECT_EQ(digest.lowest, 3);
    EXPECT_EQ(digest.columns[0], 0U) << "what is not written counts for nothing";
}

TEST(PageSize, starts_small_and_grows_to_what_fits_an_answer) {
    PageSize pages;
    EXPECT_EQ(pages.rows(500), 20);
    pages.answered(20, 20 * 100);
    pages.answered(80, 80 * 100);
    pages.answered(320, 320 * 100);
    EXPECT_EQ(pages.rows(500), 500);
    pages.answered(500, 500UL << 20);
    EXPECT_EQ(pages.rows(500), 4);
}

TEST(PageSize, what_stays_on_the_server_is_bounded_by_the_size_of_the_rows_seen) {
    PageSize pages;
    EXPECT_FALSE(pages.measured());
    pages.answered(0, 40);
    EXPECT_FALSE(pages.measured()) << "an empty page tells nothing";
    pages.answered(20, 20 * 1'000);
    EXPECT_TRUE(pages.measured());
    EXPECT_EQ(pages.unseen_rows(5'000), 5'000);
    pages.answered(20, 20UL << 20);
    EXPECT_EQ(pages.unseen_rows(5'000), 32);
}

TEST(PageSize, unseen_pages_are_followed_by_one_of_whole_rows) {
    PageSize pages;
    EXPECT_FALSE(pages.fits_unseen()) << "nothing is known of the rows";
    for (int i = 0; i < 5; ++i) pages.answered(20, 20 * 100);
    for (std::size_t i = 0; i < PageSize::most_unseen_pages; ++i) {
        EXPECT_TRUE(pages.fits_unseen());
        pages.answered_unseen();
    }
    EXPECT_FALSE(pages.fits_unseen());
    pages.answered(20, 20 * 100);
    EXPECT_TRUE(pages.fits_unseen());
    pages.failed();
    EXPECT_FALSE(pages.fits_unseen());
}

TEST(PageSize, halves_down_to_one_row_and_not_further) {
    PageSize pages;
    int halvings = 0;
    while (pages.halve()) {
        ++halvings;
    }
    EXPECT_EQ(halvings, 4);
    EXPECT_EQ(pages.rows(500), 1);
    pages.answered(1, 10);
    EXPECT_EQ(pages.rows(500), 1) << "it would stumble again";
}

TEST(Layouts, a_column_of_another_type_stops_the_pair) {
    TableInfo table;
    table.keyspace = "shop";
    table.table = "orders";
    table.key = Key();
    table.columns = {{"n", typed("bigint")}, {"updated_at", typed("text")}};
    Schema schema;
    schema.columns = {{"n", typed("int")}};
    EXPECT_THROW((void)make_layout(table, schema, "updated_at", true), Misconfigured);
    schema.columns = {{"n", typed("bigint")}, {"more", typed("text")}};
    const Layout made = make_layout(table, schema, "updated_at", true);
    EXPECT_FALSE(made.version) << "text is no version";
    EXPECT_TRUE(made.columns[0].present);
    EXPECT_FALSE(made.columns[1].present);
}

TEST(Layouts, only_newer_servers_tell_the_time_of_collections) {
    EXPECT_TRUE(is_modern("5.0.8"));
    EXPECT_TRUE(is_modern("10.1"));
    EXPECT_FALSE(is_modern("4.1.6"));
}

}  // namespace
}  // namespace duet::cassandra
