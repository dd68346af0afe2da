#include "stores/cassandra/keys.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "model/order.hpp"
#include "stores/cassandra/codec.hpp"
#include "stores/cassandra/types.hpp"
#include "unit/stores/arbitrary.hpp"

namespace duet::cassandra {
namespace {

Type typed(const char* cql) { return *parse_type(cql, UserTypes()); }

/// No duration and no counter, as in CREATE TABLE; what has parts is frozen.
bool may_be_key(const Type& type) {
    return type.kind != Kind::duration && type.kind != Kind::counter &&
           std::ranges::all_of(type.elements, may_be_key);
}

Key any_key() {
    std::vector<KeyColumn> columns;
    const std::size_t size = *rc::gen::inRange<std::size_t>(1, 5);
    const std::size_t partition = *rc::gen::inRange<std::size_t>(1, size + 1);
    for (std::size_t i = 0; i < size; ++i) {
        Type type = any_type(2);
        RC_PRE(may_be_key(type));
        columns.push_back({"k" + std::to_string(i), std::move(type), i >= partition});
    }
    return Key(std::move(columns));
}

/// Sorted and without doubles, at every depth: a server shows no other sets and maps.
Value as_kept(Value value, const Type& type) {
    if (Map* map = std::get_if<Map>(&value.held)) {
        const Type& of = type.elements[0];
        for (auto& [key, held] : *map) {
            key = as_kept(std::move(key), of);
            held = as_kept(std::move(held), type.elements[1]);
        }
        std::ranges::stable_sort(*map, [&](const auto& left, const auto& right) {
            return cassandra_order(left.first, right.first, of) < 0;
        });
        const auto doubles = std::ranges::unique(*map, [&](const auto& left, const auto& right) {
            return cassandra_order(left.first, right.first, of) == 0;
        });
        map->erase(doubles.begin(), doubles.end());
    } else if (List* list = std::get_if<List>(&value.held)) {
        const bool own_types = type.kind == Kind::tuple || type.kind == Kind::udt;
        for (std::size_t i = 0; i < list->size(); ++i)
            (*list)[i] = as_kept(std::move((*list)[i]), type.elements[own_types ? i : 0]);
        if (type.kind != Kind::set) return value;
        const Type& of = type.elements[0];
        std::ranges::stable_sort(*list, [&](const Value& left, const Value& right) {
            return cassandra_order(left, right, of) < 0;
        });
        const auto doubles = std::ranges::unique(*list, [&](const Value& left, const Value& right) {
            return cassandra_order(left, right, of) == 0;
        });
        list->erase(doubles.begin(), doubles.end());
    }
    return value;
}

std::vector<Value> any_values(const Key& key) {
    std::vector<Value> values;
    for (const KeyColumn& column : key.columns())
        values.push_back(as_kept(any_value(column.type), column.type));
    return values;
}

KeyBytes bytes_of(const Key& key, const std::vector<Value>& values) {
    KeyBytes bytes(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        encode(values[i], key.columns()[i].type, bytes[i]);
    }
    return bytes;
}

std::vector<ByteView> views(const KeyBytes& bytes) { return {bytes.begin(), bytes.end()}; }

RC_GTEST_PROP(Keys, an_id_leads_back_to_the_key_that_it_was_made_of, ()) {
    const Key key = any_key();
    const KeyBytes bytes = bytes_of(key, any_values(key));
    RC_PRE(partition_columns(key) > 1 || !bytes.front().empty());
    const ReadKey read = read_key(key, views(bytes));
    RC_ASSERT(read.problem.empty());
    const auto again = key_bytes(key, read.id);
    RC_ASSERT(again.has_value());
    for (std::size_t i = 0; i < partition_columns(key); ++i) RC_ASSERT((*again)[i] == bytes[i]);
    RC_ASSERT(read_key(key, views(*again)).id == read.id);
    RC_ASSERT(token_of(key, read.id) == token_of(key, views(bytes)));
}

RC_GTEST_PROP(Keys, two_keys_have_two_ids, ()) {
    const Key key = any_key();
    const KeyBytes left = bytes_of(key, any_values(key));
    KeyBytes right = left;
    const std::size_t place = *rc::gen::inRange<std::size_t>(0, left.size());
    right[place].clear();
    const Type& type = key.columns()[place].type;
    encode(as_kept(any_value(type), type), type, right[place]);
    const bool partition_differs = place < partition_columns(key) && left != right;
    const Id left_id = read_key(key, views(left)).id;
    const Id right_id = read_key(key, views(right)).id;
    RC_ASSERT(!partition_differs || left_id != right_id);
    RC_ASSERT(left != right || left_id == right_id);
}

TEST(Keys, tokens_are_those_of_the_server) {
    // SELECT token(k, n) of Cassandra 5.0.
    const Key one({{"k", typed("text"), false}});
    EXPECT_EQ(token_of(one, Id::of("a")), -8839064797231613815);
    const Key two({{"k", typed("text"), false}, {"n", typed("int"), false}});
    EXPECT_EQ(token_of(two, Id::of("a~1")), 8247712171917364652);
    const Key clustered({{"k", typed("text"), false}, {"c", typed("int"), true}});
    EXPECT_EQ(token_of(clustered, Id::of("a~1")), -8839064797231613815);
}

TEST(Keys, a_digest_tells_rows_of_one_partition_apart_as_the_server_does) {
    Layout layout;
    layout.key = Key({{"k", typed("text"), false}, {"d", typed("text"), true}});
    layout.hashes = true;
    const Bytes partition{'a'};
    const Bytes clustering{'x'};
    const std::vector<ByteView> cells{partition, clustering};
    // cast(blob_as_varint(mask_hash('x')) AS bigint) of Cassandra 5.0.
    EXPECT_EQ(row_factor(layout, cells, 3), 3U * 154'678'297'519'343'745U);
    layout.hashes = false;
    EXPECT_EQ(row_factor(layout, cells, 3), 3U);
}

TEST(Keys, bytes_that_no_text_stands_for_are_a_problem_of_the_row) {
    const Key number({{"n", typed("varint"), false}});
    const Bytes longer{0, 7};
    const ReadKey read = read_key(number, std::array{ByteView(longer)});
    EXPECT_EQ(read.id, Id::of("7"));
    EXPECT_NE(read.problem.find("column n"), std::string::npos);
    const Key text({{"k", typed("text"), false}});
    const Bytes broken{0xff};
    EXPECT_EQ(read_key(text, std::array{ByteView(broken)}).id, Id::of("0xff"));
    EXPECT_FALSE(read_key(text, std::array{ByteView(broken)}).problem.empty());
}

TEST(Keys, clustering_columns_are_asked_for_as_a_list_of_tuples) {
    const Key key(
        {{"k", typed("text"), false}, {"c", typed("int"), true}, {"d", typed("text"), true}});
    const auto bytes = key_bytes(key, Id::of("a~1~x"));
    ASSERT_TRUE(bytes);
    const Bytes tuple = clustering_tuple(key, *bytes);
    EXPECT_EQ(to_hex(tuple), "00000004000000010000000178");
    EXPECT_EQ(to_hex(bind_list(std::array{tuple}).bytes), "000000010000000d" + to_hex(tuple));
}

}  // namespace
}  // namespace duet::cassandra
