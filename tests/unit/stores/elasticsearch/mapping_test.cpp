#include "stores/elasticsearch/mapping.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace duet::elasticsearch {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Type of(Kind kind, std::vector<Type> elements = {}) {
    Type type;
    type.kind = kind;
    type.elements = std::move(elements);
    return type;
}

Sample sample_of(const std::vector<std::string>& sources) {
    Sample sample;
    for (const std::string& source : sources) sample.add(JsonDocument::parse(source)->root());
    return sample;
}

std::string lenient(const std::string& type) {
    return R"({"type":")" + type + R"(","ignore_malformed":true})";
}

std::string column_types(const std::string& properties, const Sample& sample = {}) {
    const auto document = JsonDocument::parse(properties);
    std::string text;
    for (const Column& column : columns_of(document->root(), "updated_at", sample).columns) {
        text += column.name + " " + to_cql(column.type) +
                (column.type.holds_json ? " (json)" : "") + "; ";
    }
    return text;
}

TEST(Mapping, a_scalar_gets_the_field_that_searches_it_best) {
    EXPECT_EQ(mapping_of(of(Kind::text)),
              R"({"type":"text","fields":{"keyword":{"type":"keyword","ignore_above":8191}}})");
    EXPECT_EQ(mapping_of(of(Kind::tinyint)), lenient("byte"));
    EXPECT_EQ(mapping_of(of(Kind::bigint)), lenient("long"));
    EXPECT_EQ(mapping_of(of(Kind::decimal)), lenient("double"));
    EXPECT_EQ(mapping_of(of(Kind::float_)), lenient("float"));
    EXPECT_EQ(mapping_of(of(Kind::timestamp)), lenient("date"));
    EXPECT_EQ(mapping_of(of(Kind::inet)), lenient("ip"));
    EXPECT_EQ(mapping_of(of(Kind::blob)), R"({"type":"binary"})");
    EXPECT_EQ(mapping_of(of(Kind::timeuuid)), R"({"type":"keyword"})");
}

TEST(Mapping, a_collection_is_mapped_as_its_elements) {
    EXPECT_EQ(mapping_of(of(Kind::list, {of(Kind::int_)})), lenient("integer"));
    EXPECT_EQ(mapping_of(of(Kind::set, {of(Kind::list, {of(Kind::uuid)})})),
              R"({"type":"keyword"})");
    EXPECT_THAT(mapping_of(of(Kind::map, {of(Kind::int_), of(Kind::text)})),
                HasSubstr("flattened"));
}

TEST(Mapping, a_vector_with_more_numbers_than_a_dense_vector_takes_is_an_array) {
    Type vector = of(Kind::vector, {of(Kind::float_)});
    vector.dimension = 4'096;
    EXPECT_THAT(mapping_of(vector), HasSubstr("dense_vector"));
    vector.dimension = 4'097;
    EXPECT_EQ(mapping_of(vector), lenient("float"));
}

TEST(Mapping, a_vector_inside_of_vectors_is_an_array_at_any_depth) {
    Type vector = of(Kind::float_);
    for (int depth = 0; depth < 4; ++depth) {
        vector = of(Kind::vector, {vector});
        vector.dimension = 2;
        if (depth > 0) {
            EXPECT_EQ(mapping_of(vector), lenient("float")) << depth;
        }
    }
}

std::string parts_missing(const Type& type, const std::string& mapped) {
    const auto document = JsonDocument::parse(mapped);
    return missing_parts(type, document->root());
}

