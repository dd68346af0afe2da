#include "stores/elasticsearch/reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support.hpp"

namespace duet::elasticsearch {
namespace {

using testing::HasSubstr;

const Type text = of(Kind::text);
const Type integer = of(Kind::int_);

/// Why the value is refused; empty: it is not.
std::string refusal(const std::string& json, const Type& type, const std::string& mapping = "") {
    const Layout layout = layout_of_field(type, mapping);
    const ReadDocument read = read_source("{\"f\":" + json + "}", layout);
    return read.problem
               ? read.problem->field + "|" + read.problem->value + "|" + read.problem->reason
               : "";
}

Value number(std::int64_t value) { return value; }

TEST(Reader, an_integer_may_be_written_in_many_ways) {
    for (const char* json :
         {"12", "12.0", "1.2e1", "\"12\"", "\"12.0\"", "1200e-2", "[12]", "[\"12\"]"}) {
        EXPECT_EQ(read_value(json, integer), number(12)) << json;
    }
}

TEST(Reader, what_an_integer_would_lose_is_refused_with_field_value_and_remedy) {
    EXPECT_THAT(refusal("10.5", integer), HasSubstr("f|10.5|is no int: correct the document"));
    for (const char* json :
         {"2147483648", "\"abc\"", "\"\"", "true", "\" 1\"", "1e400", "{}", "[1,2]", "\"1e\""}) {
        EXPECT_NE(refusal(json, integer), "") << json;
    }
    EXPECT_EQ(read_value("-128", of(Kind::tinyint)), number(-128));
    EXPECT_NE(refusal("-129", of(Kind::tinyint)), "");
    EXPECT_EQ(read_value("9223372036854775807", of(Kind::bigint)), number(INT64_MAX));
    EXPECT_NE(refusal("9223372036854775808", of(Kind::bigint)), "");
}

TEST(Reader, a_date_in_a_format_that_is_not_known_is_no_number_of_milliseconds) {
    const std::string basic = R"({"type":"date","format":"yyyyMMdd"})";
    for (const Kind kind : {Kind::timestamp, Kind::date}) {
        EXPECT_THAT(refusal("\"20261120\"", of(kind), basic), HasSubstr("make the column text"));
        EXPECT_THAT(refusal("20261120", of(kind), basic), HasSubstr("Duet cannot read"));
    }
    EXPECT_EQ(read_value("\"20261120\"", text, basic), Value(std::string("20261120")));
}

TEST(Reader, an_integer_that_javascript_wrote_of_a_double_is_that_double) {
    EXPECT_EQ(read_value("123456789012345680000", of(Kind::double_)), Value(1.2345678901234568e20));
    EXPECT_EQ(read_value("123456789012345683968", of(Kind::double_)), Value(1.2345678901234568e20));
    EXPECT_NE(refusal("123456789012345681000", of(Kind::double_)), "");
    EXPECT_NE(refusal("9007199254740993", of(Kind::double_)), "");
}

TEST(Reader, an_empty_text_is_what_elasticsearch_takes_it_for) {
    EXPECT_TRUE(read_value("\"\"", of(Kind::bigint), R"({"type":"long"})").is_null());
    EXPECT_TRUE(read_value("\"\"", of(Kind::decimal), R"({"type":"double"})").is_null());
    EXPECT_EQ(read_value("\"\"", of(Kind::boolean), R"({"type":"boolean"})"), Value(false));
    EXPECT_NE(refusal("\"\"", of(Kind::bigint), R"({"type":"keyword"})"), "");
    EXPECT_NE(refusal("\"\"", of(Kind::bigint), R"({"type":"long","coerce":false})"), "");
    EXPECT_EQ(read_value("\"\"", text, R"({"type":"text"})"), Value(std::string()));
}

TEST(Reader, an_empty_text_is_so_inside_of_lists_and_objects_too) {
    const Type list = of(Kind::list, {of(Kind::boolean)});
    EXPECT_EQ(read_value("\"\"", list, R"({"type":"boolean"})"), Value(List{Value(false)}));
    EXPECT_EQ(read_value("\"\"", of(Kind::list, {integer}), R"({"type":"long"})"), Value(List{}));
    EXPECT_NE(refusal(R"(["",1])", of(Kind::list, {integer}), R"({"type":"long"})"), "");
    const std::string object = R"({"properties":{"k":{"type":"integer"}}})";
    const Type map = of(Kind::map, {text, integer});
    EXPECT_EQ(read_value(R"({"k":"","l":1})", map, object), read_value(R"({"l":1})", map));
    EXPECT_NE(refusal(R"({"l":""})", map, object), "");
}

TEST(Reader, a_moment_inside_of_an_object_is_read_in_the_format_of_its_own_mapping) {
    const Type moment = of(Kind::timestamp);
    Type user_type = of(Kind::udt, {moment, of(Kind::list, {moment})});
    user_type.field_names = {"at", "all"};
    const std::string seconds = R"({"type":"date","format":"epoch_second"})";
    const std::string mapping = R"({"properties":{"at":)" + seconds + R"(,"all":)" + seconds + "}}";
    EXPECT_EQ(read_value(R"({"at":1795184227,"all":[1795184228]})", user_type, mapping),
              Value(List{number(1'795'184'227'000), List{number(1'795'184'228'000)}}));
    EXPECT_EQ(read_value(R"({"at":1795184227})", of(Kind::map, {text, moment}), mapping)
                  .get<Map>()
                  .at(0)
                  .second,
              number(1'795'184'227'000));
}

TEST(Reader, the_end_of_the_record_is_no_content) {
    Schema schema = schema_of({{"f", text}});
    schema.expiry_field = "expires_at";
    const Layout layout = layout_of(schema);
    ReadDocument read = read_source(R"({"f":"x","expires_at":"1970-01-01T00:01:00.5Z"})", layout);
    EXPECT_EQ(read.expires_at, 60'500'000);
    EXPECT_EQ(read.content.carried, "");
    read = read_source(R"({"f":"x","expires_at":1795184227})", layout);
    EXPECT_EQ(read.expires_at, 1'795'184'227'000'000) << "a number, by its size";
    EXPECT_FALSE(read_source(R"({"f":"x","expires_at":null})", layout).expires_at);
    read = read_source(R"({"expires_at":"soon"})", layout);
    ASSERT_TRUE(read.problem);
    EXPECT_EQ(read.problem->field, "expires_at");
}

TEST(Reader, a_field_of_that_name_that_is_not_duets_is_content) {
    const Layout layout = layout_of(schema_of({{"expires_at", text}}));
    const ReadDocument read = read_source(R"({"expires_at":"soon"})", layout);
    EXPECT_FALSE(read.problem);
    EXPECT_EQ(read.content.values[0], Value(std::string("soon")));
}

TEST(Reader, two_keys_that_are_one_key_are_refused) {
    const Type map = of(Kind::map, {integer, text});
    EXPECT_NE(refusal(R"({"1":"a","01":"b"})", map), "");
    EXPECT_EQ(refusal(R"({"1":"a","2":"b"})", map), "");
    const Type of_sets = of(Kind::map, {of(Kind::set, {integer}), text});
    EXPECT_NE(refusal(R"({"[1,2]":"a","[2,1]":"b"})", of_sets), "");
    EXPECT_EQ(refusal(R"({"1":"a","01":"b"})", of(Kind::map, {text, text})), "");
}

TEST(Reader, an_array_of_one_object_is_that_object_to_a_map_too) {
    const Type map = of(Kind::map, {text, integer});
    EXPECT_EQ(read_value(R"([{"a":1}])", map), read_value(R"({"a":1})", map));
    EXPECT_NE(refusal(R"([{"a":1},{"b":2}])", map), "");
}

TEST(Reader, json_keeps_half_a_surrogate_pair_as_its_escape) {
    EXPECT_EQ(read_value(R"("\ud800")", text, R"({"type":"object"})"),
              Value(std::string(R"("\ud800")")));
    EXPECT_THAT(refusal(R"("\ud800")", text), HasSubstr("half of a surrogate pair"));
}

TEST(Reader, big_numbers_keep_every_digit) {
    EXPECT_EQ(
        read_value("123456789012345678901234567890", of(Kind::varint)).get<BigInteger>().digits,
        "123456789012345678901234567890");
    EXPECT_EQ(read_value("1e30", of(Kind::varint)).get<BigInteger>().digits,
              "1" + std::string(30, '0'));
    EXPECT_EQ(read_value("12.50", of(Kind::decimal)).get<Decimal>().to_string(), "12.50");
    EXPECT_EQ(read_value("\"12345678901234567890.123456789\"", of(Kind::decimal))
                  .get<Decimal>()
                  .to_string(),
              "12345678901234567890.123456789");
    EXPECT_NE(refusal("1e999999999", of(Kind::varint)), "");
}

TEST(Reader, a_float_is_the_nearest_of_32_bits) {
    EXPECT_EQ(read_value("0.1", of(Kind::float_)), Value(0.1F));
    EXPECT_EQ(read_value("0.10000000149011612", of(Kind::float_)), Value(0.1F));
    EXPECT_EQ(read_value("\"1.5\"", of(Kind::float_)), Value(1.5F));
    EXPECT_NE(refusal("1e39", of(Kind::float_)), "");
}

TEST(Reader, a_double_takes_what_it_can_hold) {
    EXPECT_EQ(read_value("0.1", of(Kind::double_)), Value(0.1));
    EXPECT_EQ(read_value("9007199254740992", of(Kind::double_)), Value(9007199254740992.0));
    EXPECT_NE(refusal("9007199254740993", of(Kind::double_)), "");
    EXPECT_NE(refusal("1e400", of(Kind::double_)), "");
    EXPECT_TRUE(std::isnan(read_value("\"NaN\"", of(Kind::double_)).get<double>()));
    EXPECT_EQ(read_value("\"-Infinity\"", of(Kind::double_)),
              Value(-static_cast<double>(INFINITY)));
    EXPECT_NE(refusal("\"nan\"", of(Kind::double_)), "");
    EXPECT_NE(refusal("\"0x10\"", of(Kind::double_)), "");
}

TEST(Reader, a_flag_may_be_a_text) {
    EXPECT_EQ(read_value("\"true\"", of(Kind::boolean)), Value(true));
    EXPECT_EQ(read_value("false", of(Kind::boolean)), Value(false));
    EXPECT_NE(refusal("1", of(Kind::boolean)), "");
}

TEST(Reader, a_text_keeps_a_number_letter_by_letter) {
    EXPECT_EQ(read_value("1.10", text), Value(std::string("1.10")));
    EXPECT_EQ(read_value("true", text), Value(std::string("true")));
    EXPECT_NE(refusal("{\"a\":1}", text), "");
    EXPECT_NE(refusal("[\"a\",\"b\"]", text), "");
}

TEST(Reader, a_zero_character_is_text_like_any_other) {
    EXPECT_EQ(read_value(R"("a\u0000b")", text), Value(std::string("a\0b", 3)));
}

TEST(Reader, half_a_surrogate_pair_is_refused) {
    EXPECT_THAT(refusal(R"("\ud800")", text), HasSubstr("surrogate"));
    EXPECT_THAT(refusal(R"(["a","\udc00"])", of(Kind::list, {text})), HasSubstr("surrogate"));
}

TEST(Reader, half_a_surrogate_pair_in_a_key_is_refused) {
    const Type map = of(Kind::map, {text, integer});
    EXPECT_THAT(refusal(R"({"\ud800":1})", map), HasSubstr("surrogate"));
    EXPECT_EQ(refusal(R"({"\ud800":null})", map), "") << "as if it were missing";
    Type type = of(Kind::udt, {integer});
    type.field_names = {R"(\ud800)"};
    EXPECT_THAT(refusal(R"({"\ud800":1})", type), HasSubstr("ALTER TYPE"));
}

TEST(Reader, a_name_that_no_text_can_hold_is_no_columns_and_carried_over) {
    const Layout layout =
        layout_of(schema_of({{R"(\ud800)", integer}, {"a", of(Kind::map, {text, text})}}));
    for (const char* source : {R"({"\ud800":1,"a":{"b":"x"}})", R"({"\ud800":1,"a.b":"x"})"}) {
        const ReadDocument read = read_source(source, layout);
        EXPECT_FALSE(read.problem) << source;
        EXPECT_EQ(read.content.carried, R"("\ud800":1)") << source;
        EXPECT_TRUE(read.content.values[0].is_null()) << source;
        EXPECT_EQ(read.content.values[1].get<Map>().size(), 1U) << source;
    }
    EXPECT_THAT(read_source(R"({"a.\ud800":"x"})", layout).problem->reason, HasSubstr("surrogate"));
}

TEST(Reader, ascii_takes_no_other_letters) {
    EXPECT_EQ(read_value("\"a\"", of(Kind::ascii)), Value(std::string("a")));
    EXPECT_NE(refusal("\"\xC3\xA4\"", of(Kind::ascii)), "");
}

TEST(Reader, a_moment_is_read_in_milliseconds) {
    const Type timestamp = of(Kind::timestamp);
    EXPECT_EQ(read_value("\"1970-01-01T00:00:01.5Z\"", timestamp), number(1'500));
    EXPECT_EQ(read_value("1795184227797", timestamp), number(1'795'184'227'797));
    EXPECT_EQ(read_value("\"1970-01-01T00:00:00.001999Z\"", timestamp), number(1));
    EXPECT_EQ(read_value("\"1969-12-31T23:59:59.999999Z\"", timestamp), number(-1));
    EXPECT_EQ(read_value("5", timestamp, R"({"type":"date","format":"epoch_second"})"),
              number(5'000));
    EXPECT_NE(refusal("\"soon\"", timestamp), "");
}

TEST(Reader, a_day_has_no_time) {
    EXPECT_EQ(read_value("\"1970-01-02\"", of(Kind::date)), number(1));
    EXPECT_EQ(read_value("86400000", of(Kind::date)), number(1));
    EXPECT_NE(refusal("\"1970-01-02T10:00:00Z\"", of(Kind::date)), "");
}

TEST(Reader, a_day_has_32_bits) {
    EXPECT_EQ(read_value("\"+5881580-07-11\"", of(Kind::date)), number(INT32_MAX));
    EXPECT_NE(refusal("\"+5881580-07-12\"", of(Kind::date)), "");
    EXPECT_NE(refusal("\"-5877641-06-22\"", of(Kind::date)), "");
    const std::string seconds = R"({"type":"date","format":"epoch_second"})";
    EXPECT_EQ(read_value("185542587100800", of(Kind::date), seconds), number(INT32_MAX));
    EXPECT_NE(refusal("185542587187200", of(Kind::date), seconds), "");
}

TEST(Reader, times_of_day_and_durations_are_texts) {
    EXPECT_EQ(read_value("\"10:00:00.000000001\"", of(Kind::time)), number(36'000'000'000'001));
    EXPECT_EQ(read_value("\"10:00\"", of(Kind::time)), number(36'000'000'000'000));
    EXPECT_NE(refusal("\"24:00:00\"", of(Kind::time)), "");
    EXPECT_NE(refusal("\"10:00:00Z\"", of(Kind::time)), "");
    EXPECT_EQ(read_value("\"1y2mo3w4d5h6m7s8ms9us10ns\"", of(Kind::duration)),
              Value(Duration{14, 25, 18'367'008'009'010}));
    EXPECT_EQ(read_value("\"-P1Y2M3DT4H5M6S\"", of(Kind::duration)),
              Value(Duration{-14, -3, -14'706'000'000'000}));
    for (const char* json :
         {"\"\"", "\"P\"", "\"1d1d\"", "\"1h1d\"", "\"1\"", "\"99999999999mo\"", "\"-\""}) {
        EXPECT_NE(refusal(json, of(Kind::duration)), "") << json;
    }
}

TEST(Reader, ids_addresses_and_bytes_are_canonical) {
    EXPECT_EQ(read_value("\"F47AC10B-58CC-4372-A567-0E02B2C3D479\"", of(Kind::uuid))
                  .get<Uuid>()
                  .to_string(),
              "f47ac10b-58cc-4372-a567-0e02b2c3d479");
    EXPECT_NE(refusal("\"f47ac10b-58cc-4372-a567-0e02b2c3d479\"", of(Kind::timeuuid)), "");
    EXPECT_EQ(read_value("\"2001:DB8:0:0::1\"", of(Kind::inet)),
              read_value("\"2001:db8::1\"", of(Kind::inet)));
    EXPECT_EQ(read_value("\"10.0.0.1\"", of(Kind::inet)).get<Inet>().size, 4);
    EXPECT_NE(refusal("\"10.0.0\"", of(Kind::inet)), "");
    EXPECT_NE(refusal(R"("10.0.0.1\u0000")", of(Kind::inet)), "");
    EXPECT_EQ(read_value("\"AAE=\"", of(Kind::blob)), Value(Blob{{0, 1}}));
    EXPECT_NE(refusal("\"A\"", of(Kind::blob)), "");
}

TEST(Reader, nothing_is_nothing_however_it_is_written) {
    for (const char* json : {"null", "[]", "[null]", "[null,null]"}) {
        EXPECT_TRUE(is_empty(read_value(json, integer))) << json;
        EXPECT_TRUE(is_empty(read_value(json, of(Kind::list, {text})))) << json;
        EXPECT_TRUE(is_empty(read_value(json, of(Kind::map, {text, text})))) << json;
    }
    EXPECT_TRUE(is_empty(read_value("{}", of(Kind::map, {text, text}))));
}

TEST(Reader, a_scalar_equals_a_list_of_one) {
    EXPECT_EQ(read_value("\"a\"", of(Kind::list, {text})),
              read_value("[\"a\"]", of(Kind::list, {text})));
    EXPECT_EQ(read_value("[[7]]", integer), number(7));
}

TEST(Reader, a_list_takes_no_null_among_values) {
    EXPECT_THAT(refusal("[1,null]", of(Kind::list, {integer})), HasSubstr("null in the array"));
}

TEST(Reader, a_map_has_keys_of_its_own_type) {
    const Type type = of(Kind::map, {integer, of(Kind::list, {text})});
    const Value map = read_value(R"({"1":["a"],"2":"b","3":null})", type);
    EXPECT_EQ(map.get<Map>().size(), 2U);
    EXPECT_EQ(map.get<Map>()[1].first, number(2));
    EXPECT_THAT(refusal(R"({"x":1})", type), HasSubstr("key"));
    EXPECT_NE(refusal("3", type), "");
}

TEST(Reader, a_tuple_may_be_short_but_not_long) {
    const Type type = of(Kind::tuple, {integer, text});
    EXPECT_EQ(read_value("[null,\"a\"]", type).get<List>()[1], Value(std::string("a")));
    EXPECT_TRUE(read_value("[1]", type).get<List>()[1].is_null());
    EXPECT_NE(refusal("[1,\"a\",2]", type), "");
}

TEST(Reader, a_user_type_takes_only_fields_it_has) {
    Type type = of(Kind::udt, {integer, text});
    type.field_names = {"a", "b"};
    EXPECT_EQ(read_value(R"({"b":"x"})", type).get<List>()[1], Value(std::string("x")));
    EXPECT_EQ(refusal(R"({"c":null})", type), "");
    EXPECT_THAT(refusal(R"({"c":1})", type), HasSubstr("ALTER TYPE"));
}

TEST(Reader, a_vector_has_its_dimension) {
    Type type = of(Kind::vector, {of(Kind::float_)});
    type.dimension = 2;
    EXPECT_EQ(read_value("[1,2.5]", type).get<List>()[1], Value(2.5F));
    EXPECT_THAT(refusal("[1]", type), HasSubstr("1 elements"));
}

TEST(Reader, an_object_in_a_text_column_of_an_object_field_is_compact_json) {
    EXPECT_EQ(read_value(R"({ "a" : [1.10, "x y"] })", text, R"({"type":"object"})"),
              Value(std::string(R"({"a":[1.10,"x y"]})")));
    EXPECT_EQ(read_value(R"("41,2")", text, R"({"type":"geo_point"})"),
              Value(std::string(R"("41,2")")));
}

TEST(Reader, fields_that_are_no_columns_are_carried_over) {
    const Layout layout = layout_of(schema_of({{"a", integer}}));
    const auto document =
        JsonDocument::parse(R"({"x": 1.10, "a":1, "y\"": [ {"z" : 1} ], "updated_at":5})");
    const ReadDocument read = read_document(Id(), document->root(), layout);
    EXPECT_EQ(read.content.carried, R"("x":1.10,"y\"":[{"z":1}])");
    EXPECT_EQ(read.unknown.size(), 2U);
    EXPECT_EQ(read.content.values.at(0), number(1));
    EXPECT_EQ(read.version, Version{5'000'000});
}

TEST(Reader, a_stamp_that_cannot_be_read_is_a_problem_and_null_is_none) {
    const Layout layout = layout_of(schema_of({}));
    EXPECT_EQ(read_source(R"({"updated_at":"soon"})", layout).problem->field, "updated_at");
    EXPECT_FALSE(read_source(R"({"updated_at":null})", layout).problem);
    EXPECT_FALSE(read_source(R"({"updated_at":null})", layout).version);
}

TEST(Reader, the_first_problem_is_told_and_its_value_is_cut) {
    const Layout layout = layout_of(schema_of({{"a", integer}, {"b", integer}}));
    const ReadDocument read =
        read_source(R"({"b":")" + std::string(500, 'x') + R"(","a":"y"})", layout);
    EXPECT_EQ(read.problem->field, "b");
    EXPECT_LE(read.problem->value.size(), shown_limit + 3);
}

TEST(Reader, a_field_of_the_key_is_no_content_and_must_say_what_the_id_says) {
    Schema schema = schema_of({{"v", Type{.kind = Kind::text}}});
    schema.key =
        Key({{"sensor", Type{.kind = Kind::text}, false}, {"n", Type{.kind = Kind::int_}, true}});
    const Layout layout = layout_of(schema);
    const auto read = [&](const char* source) {
        const auto document = JsonDocument::parse(source);
        ReadDocument found = read_document(Id::of("s~7"), document->root(), layout);
        found.unknown.clear();
        return found;
    };
    for (const char* source : {R"({"sensor":"s","n":7,"v":"x"})", R"({"v":"x"})",
                               R"({"sensor":null,"n":[7],"v":"x"})"}) {
        const ReadDocument found = read(source);
        EXPECT_FALSE(found.problem) << source;
        EXPECT_EQ(found.content.values[0], Value(std::string("x")));
        EXPECT_EQ(found.content.carried, "");
    }
    const ReadDocument other = read(R"({"sensor":"s","n":8,"v":"x"})");
    ASSERT_TRUE(other.problem);
    EXPECT_EQ(other.problem->field, "n");
    EXPECT_EQ(other.problem->value, "8");
}

TEST(Reader, dots_in_a_field_are_the_parts_of_an_object) {
    const Type json{.kind = Kind::text, .holds_json = true};
    const Type plain{.kind = Kind::text};
    const Layout layout = layout_of(schema_of({{"a", json}, {"n", plain}}));
    const auto value = [&](const std::string& source) {
        const ReadDocument read = read_source(source, layout);
        EXPECT_FALSE(read.problem) << source;
        return read.content.values[0];
    };
    EXPECT_EQ(value(R"({"a.b":1.10,"n":"x"})"), Value(std::string(R"({"b":1.10})")));
    EXPECT_EQ(value(R"({"a.b.c":[1, 2],"n":"x","a":{"d":{"e":1}},"a.b":{"f":null}})"),
              Value(std::string(R"({"b":{"c":[1,2],"f":null},"d":{"e":1}})")));
    EXPECT_EQ(read_source(R"({"n.m":1,"x.y":2})", layout).content.carried, R"("n.m":1,"x.y":2)")
        << "no object columns";
    for (const char* twice :
         {R"({"a.b":1,"a":{"b":2}})", R"({"a.b":1,"a.b.c":2})", R"({"a":{"b":{"c":1}},"a.b":5})"}) {
        ASSERT_TRUE(read_source(twice, layout).problem) << twice;
        EXPECT_THAT(read_source(twice, layout).problem->reason, testing::HasSubstr("twice"));
    }
}

}  // namespace
}  // namespace duet::elasticsearch
