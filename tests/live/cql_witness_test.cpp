// Duet's client and codec against another client of another language: each reads what the other
// wrote.

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <limits>
#include <optional>
#include <set>

#include "live/cql_live.hpp"
#include "model/value.hpp"
#include "stores/cassandra/codec.hpp"
#include "stores/cassandra/types.hpp"

namespace duet::cql {
namespace {

/// The same as in cql_witness.py.
struct Case {
    std::string name;
    std::string column;
    Value value;
};

Uuid uuid(std::string_view text) { return Uuid::parse(text).value(); }
BigInteger big(std::string_view digits) { return BigInteger::parse(digits).value(); }
Blob blob(Bytes bytes) { return {std::move(bytes)}; }

Inet inet(const Bytes& bytes) {
    Inet result;
    result.size = static_cast<std::uint8_t>(bytes.size());
    std::copy(bytes.begin(), bytes.end(), result.bytes.begin());
    return result;
}

Value number(std::int64_t value) { return Value(value); }
Value text(std::string value) { return Value(std::move(value)); }

std::vector<Case> cases() {
    using Limits = std::numeric_limits<std::int64_t>;
    std::vector<Case> list;
    const auto add = [&list](std::string name, std::string column, Value value) {
        list.push_back({std::move(name), std::move(column), std::move(value)});
    };
    add("ascii", "c_ascii", text("plain ~ text"));
    add("text", "c_text", text("Grüße, 世界 😀"));
    add("text_empty", "c_text", text(""));
    add("tinyint_min", "c_tinyint", number(-128));
    add("smallint_max", "c_smallint", number(32'767));
    add("int_min", "c_int", number(-2'147'483'648));
    add("bigint_max", "c_bigint", number(Limits::max()));
    add("bigint_min", "c_bigint", number(Limits::min()));
    add("varint_zero", "c_varint", big("0"));
    add("varint_128", "c_varint", big("128"));
    add("varint_minus_129", "c_varint", big("-129"));
    add("varint_large", "c_varint", big("123456789012345678901234567890"));
    add("varint_small", "c_varint", big("-123456789012345678901234567890"));
    add("decimal", "c_decimal", Decimal{big("1250"), 2});
    add("decimal_small", "c_decimal", Decimal{big("-1"), 21});
    add("decimal_scale", "c_decimal", Decimal{big("1"), -3});
    add("float", "c_float", 0.5F);
    add("float_inexact", "c_float", 0.1F);
    add("double", "c_double", -1.0e300);
    add("double_infinity", "c_double", std::numeric_limits<double>::infinity());
    add("boolean_true", "c_boolean", true);
    add("boolean_false", "c_boolean", false);
    add("uuid", "c_uuid", uuid("6a1c8f52-8c4e-4d1a-9b7e-0f3d2c1b4a59"));
    add("timeuuid", "c_timeuuid", uuid("50554d6e-29bb-11e5-b345-feff819cdc9f"));
    add("timestamp", "c_timestamp", number(1'795'168'800'123));
    add("timestamp_early", "c_timestamp", number(-1'815'350'399'999));
    add("date", "c_date", number(20'777));
    add("date_early", "c_date", number(-21'011));
    add("time", "c_time", number(86'399'999'999'999));
    add("duration", "c_duration", Duration{14, 3, 3'600'000'000'001});
    add("duration_negative", "c_duration", Duration{-1, -2, -3});
    add("inet4", "c_inet", inet({192, 168, 1, 2}));
    add("inet6", "c_inet", inet({0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}));
    add("blob", "c_blob", blob({0, 255, 128, 10}));
    add("list", "c_list", List{number(3), number(1), number(2), number(1)});
    add("set", "c_set", List{text("a"), text("b"), text("ä")});  // in Cassandra's order: by bytes
    add("map", "c_map", Map{{text("one"), 1.5}, {text("two"), -2.5}});
    return list;
}

constexpr std::string_view columns =
    "c_ascii ascii, c_text text, c_tinyint tinyint, c_smallint smallint, c_int int, c_bigint "
    "bigint, "
    "c_varint varint, c_decimal decimal, c_float float, c_double double, c_boolean boolean, c_uuid "
    "uuid, "
    "c_timeuuid timeuuid, c_timestamp timestamp, c_date date, c_time time, c_duration duration, "
    "c_inet inet, "
    "c_blob blob, c_list list<int>, c_set set<text>, c_map map<text, double>";

/// Runs the witness; empty: it found nothing wrong.
std::string witness(const std::string& command, const std::string& keyspace) {
    const std::string line =
        fmt::format("/usr/bin/python3 {}/tests/live/cql_witness.py {} {} {} 2>&1", DUET_SOURCE_DIR,
                    command, live::server_address("DUET_CASSANDRA"), keyspace);
    std::FILE* pipe = ::popen(line.c_str(), "r");
    if (pipe == nullptr) return "cannot start " + line;
    std::string output;
    std::array<char, 4'096> buffer{};
    while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
        output.append(buffer.data(), size);
    }
    const int status = ::pclose(pipe);
    if (status == 0) return {};
    return output.empty() ? fmt::format("{} ended with status {}", line, status) : output;
}

Task<void> make_table(Session& session, std::string keyspace) {
    co_await live::make_keyspace(session, keyspace);
    co_await session.query(
        fmt::format("CREATE TABLE {}.w (id text PRIMARY KEY, {})", keyspace, columns));
}

Task<void> reads_what_the_other_client_wrote(std::string keyspace) {
    Session session(live::cassandra_options());
    co_await make_table(session, keyspace);
    EXPECT_EQ(witness("write", keyspace), "");
    for (const Case& each : cases()) {
        const Rows rows = co_await session.query(
            fmt::format("SELECT {} FROM {}.w WHERE id = '{}'", each.column, keyspace, each.name));
        const std::optional<Type> type = cassandra::from_column_type(rows.columns.at(0).type);
        EXPECT_TRUE(type.has_value()) << each.name;
        EXPECT_EQ(rows.size(), 1U) << each.name;
        if (!type || rows.size() != 1 || !rows.cell(0, 0)) {
            ADD_FAILURE() << each.name << " was not found";
            continue;
        }
        EXPECT_TRUE(cassandra::decode(*rows.cell(0, 0), *type) == each.value) << each.name;
    }
    co_await live::drop_keyspace(session, keyspace);
}
TEST(LiveWitness, duet_reads_what_the_other_client_wrote) {
    live::run(reads_what_the_other_client_wrote("duet_cql_witness_read"));
}

Task<void> the_other_client_reads_what_duet_wrote(std::string keyspace) {
    Session session(live::cassandra_options());
    co_await make_table(session, keyspace);
    for (const Case& each : cases()) {
        const PreparedPtr insert = co_await session.prepare(
            fmt::format("INSERT INTO {}.w (id, {}) VALUES (?, ?)", keyspace, each.column));
        const std::optional<Type> type = cassandra::from_column_type(insert->parameters.at(1).type);
        if (!type) {
            ADD_FAILURE() << each.name << " has a type that Duet does not know";
            continue;
        }
        std::vector<Bound> values(2);
        append(values[0].bytes, as_bytes(each.name));
        cassandra::encode(each.value, *type, values[1].bytes);
        for (Bound& value : values) value.kind = Bound::Kind::value;
        co_await session.execute(insert, std::move(values));
    }
    EXPECT_EQ(witness("read", keyspace), "");
    co_await live::drop_keyspace(session, keyspace);
}
TEST(LiveWitness, the_other_client_reads_what_duet_wrote) {
    live::run(the_other_client_reads_what_duet_wrote("duet_cql_witness_write"));
}

}  // namespace
}  // namespace duet::cql
