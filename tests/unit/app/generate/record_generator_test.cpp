#include "app/generate/record_generator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/error.hpp"

namespace duet::app {
namespace {

constexpr std::int64_t noon = 1'795'176'000'000'000;  // 2026-11-20T12:00:00Z
constexpr std::int64_t second = 1'000'000;

GeneratorOptions options_of(std::uint64_t seed, double update_share) {
    GeneratorOptions options;
    options.seed = seed;
    options.update_share = update_share;
    return options;
}

/// The first `count` writes, a second after each other.
std::vector<GeneratedRecord> records(const GeneratorOptions& options, int count) {
    RecordGenerator generator(options);
    std::vector<GeneratedRecord> all;
    for (int i = 0; i < count; ++i) all.push_back(generator.next(noon + i * second));
    return all;
}

const Value& value_of(const GeneratedRecord& record, std::string_view column) {
    for (const NamedValue& named : record.values) {
        if (named.column->name == column) return named.value;
    }
    throw std::out_of_range(std::string(column));
}

Content content_of(const GeneratedRecord& record) {
    Content content;
    for (const NamedValue& named : record.values) content.values.push_back(named.value);
    return content;
}

TEST(RecordGenerator, the_same_seed_gives_the_same_stream) {
    const auto first = records(options_of(7, 0.5), 300);
    const auto again = records(options_of(7, 0.5), 300);
    for (std::size_t i = 0; i < first.size(); ++i) {
        EXPECT_EQ(first[i].id, again[i].id);
        EXPECT_EQ(first[i].side, again[i].side);
        EXPECT_EQ(content_of(first[i]).values, content_of(again[i]).values);
    }
}

TEST(RecordGenerator, another_seed_gives_other_data) {
    EXPECT_NE(records(options_of(7, 0), 1)[0].id, records(options_of(8, 0), 1)[0].id);
}

TEST(RecordGenerator, the_stream_of_a_seed_is_the_same_with_every_compiler) {
    std::uint64_t sum = 0;
    for (const GeneratedRecord& record : records(options_of(42, 0.5), 200)) {
        Schema schema;
        schema.columns = record.set->columns;
        sum = sum * 31 + digest(content_of(record), schema);
    }
    EXPECT_EQ(sum, 8'534'217'777'824'013'028U);
}

TEST(RecordGenerator, ids_of_inserts_are_new_version_4_UUIDs) {
    std::set<Id> ids;
    for (const GeneratedRecord& record : records(options_of(1, 0), 2'000)) {
        EXPECT_EQ(record.kind, GeneratedRecord::Kind::insert);
        EXPECT_EQ(record.id.version(), 4);
        EXPECT_TRUE(ids.insert(record.id).second);
    }
}

TEST(RecordGenerator, updates_are_as_many_as_wished_and_of_inserted_ids) {
    std::set<Id> ids;
    int updates = 0;
    for (const GeneratedRecord& record : records(options_of(2, 0.3), 5'000)) {
        if (record.kind == GeneratedRecord::Kind::insert) {
            ids.insert(record.id);
        } else {
            ++updates;
            EXPECT_TRUE(ids.contains(record.id));
        }
    }
    EXPECT_NEAR(updates, 1'500, 150);
}

TEST(RecordGenerator, an_update_changes_some_columns_and_leaves_the_others_as_inserted) {
    std::map<Id, Content> inserted;
    int updates = 0;
    for (const GeneratedRecord& record : records(options_of(3, 0.5), 1'000)) {
        if (record.kind == GeneratedRecord::Kind::insert) {
            inserted[record.id] = content_of(record);
            continue;
        }
        ++updates;
        std::size_t changed = 0;
        const Content& before = inserted.at(record.id);
        for (std::size_t i = 0; i < record.values.size(); ++i) {
            const NamedValue& named = record.values[i];
            changed += named.changed ? 1 : 0;
            EXPECT_TRUE(!named.changed || record.set->changes(named.column->name));
            EXPECT_TRUE(named.changed || named.value == before.values[i]) << named.column->name;
        }
        EXPECT_GE(changed, 1U);
        EXPECT_LE(changed, 4U);
    }
    EXPECT_GT(updates, 400);
}

TEST(RecordGenerator, a_fresh_record_is_updated_only_where_it_was_inserted) {
    RecordGenerator generator(options_of(4, 0.7));
    std::map<Id, Side> inserted_on;
    for (int i = 0; i < 2'000; ++i) {
        const GeneratedRecord record = generator.next(noon + i);  // all within 2 ms
        if (record.kind == GeneratedRecord::Kind::insert) {
            inserted_on[record.id] = record.side;
        } else {
            EXPECT_EQ(record.side, inserted_on.at(record.id));
        }
    }
}

TEST(RecordGenerator, a_settled_record_is_updated_on_either_side) {
    std::map<Id, Side> inserted_on;
    int across = 0;
    for (const GeneratedRecord& record : records(options_of(5, 0.5), 2'000)) {
        if (record.kind == GeneratedRecord::Kind::insert) inserted_on[record.id] = record.side;
        across += inserted_on.at(record.id) == record.side ? 0 : 1;
    }
    EXPECT_GT(across, 300);
}

TEST(RecordGenerator, a_conflict_writes_one_id_on_both_sides_within_a_moment) {
    GeneratorOptions options = options_of(6, 0.5);
    options.conflict_share = 1.0;
    const auto all = records(options, 1'000);
    int conflicts = 0;
    for (std::size_t i = 1; i < all.size(); ++i) {
        if (all[i].id != all[i - 1].id || all[i].side == all[i - 1].side) continue;
        ++conflicts;
        EXPECT_GE(all[i].written_at, all[i - 1].written_at);
        EXPECT_LE(all[i].written_at, all[i - 1].written_at + conflict_within_micros);
    }
    EXPECT_GT(conflicts, 100);
}

TEST(RecordGenerator, with_one_side_every_write_goes_there) {
    GeneratorOptions options = options_of(9, 0.5);
    options.sides = {Side::elasticsearch};
    options.conflict_share = 1.0;
    for (const GeneratedRecord& record : records(options, 500)) {
        EXPECT_EQ(record.side, Side::elasticsearch);
    }
}

TEST(RecordGenerator, only_the_tables_asked_for_are_written) {
    GeneratorOptions options = options_of(10, 0.3);
    options.tables = {"customers"};
    for (const GeneratedRecord& record : records(options, 100)) {
        EXPECT_EQ(record.set->name, "customers");
    }
}

TEST(RecordGenerator, an_unknown_table_is_named) {
    GeneratorOptions options;
    options.tables = {"customers", "invoices"};
    try {
        const RecordGenerator generator(options);
        FAIL() << "invoices were accepted";
    } catch (const UsageError& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr("invoices"));
    }
}

/// The alternative of Value that a column of this type must hold (model/value.hpp).
bool fits(const Value& value, const Type& type) {
    if (value.is_null()) return true;
    switch (type.kind) {
        case Kind::ascii:
        case Kind::text: return value.get_if<std::string>() != nullptr;
        case Kind::tinyint:
            return value.get<std::int64_t>() == std::int8_t(value.get<std::int64_t>());
        case Kind::smallint:
            return value.get<std::int64_t>() == std::int16_t(value.get<std::int64_t>());
        case Kind::int_:
            return value.get<std::int64_t>() == std::int32_t(value.get<std::int64_t>());
        case Kind::bigint:
        case Kind::timestamp:
        case Kind::date: return value.get_if<std::int64_t>() != nullptr;
        case Kind::time:
            return value.get<std::int64_t>() >= 0 && value.get<std::int64_t>() < 86'400'000'000'000;
        case Kind::decimal: return value.get_if<Decimal>() != nullptr;
        case Kind::varint: return BigInteger::parse(value.get<BigInteger>().digits).has_value();
        case Kind::float_: return value.get_if<float>() != nullptr;
        case Kind::double_: return value.get_if<double>() != nullptr;
        case Kind::boolean: return value.get_if<bool>() != nullptr;
        case Kind::uuid: return value.get<Uuid>().version() == 4;
        case Kind::timeuuid: return value.get<Uuid>().version() == 1;
        case Kind::inet: return value.get_if<Inet>() != nullptr;
        case Kind::blob: return value.get_if<Blob>() != nullptr;
        case Kind::list:
        case Kind::set: return value.get_if<List>() != nullptr;
        case Kind::map: return value.get_if<Map>() != nullptr;
        default: return false;
    }
}

TEST(DataSets, every_value_fits_its_column) {
    for (const DataSet& set : data_sets()) {
        Random random(11);
        for (int i = 0; i < 500; ++i) {
            const std::vector<Value> values = set.make(random, noon);
            ASSERT_EQ(values.size(), set.columns.size());
            for (std::size_t j = 0; j < values.size(); ++j) {
                EXPECT_TRUE(fits(values[j], set.columns[j].type))
                    << set.name << "." << set.columns[j].name;
            }
        }
    }
}

TEST(DataSets, every_column_has_different_values) {
    for (const DataSet& set : data_sets()) {
        Random random(12);
        Schema schema;
        schema.columns = set.columns;
        std::vector<std::set<std::uint64_t>> seen(set.columns.size());
        for (int i = 0; i < 200; ++i) {
            const std::vector<Value> values = set.make(random, noon + i * second);
            for (std::size_t j = 0; j < values.size(); ++j) {
                Content alone;
                alone.values.resize(values.size());
                alone.values[j] = values[j];
                seen[j].insert(digest(alone, schema));
            }
        }
        for (std::size_t j = 0; j < seen.size(); ++j) {
            EXPECT_GE(seen[j].size(), 2U) << set.name << "." << set.columns[j].name;
        }
    }
}

TEST(DataSets, columns_that_change_exist) {
    for (const DataSet& set : data_sets()) {
        Schema schema;
        schema.columns = set.columns;
        for (const std::string_view column : set.changing) {
            EXPECT_TRUE(schema.find(column)) << set.name << "." << column;
        }
    }
}

TEST(Products, are_believable) {
    GeneratorOptions options = options_of(13, 0.2);
    options.tables = {"products"};
    for (const GeneratedRecord& record : records(options, 1'000)) {
        const Decimal& price = value_of(record, "price").get<Decimal>();
        EXPECT_EQ(price.scale, 2);
        EXPECT_GE(price.unscaled.to_int64(), 250);
        EXPECT_LE(price.unscaled.to_int64(), 129'900);
        EXPECT_GE(value_of(record, "stock").get<std::int64_t>(), 0);
        EXPECT_GT(value_of(record, "weight").get<float>(), 0.0F);
        EXPECT_LE(value_of(record, "weight").get<float>(), 15.0F);
        if (const auto* rating = value_of(record, "rating").get_if<double>()) {
            EXPECT_GE(*rating, 1.0);
            EXPECT_LE(*rating, 5.0);
        }
        EXPECT_LE(value_of(record, "released").get<std::int64_t>(), noon / 86'400'000'000);
        EXPECT_EQ(value_of(record, "barcode").get<BigInteger>().digits.size(), 13U);
    }
}

TEST(Products, barcodes_have_a_right_check_digit) {
    Random random(14);
    for (int i = 0; i < 200; ++i) {
        GeneratedRecord record;
        const DataSet& set = *find_data_set("products");
        const std::vector<Value> values = set.make(random, noon);
        Schema schema;
        schema.columns = set.columns;
        const std::string digits = values[*schema.find("barcode")].get<BigInteger>().digits;
        int sum = 0;
        for (std::size_t j = 0; j < digits.size(); ++j) {
            sum += (digits[j] - '0') * (j % 2 == 0 ? 1 : 3);
        }
        EXPECT_EQ(sum % 10, 0) << digits;
    }
}

TEST(Customers, are_believable) {
    GeneratorOptions options = options_of(15, 0.2);
    options.tables = {"customers"};
    for (const GeneratedRecord& record : records(options, 1'000)) {
        EXPECT_THAT(value_of(record, "email").get<std::string>(),
                    testing::MatchesRegex("[a-z]+\\.[a-z]+[0-9]+@[a-z]+\\.[a-z]+"));
        const std::int64_t age_days =
            noon / 86'400'000'000 - value_of(record, "birthday").get<std::int64_t>();
        EXPECT_GE(age_days, 18 * 365);
        EXPECT_LE(age_days, 91 * 366);
        EXPECT_GE(value_of(record, "house_number").get<std::int64_t>(), 1);
        EXPECT_EQ(value_of(record, "country").get<std::string>().size(), 2U);
        EXPECT_LE(value_of(record, "last_login").get<std::int64_t>(), record.written_at / 1'000);
    }
}

TEST(Logs, are_believable) {
    GeneratorOptions options = options_of(16, 0);
    options.tables = {"logs"};
    int errors = 0;
    for (const GeneratedRecord& record : records(options, 2'000)) {
        const std::int64_t status = value_of(record, "http_status").get<std::int64_t>();
        EXPECT_GE(status, 200);
        EXPECT_LE(status, 599);
        const bool failed = status >= 500;
        errors += failed ? 1 : 0;
        EXPECT_EQ(value_of(record, "level").get<std::string>() == "ERROR", failed);
        EXPECT_EQ(value_of(record, "stack").is_null(), !failed);
        EXPECT_GE(value_of(record, "duration_ms").get<std::int64_t>(), 1);
        EXPECT_EQ(value_of(record, "at").get<std::int64_t>(), record.written_at / 1'000);
        EXPECT_EQ(value_of(record, "span").get<Uuid>().micros(), record.written_at);
    }
    EXPECT_GT(errors, 20);
    EXPECT_LT(errors, 150);
}

}  // namespace
}  // namespace duet::app
