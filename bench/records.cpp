#include "records.hpp"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <random>
#include <string_view>

#include "base/time.hpp"
#include "elastic/client.hpp"
#include "stores/cassandra/codec.hpp"
#include "stores/cassandra/statements.hpp"

namespace duet::bench {
namespace {

constexpr std::int64_t first_moment = 1'700'000'000'000'000;  // long ago: no version is ahead

constexpr std::array<std::string_view, 16> words = {
    "harbour", "lantern", "copper", "meadow", "silver", "garden", "window", "basket",
    "thunder", "pepper",  "velvet", "marble", "cotton", "bridge", "candle", "forest"};

constexpr std::array<std::string_view, 8> cities = {"Lisboa",  "Porto",   "Recife", "Berlin",
                                                    "Toronto", "Nairobi", "Osaka",  "Lima"};

using Random = std::mt19937_64;

std::string phrase(Random& random, int count) {
    std::string text;
    for (int i = 0; i < count; ++i) {
        if (i > 0) text += ' ';
        text += words[random() % words.size()];
    }
    return text;
}

Type type_of(Kind kind) {
    Type type;
    type.kind = kind;
    return type;
}

template <class T>
cql::Bound bound(const T& value, Kind kind) {
    cql::Bound result{cql::Bound::Kind::value, {}};
    cassandra::encode(Value(value), type_of(kind), result.bytes);
    return result;
}

}  // namespace

std::vector<Column> columns() {
    return {{"name", type_of(Kind::text)},      {"description", type_of(Kind::text)},
            {"category", type_of(Kind::text)},  {"city", type_of(Kind::text)},
            {"price", type_of(Kind::double_)},  {"quantity", type_of(Kind::bigint)},
            {"active", type_of(Kind::boolean)}, {"created", type_of(Kind::timestamp)}};
}

std::vector<BenchRecord> make_records(std::size_t count, std::uint64_t seed) {
    Random random(seed);
    std::vector<BenchRecord> records;
    records.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        BenchRecord record;
        const std::uint64_t high = random();
        record.id = Uuid::version4(high, random());
        record.name = phrase(random, 2);
        record.description = phrase(random, 5);
        record.category = words[random() % words.size()];
        record.city = cities[random() % cities.size()];
        record.price = static_cast<double>(random() % 100'000) / 100;
        record.quantity = static_cast<std::int64_t>(random() % 10'000);
        record.active = random() % 2 == 0;
        record.stamp = first_moment + static_cast<std::int64_t>(i) * 1'000;
        record.created = record.stamp / 1'000 - 86'400'000;
        records.push_back(std::move(record));
    }
    return records;
}

void append_document(std::string& out, const BenchRecord& record) {
    // None of these texts needs an escape.
    fmt::format_to(std::back_inserter(out),
                   R"({{"name":"{}","description":"{}","category":"{}","city":"{}","price":{},)"
                   R"("quantity":{},"active":{},"created":"{}","updated_at":"{}"}})",
                   record.name, record.description, record.category, record.city, record.price,
                   record.quantity, record.active,
                   format_iso8601(instant_from_millis(record.created), 3),
                   format_iso8601(instant_from_micros(record.stamp), 6));
}

std::vector<cql::Bound> bind(const BenchRecord& record, bool stamped) {
    std::vector<cql::Bound> values;
    values.reserve(10);
    values.push_back(bound(record.id, Kind::uuid));
    values.push_back(bound(record.name, Kind::text));
    values.push_back(bound(record.description, Kind::text));
    values.push_back(bound(record.category, Kind::text));
    values.push_back(bound(record.city, Kind::text));
    values.push_back(bound(record.price, Kind::double_));
    values.push_back(bound(record.quantity, Kind::bigint));
    values.push_back(bound(record.active, Kind::boolean));
    values.push_back(bound(record.created, Kind::timestamp));
    if (stamped) values.push_back(bound(record.stamp / 1'000, Kind::timestamp));
    return values;
}

std::string insert_cql(const std::string& table, bool stamped) {
    std::string names = "id";
    std::string marks = "?";
    for (const Column& column : columns()) {
        names += ", " + cassandra::quoted(column.name);
        marks += ", ?";
    }
    if (stamped) {
        names += ", updated_at";
        marks += ", ?";
    }
    return fmt::format("INSERT INTO {} ({}) VALUES ({})", table, names, marks);
}

}  // namespace duet::bench
