#include "app/generate/document.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cmath>

namespace duet::app {
namespace {

constexpr std::int64_t noon = 1'795'176'000'000'123;  // 2026-11-20T12:00:00.000123Z

/// Boost.JSON's header names no library: the parser is linked with duet_app.
boost::json::object parsed(const std::string& text) { return boost::json::parse(text).as_object(); }

/// A set of one column and a record of it.
struct Single {
    DataSet set;
    GeneratedRecord record;

    Single(Type type, Value value) {
        set.columns = {{"field", std::move(type)}};
        record.set = &set;
        record.written_at = noon;
        record.values = {{set.columns.data(), std::move(value), true}};
    }
};

std::string field_text(Type type, Value value) {
    const Single single(std::move(type), std::move(value));
    return document_of(single.record, "updated_at");
}

constexpr const char* stamp = R"("updated_at":"2026-11-20T12:00:00.000123Z"})";

TEST(Document, carries_its_version_in_microseconds) {
    EXPECT_EQ(field_text(simple_type(Kind::text), Value()), std::string("{") + stamp);
}

TEST(Document, values_are_written_as_an_application_would) {
    const auto with = [](const std::string& json) { return "{\"field\":" + json + "," + stamp; };
    EXPECT_EQ(field_text(simple_type(Kind::text), std::string("a\"b")), with(R"("a\"b")"));
    EXPECT_EQ(field_text(simple_type(Kind::int_), std::int64_t{-7}), with("-7"));
    EXPECT_EQ(field_text(simple_type(Kind::boolean), true), with("true"));
    EXPECT_EQ(field_text(simple_type(Kind::decimal), Decimal{{"1250"}, 2}), with("12.50"));
    EXPECT_EQ(field_text(simple_type(Kind::double_), 0.5), with("0.5"));
    EXPECT_EQ(field_text(simple_type(Kind::timestamp), std::int64_t{1'500}),
              with(R"("1970-01-01T00:00:01.500Z")"));
    EXPECT_EQ(field_text(simple_type(Kind::date), std::int64_t{-1}), with(R"("1969-12-31")"));
    EXPECT_EQ(field_text(simple_type(Kind::time), std::int64_t{30'600'000'000'000}),
              with(R"("08:30:00")"));
    EXPECT_EQ(field_text(simple_type(Kind::blob), Blob{{0, 255}}), with(R"("AP8=")"));
    EXPECT_EQ(field_text(set_type(Kind::text), List{}), with("[]"));
    EXPECT_EQ(field_text(list_type(Kind::int_), List{std::int64_t{1}, std::int64_t{2}}),
              with("[1,2]"));
    EXPECT_EQ(field_text(text_map_type(), Map{{std::string("k"), std::string("v")}}),
              with(R"({"k":"v"})"));
    EXPECT_EQ(field_text(text_map_type(), Map{}), with("{}"));
}

TEST(Document, addresses_are_written_as_text) {
    Inet four;
    four.bytes = {10, 0, 0, 7};
    EXPECT_EQ(field_text(simple_type(Kind::inet), four),
              std::string(R"({"field":"10.0.0.7",)") + stamp);
    Inet six;
    six.size = 16;
    six.bytes = {0x20, 0x01, 0x0d, 0xb8};
    six.bytes[15] = 1;
    EXPECT_EQ(field_text(simple_type(Kind::inet), six),
              std::string(R"({"field":"2001:db8:0:0:0:0:0:1",)") + stamp);
}

TEST(Document, is_JSON_with_every_column_that_has_a_value) {
    RecordGenerator generator(GeneratorOptions{});
    for (int i = 0; i < 300; ++i) {
        const GeneratedRecord record = generator.next(noon + i);
        const boost::json::object object = parsed(document_of(record, "updated_at"));
        EXPECT_TRUE(object.contains("updated_at"));
        for (const NamedValue& named : record.values) {
            EXPECT_EQ(object.contains(named.column->name), !named.value.is_null())
                << named.column->name;
        }
    }
}

TEST(Index, maps_every_column_of_a_data_set) {
    for (const DataSet& set : data_sets()) {
        const boost::json::object body = parsed(index_body(set, "updated_at"));
        const auto& properties = body.at("mappings").at("properties").as_object();
        EXPECT_EQ(properties.size(), set.columns.size() + 1);
        EXPECT_EQ(properties.at("updated_at").at("type").as_string(), "date_nanos");
        for (const Column& column : set.columns) {
            EXPECT_TRUE(properties.at(column.name).as_object().contains("type")) << column.name;
        }
    }
}

}  // namespace
}  // namespace duet::app