TEST(Mapping, what_a_user_type_got_later_is_mapped_and_not_left_to_chance) {
    Type inner = of(Kind::udt, {of(Kind::int_), of(Kind::inet)});
    inner.field_names = {"a", "b"};
    Type outer = of(Kind::udt, {inner, of(Kind::map, {of(Kind::text), of(Kind::text)})});
    outer.field_names = {"inner", "labels"};
    const std::string before =
        R"({"properties":{"inner":{"properties":{"a":{"type":"integer"}}}}})";
    const std::string expected = R"("properties":{"inner":{"properties":{"b":)" + lenient("ip") +
                                 R"(}},)"
                                 R"("labels":{"type":"flattened","ignore_above":8191}})";
    EXPECT_EQ(parts_missing(outer, before), expected);
    EXPECT_EQ(parts_missing(of(Kind::list, {outer}), before), expected);
    EXPECT_EQ(parts_missing(outer, mapping_of(outer)), "");
    EXPECT_EQ(parts_missing(outer, R"({"type":"object","enabled":false})"), "");
    EXPECT_EQ(parts_missing(of(Kind::int_), lenient("integer")), "");
    EXPECT_EQ(parts_missing(inner, R"({"type":"nested","properties":{"a":{"type":"integer"}}})"),
              R"("type":"nested","properties":{"b":)" + lenient("ip") + "}");
}

TEST(Mapping, a_text_with_a_fraction_shows_a_fraction_too) {
    const Sample sample =
        sample_of({R"({"a":1,"b":"1","v":"1.2.3"})", R"({"a":"10.5","b":"2.0"})"});
    EXPECT_EQ(column_types(R"({"a":{"type":"long"},"b":{"type":"long"}})", sample),
              "a double; b bigint; ");
}

TEST(Mapping, a_list_is_no_deeper_than_any_schema_needs) {
    const auto lists = [](std::size_t depth) {
        const std::string array = std::string(depth, '[') + "1" + std::string(depth, ']');
        const std::string types =
            column_types(R"({"a":{"type":"long"}})", sample_of({R"({"a":)" + array + "}"}));
        return std::count(types.begin(), types.end(), '<');
    };
    EXPECT_EQ(lists(1), 1);
    EXPECT_EQ(lists(8), lists(40));
}

TEST(Mapping, a_field_whose_name_is_no_text_is_left_out_and_noted) {
    const auto document = JsonDocument::parse(R"({"\uD800x":{"type":"long"}})");
    const MappedColumns mapped = columns_of(document->root(), "updated_at", Sample());
    EXPECT_TRUE(mapped.columns.empty());
    ASSERT_EQ(mapped.notes.size(), 1U);
    EXPECT_THAT(mapped.notes[0], HasSubstr("which no text can hold"));
}

TEST(Mapping, a_tuple_of_many_kinds_is_found_by_its_text) {
    EXPECT_EQ(mapping_of(of(Kind::tuple, {of(Kind::int_), of(Kind::int_)})), lenient("integer"));
    EXPECT_THAT(mapping_of(of(Kind::tuple, {of(Kind::int_), of(Kind::text)})),
                HasSubstr("keyword"));
    const Type map = of(Kind::map, {of(Kind::text), of(Kind::text)});
    EXPECT_EQ(mapping_of(of(Kind::tuple, {of(Kind::int_), map})),
              R"({"type":"object","enabled":false})");
}

TEST(Mapping, only_a_vector_by_itself_is_a_dense_vector) {
    Type vector = of(Kind::vector, {of(Kind::float_)});
    vector.dimension = 3;
    EXPECT_EQ(mapping_of(vector), R"({"type":"dense_vector","dims":3,"index":false})");
    EXPECT_EQ(mapping_of(of(Kind::list, {vector})), lenient("float"));
}

TEST(Mapping, a_user_type_is_an_object_of_its_fields) {
    Type udt = of(Kind::udt, {of(Kind::int_), of(Kind::date)});
    udt.field_names = {"a", "b"};
    EXPECT_EQ(mapping_of(udt), R"({"type":"object","properties":{"a":)" + lenient("integer") +
                                   R"(,"b":)" + lenient("date") + "}}");
    udt.field_names = {"a.b", "c"};
    EXPECT_EQ(mapping_of(udt), R"({"type":"object","enabled":false})");
}

TEST(Mapping, numbers_become_columns_of_their_size) {
    EXPECT_EQ(
        column_types(
            R"({"a":{"type":"byte"},"b":{"type":"short"},"c":{"type":"integer"},"d":{"type":"long"},
        "e":{"type":"unsigned_long"},"f":{"type":"half_float"},
        "g":{"type":"scaled_float"}})"),
        "a tinyint; b smallint; c int; d bigint; e varint; f double; g double; ");
}

