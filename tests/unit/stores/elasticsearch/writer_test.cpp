#include "stores/elasticsearch/writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support.hpp"

namespace duet::elasticsearch {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const Type text = of(Kind::text);

TEST(Writer, numbers_and_flags_are_bare_and_all_else_is_text) {
    EXPECT_EQ(write_value(std::int64_t{-5}, of(Kind::bigint)), "{\"f\":-5,");
    EXPECT_EQ(write_value(0.1F, of(Kind::float_)), "{\"f\":0.1,");
    EXPECT_EQ(write_value(-0.0, of(Kind::double_)), "{\"f\":-0.0,");
    EXPECT_EQ(write_value(NAN, of(Kind::float_)), "{\"f\":\"NaN\",");
    EXPECT_EQ(write_value(true, of(Kind::boolean)), "{\"f\":true,");
    EXPECT_EQ(write_value(*BigInteger::parse("12345678901234567890"), of(Kind::varint)),
              "{\"f\":\"12345678901234567890\",");
    EXPECT_EQ(write_value(*Decimal::parse("1.10"), of(Kind::decimal)), "{\"f\":\"1.10\",");
    EXPECT_EQ(write_value(Blob{{0, 1}}, of(Kind::blob)), "{\"f\":\"AAE=\",");
}

TEST(Writer, big_numbers_are_bare_where_the_field_is_of_integers_or_takes_no_strings) {
    const Value big = *BigInteger::parse("18446744073709551615");
    const Value price = *Decimal::parse("12.50");
    const Type varint = of(Kind::varint);
    const Type decimal = of(Kind::decimal);
    const std::string bare = "{\"f\":18446744073709551615,";
    EXPECT_EQ(write_value(big, varint, R"({"type":"unsigned_long"})"), bare);
    EXPECT_EQ(write_value(big, varint, R"({"type":"double"})"), "{\"f\":\"18446744073709551615\",");
    EXPECT_EQ(write_value(price, decimal, R"({"type":"double","coerce":false})"), "{\"f\":12.50,");
}

TEST(Writer, a_moment_inside_of_an_object_is_written_in_the_format_of_its_own_mapping) {
    Type user_type = of(Kind::udt, {of(Kind::timestamp), of(Kind::varint)});
    user_type.field_names = {"at", "n"};
    const List parts{std::int64_t{5'000}, *BigInteger::parse("7")};
    EXPECT_EQ(write_value(parts, user_type,
                          R"({"properties":{"at":{"type":"date","format":"epoch_second"},)"
                          R"("n":{"type":"long"}}})"),
              "{\"f\":{\"at\":5,\"n\":7},");
}

TEST(Writer, moments_are_iso_8601_unless_the_mapping_says_otherwise) {
    EXPECT_EQ(write_value(std::int64_t{1'500}, of(Kind::timestamp)),
              "{\"f\":\"1970-01-01T00:00:01.500Z\",");
    EXPECT_EQ(write_value(std::int64_t{1'500}, of(Kind::timestamp),
                          R"({"type":"date","format":"epoch_millis"})"),
              "{\"f\":1500,");
    EXPECT_THAT(write_value(std::int64_t{1'500}, of(Kind::timestamp),
                            R"({"type":"date","format":"epoch_second"})"),
                StartsWith("refused"));
    EXPECT_EQ(write_value(std::int64_t{1}, of(Kind::date)), "{\"f\":\"1970-01-02\",");
    EXPECT_EQ(
        write_value(std::int64_t{1}, of(Kind::date), R"({"type":"date","format":"epoch_millis"})"),
        "{\"f\":86400000,");
    EXPECT_EQ(write_value(std::int64_t{1}, of(Kind::time)), "{\"f\":\"00:00:00.000000001\",");
    EXPECT_EQ(write_value(Duration{1, 2, 3}, of(Kind::duration)), "{\"f\":\"1mo2d3ns\",");
    EXPECT_EQ(write_value(Duration{}, of(Kind::duration)), "{\"f\":\"0ns\",");
}

TEST(Writer, what_is_empty_is_left_out) {
    EXPECT_EQ(write_value({}, text), "{");
    EXPECT_EQ(write_value(List{}, of(Kind::list, {text})), "{");
    EXPECT_EQ(write_value(Map{}, of(Kind::map, {text, text})), "{");
}

TEST(Writer, tuples_keep_their_nulls_and_user_types_do_not) {
    const List parts{Value(), Value(std::int64_t{1})};
    EXPECT_EQ(write_value(parts, of(Kind::tuple, {text, of(Kind::int_)})), "{\"f\":[null,1],");
    Type udt = of(Kind::udt, {text, of(Kind::int_)});
    udt.field_names = {"a", "b"};
    EXPECT_EQ(write_value(parts, udt), "{\"f\":{\"b\":1},");
}

TEST(Writer, keys_of_maps_are_texts) {
    const Type type = of(Kind::map, {of(Kind::list, {of(Kind::int_)}), text});
    const Map map{{List{Value(std::int64_t{1}), Value(std::int64_t{2})}, std::string("x")}};
    EXPECT_EQ(write_value(map, type), "{\"f\":{\"[1,2]\":\"x\"},");
}

TEST(Writer, text_that_holds_json_is_written_as_json) {
    Type json = text;
    json.holds_json = true;
    EXPECT_EQ(write_value(std::string("{ \"a\":\n1 }"), json), "{\"f\":{\"a\":1},");
    EXPECT_THAT(write_value(std::string("{a}"), json), HasSubstr("is no JSON"));
    EXPECT_THAT(write_value(std::string("null"), json), HasSubstr("empty JSON"));
}

TEST(Writer, a_dense_vector_takes_finite_numbers_only) {
    Type vector = of(Kind::vector, {of(Kind::float_)});
    vector.dimension = 1;
    EXPECT_EQ(write_value(List{Value(NAN)}, vector), "{\"f\":[\"NaN\"],");
    EXPECT_THAT(write_value(List{Value(NAN)}, vector, R"({"type":"dense_vector","dims":1})"),
                HasSubstr("finite numbers"));
}

TEST(Writer, a_refusal_names_the_field_and_leaves_nothing_behind) {
    Type json = text;
    json.holds_json = true;
    const Layout layout = layout_of(schema_of({{"a", text}, {"b", json}}));
    Content content;
    content.values = {std::string("x"), std::string("{")};
    std::string out = "before";
    const auto refusal = append_document(out, Id(), content, Version{0}, layout);
    EXPECT_EQ(refusal->field, "b");
    EXPECT_EQ(refusal->value, "{");
    EXPECT_EQ(out, "before");
}

TEST(Writer, what_is_carried_over_stands_between_the_values_and_the_version) {
    const Layout layout = layout_of(schema_of({{"a", text}}));
    Content content;
    content.values = {std::string("x")};
    content.carried = R"("c":1.10)";
    std::string out;
    EXPECT_FALSE(append_document(out, Id(), content, Version{1}, layout));
    EXPECT_EQ(out, R"({"a":"x","c":1.10,"updated_at":"1970-01-01T00:00:00.000001Z"})");
    EXPECT_EQ(to_json(content, layout), R"({"a":"x","c":1.10})");
    EXPECT_EQ(to_json(Content{}, layout), "{}");
}

TEST(Writer, the_end_of_the_record_stands_last) {
    Schema schema = schema_of({{"a", text}});
    schema.expiry_field = "expires_at";
    const Layout layout = layout_of(schema);
    const Content content{{std::string("x")}, ""};
    std::string out;
    EXPECT_FALSE(append_document(out, Id(), content, Version{0}, layout, 60'000'000));
    EXPECT_EQ(out, R"({"a":"x","updated_at":"1970-01-01T00:00:00.000000Z",)"
                   R"("expires_at":"1970-01-01T00:01:00Z"})");
}

Layout layout_of_composite() {
    Schema schema = schema_of({{"v", text}});
    schema.key = Key({{"sensor", text, false}, {"at", Type{.kind = Kind::timestamp}, true}});
    return layout_of(schema, R"({"at":{"type":"date","format":"epoch_millis"}})");
}

TEST(Writer, the_columns_of_a_composite_key_are_fields) {
    Content content;
    content.values = {std::string("x")};
    std::string out;
    EXPECT_TRUE(!append_document(out, Id::of("s%7E1~1970-01-01T00:00:01.000Z"), content, Version{0},
                                 layout_of_composite()));
    EXPECT_EQ(out,
              R"({"sensor":"s~1","at":1000,"v":"x","updated_at":"1970-01-01T00:00:00.000000Z"})");
}

TEST(Writer, an_id_that_is_too_long_for_elasticsearch_is_refused) {
    std::string out;
    const Content content{{std::string("x")}, ""};
    EXPECT_FALSE(append_document(out, Id::of(std::string(512, 'k')), content, Version{0},
                                 layout_of(schema_of({{"a", text}}))));
    out.clear();
    const auto refusal = append_document(out, Id::of(std::string(513, 'k')), content, Version{0},
                                         layout_of(schema_of({{"a", text}})));
    ASSERT_TRUE(refusal);
    EXPECT_THAT(refusal->reason, HasSubstr("513 bytes"));
    EXPECT_EQ(out, "");
}

TEST(Writer, for_people_nothing_is_refused) {
    Type json = text;
    json.holds_json = true;
    const Layout layout = layout_of(schema_of({{"a", json}}));
    Content content;
    content.values = {std::string("{")};
    EXPECT_EQ(to_json(content, layout), R"({"a":"{"})");
}

}  // namespace
}  // namespace duet::elasticsearch
