#include "model/key.hpp"

#include <gtest/gtest.h>

namespace duet {
namespace {

Type of(Kind kind) { return Type{.kind = kind}; }

Key key_of(const std::vector<Type>& types, std::size_t clustering_from = 1) {
    std::vector<KeyColumn> columns;
    for (std::size_t i = 0; i < types.size(); ++i) {
        columns.push_back({"k" + std::to_string(i), types[i], i >= clustering_from});
    }
    return Key(std::move(columns));
}

std::string text_of(const Key& key, const std::vector<Value>& values) {
    return key.encode(values).to_string();
}

const Value noon = std::int64_t{1'795'176'000'123};  // 2026-11-20T12:00:00.123Z

TEST(Key, of_one_column_is_its_text_and_nothing_is_escaped) {
    const Key text = key_of({of(Kind::text)});
    EXPECT_EQ(text_of(text, {std::string("50% ~ a,b")}), "50% ~ a,b");
    EXPECT_EQ(text.decode(Id::of("50% ~ a,b")), std::vector<Value>{std::string("50% ~ a,b")});
    EXPECT_EQ(text.decode(Id::of("~a")), std::vector<Value>{std::string("~a")});
    EXPECT_EQ(text_of(key_of({of(Kind::timestamp)}), {noon}), "2026-11-20T12:00:00.123Z");
    EXPECT_EQ(text_of(key_of({of(Kind::bigint)}), {std::int64_t{-7}}), "-7");
}

TEST(Key, of_several_columns_has_a_tilde_between_them) {
    const Key key = key_of({of(Kind::text), of(Kind::timestamp), of(Kind::int_)});
    const std::vector<Value> values{std::string("sensor-1"), noon, std::int64_t{7}};
    EXPECT_EQ(text_of(key, values), "sensor-1~2026-11-20T12:00:00.123Z~7");
    EXPECT_EQ(key.decode(Id::of("sensor-1~2026-11-20T12:00:00.123Z~7")), values);
}

TEST(Key, a_tilde_inside_of_a_column_is_escaped) {
    const Key key = key_of({of(Kind::text), of(Kind::text)});
    EXPECT_EQ(text_of(key, {std::string("a~b"), std::string("50%")}), "a%7Eb~50%25");
    EXPECT_EQ(text_of(key, {std::string("a"), std::string("")}), "a~");
    EXPECT_EQ(key.decode(Id::of("a%7Eb~50%25")),
              (std::vector<Value>{std::string("a~b"), std::string("50%")}));
}

TEST(Key, what_is_no_key_is_not_accepted) {
    const Key key = key_of({of(Kind::text), of(Kind::int_)});
    for (const char* id : {"", "a", "a~b", "a~1~2", "a~", "~1", "a~01", "a~+1", "a~1.0", "a%7e~1",
                           "a%41~1", "a%~1", "a%7~1", "6c1f3f4a-7e5d-4c0a-9b58-0f9f4d0f9a11"}) {
        EXPECT_FALSE(key.accepts(Id::of(id))) << id;
    }
    EXPECT_TRUE(key.accepts(Id::of("a~1")));
}

TEST(Key, of_two_partition_columns_may_have_an_empty_text) {
    const Key key = key_of({of(Kind::text), of(Kind::text)}, 2);
    EXPECT_TRUE(key.accepts(Id::of("~")));
    EXPECT_TRUE(key.accepts(Id::of("~b")));
}

TEST(Key, of_a_uuid_accepts_the_canonical_form_only) {
    const Key key;
    EXPECT_TRUE(key.accepts(Id::of("6c1f3f4a-7e5d-4c0a-9b58-0f9f4d0f9a11")));
    EXPECT_FALSE(key.accepts(Id::of("6C1F3F4A-7E5D-4C0A-9B58-0F9F4D0F9A11")));
    EXPECT_FALSE(
        key_of({of(Kind::timeuuid)}).accepts(Id::of("6c1f3f4a-7e5d-4c0a-9b58-0f9f4d0f9a11")))
        << "a timeuuid is of version 1";
    EXPECT_FALSE(key_of({of(Kind::timestamp)}).accepts(Id::of("1795176000123")))
        << "one moment has one spelling";
}

TEST(Key, parts_of_a_column_stand_in_parentheses) {
    const Type texts{.kind = Kind::list, .elements = {of(Kind::text)}, .frozen = true};
    const Type pair{.kind = Kind::tuple, .elements = {of(Kind::text), of(Kind::int_)}};
    const Type map{.kind = Kind::map, .elements = {of(Kind::text), pair}, .frozen = true};
    const Key key = key_of({texts, map});
    const Value list = List{std::string("a,b"), std::string(), std::string("(~)")};
    const Value entries = Map{{std::string("x"), List{Value(), std::int64_t{1}}}};
    EXPECT_EQ(text_of(key, {list, entries}), "(a%2Cb,%e,%28%7E%29)~(x,(%n,1))");
    EXPECT_EQ(key.decode(Id::of("(a%2Cb,%e,%28%7E%29)~(x,(%n,1))")),
              (std::vector<Value>{list, entries}));
    EXPECT_EQ(text_of(key, {List{}, Map{}}), "()~()");
    for (const char* id : {"(~()", "()~(x)", "()~(x,(1))", "()~()x", "a~()", "()~(x,(%n,1,2))"}) {
        EXPECT_FALSE(key.accepts(Id::of(id))) << id;
    }
}

TEST(Key, a_set_or_a_map_is_spelled_as_cassandra_keeps_it) {
    const Type set{.kind = Kind::set, .elements = {of(Kind::int_)}, .frozen = true};
    const Type map{.kind = Kind::map, .elements = {of(Kind::text), of(Kind::int_)}, .frozen = true};
    const Type sets{.kind = Kind::list, .elements = {set}, .frozen = true};
    const Type vector{.kind = Kind::vector, .elements = {of(Kind::int_)}, .dimension = 2};
    const auto accepts = [](const Type& type, const char* id) {
        return key_of({type}).accepts(Id::of(id));
    };
    EXPECT_TRUE(accepts(set, "(-1,9,10)"));
    for (const char* id : {"(9,-1)", "(9,9)", "(1,10,2)", "(%n)"})
        EXPECT_FALSE(accepts(set, id)) << id;
    EXPECT_TRUE(accepts(map, "(B,1,a,0)"));
    for (const char* id : {"(a,0,B,1)", "(a,0,a,1)", "(a,%n)"})
        EXPECT_FALSE(accepts(map, id)) << id;
    EXPECT_TRUE(accepts(sets, "((2,3),(1))"));
    EXPECT_FALSE(accepts(sets, "((3,2),(1))"));
    EXPECT_FALSE(accepts(vector, "(1,%n)"));
}

TEST(Key, clustering_decimals_that_cassandra_takes_for_one_have_one_id) {
    const Key key = key_of({of(Kind::decimal), of(Kind::decimal)});
    const Value one = *Decimal::parse("1.0");
    const Value same = *Decimal::parse("1.00");
    EXPECT_EQ(key.encode({one, one}), key.encode({one, same})) << "they are one row";
    EXPECT_NE(key.encode({one, one}), key.encode({same, one})) << "they are two partitions";
    EXPECT_EQ(text_of(key, {one, same}), "1.0~1");
    for (const char* hundred : {"100", "100.0", "1e2", "10e1"}) {
        EXPECT_EQ(text_of(key, {one, *Decimal::parse(hundred)}), "1.0~100") << hundred;
    }
    EXPECT_EQ(key.encode({one, *Decimal::parse("-30e300")}),
              key.encode({one, *Decimal::parse("-3e301")}));
    EXPECT_EQ(text_of(key, {one, *Decimal::parse("0.00")}), "1.0~0");
}

TEST(Key, tells_its_shape_and_its_columns) {
    const Key key = key_of({of(Kind::text), of(Kind::timestamp)});
    EXPECT_EQ(key.shape(), "k0 (text) ~ k1 (timestamp)");
    EXPECT_TRUE(key.has("k1"));
    EXPECT_FALSE(key.has("k2"));
    EXPECT_TRUE(key.has_clustering());
    EXPECT_TRUE(key.is_composite());
    EXPECT_TRUE(Key().is_uuid());
}

}  // namespace
}  // namespace duet