TEST(Mapping, texts_flags_and_moments_become_columns) {
    EXPECT_EQ(column_types(
                  R"({"a":{"type":"text","fields":{"k":{"type":"keyword"}}},"b":{"type":"keyword"},
        "c":{"type":"boolean"},"d":{"type":"ip"},"e":{"type":"binary"},"f":{"type":"date"},
        "g":{"type":"date","format":"yyyy-MM-dd"},"h":{"type":"date_nanos"}})"),
              "a text; b text; c boolean; d inet; e blob; f timestamp; g date; h text; ");
}

TEST(Mapping, structures_become_text_that_holds_json) {
    EXPECT_EQ(column_types(R"({"a":{"properties":{"b":{"type":"long"}}},"c":{"type":"nested"},
        "d":{"type":"geo_point"},"e":{"type":"integer_range"},"f":{"type":"of_the_future"}})"),
              "a text (json); c text (json); d text (json); e text (json); f text (json); ");
}

TEST(Mapping, flattened_becomes_a_map_unless_documents_show_more_in_it) {
    const std::string properties = R"({"a":{"type":"flattened"}})";
    EXPECT_EQ(column_types(properties), "a map<text, text>; ");
    EXPECT_EQ(column_types(properties, sample_of({R"({"a":{"b":["c"]}})"})), "a text (json); ");
}

TEST(Mapping, a_field_seen_as_an_array_becomes_a_list) {
    const std::string properties = R"({"a":{"type":"keyword"},"b":{"type":"long"}})";
    EXPECT_EQ(
        column_types(properties, sample_of({R"({"a":"x"})", R"({"a":["x","y"],"b":[[1],[2]]})"})),
        "a list<text>; b list<frozen<list<bigint>>>; ");
}

TEST(Mapping, an_integer_seen_with_a_fraction_becomes_double) {
    const std::string properties = R"({"a":{"type":"long"},"b":{"type":"long"}})";
    EXPECT_EQ(column_types(properties, sample_of({R"({"a":1.5,"b":2.0})"})),
              "a double; b bigint; ");
}

TEST(Mapping, aliases_and_the_version_field_are_no_columns) {
    EXPECT_EQ(
        column_types(R"({"a":{"type":"alias"},"updated_at":{"type":"date"},"b":{"type":"long"}})"),
        "b bigint; ");
}

TEST(Mapping, a_date_format_that_duet_cannot_write_is_kept_as_text_and_noted) {
    const auto document = JsonDocument::parse(R"({"a":{"type":"date","format":"dd/MM/yyyy"}})");
    const MappedColumns mapped = columns_of(document->root(), "updated_at", Sample());
    EXPECT_EQ(to_cql(mapped.columns.at(0).type), "text");
    EXPECT_THAT(mapped.notes, ElementsAre(HasSubstr("dd/MM/yyyy")));
}

TEST(Mapping, numbers_in_the_version_field_tell_their_unit) {
    EXPECT_EQ(sample_of({R"({"updated_at":1795184227797})"}).number_unit("updated_at"),
              Precision::milliseconds);
    EXPECT_EQ(sample_of({R"({"updated_at":"2026"})"}).number_unit("updated_at"), std::nullopt);
}

TEST(Mapping, fields_are_counted_as_the_limit_of_an_index_counts_them) {
    const auto mappings = JsonDocument::parse(
        R"({"properties":{"a":{"type":"text","fields":{"keyword":{"type":"keyword"}}},)"
        R"("o":{"properties":{"b":{"type":"long"},"c":{"type":"long"}}}},"runtime":{"r":{}}})");
    ASSERT_TRUE(mappings);
    EXPECT_EQ(count_fields(mappings->root()), 6U);
    const auto added = JsonDocument::parse(
        R"({"properties":{"o":{"properties":{"d":{"type":"long"}}},"e":{"type":"text"}}})");
    ASSERT_TRUE(added);
    EXPECT_EQ(count_new_fields(added->root(), mappings->root()), 2U);
}

}  // namespace
}  // namespace duet::elasticsearch
