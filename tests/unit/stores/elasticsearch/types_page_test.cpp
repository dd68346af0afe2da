// docs/types.md says what mapping each CQL type gets: the page is read, and the program asked.

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "stores/elasticsearch/mapping.hpp"

namespace duet::elasticsearch {
namespace {

Type simple(Kind kind) {
    Type type;
    type.kind = kind;
    return type;
}

Type of(Kind kind, std::vector<Type> elements) {
    Type type = simple(kind);
    type.elements = std::move(elements);
    return type;
}

Type vector_of(Kind element) {
    Type type = of(Kind::vector, {simple(element)});
    type.dimension = 3;
    return type;
}

Type user_type() {
    Type type = of(Kind::udt, {simple(Kind::int_)});
    type.field_names = {"zip"};
    return type;
}

/// The types that the page names, by its own words.
const std::map<std::string, Type>& named_types() {
    static const std::map<std::string, Type> types{
        {"ascii", simple(Kind::ascii)},
        {"text", simple(Kind::text)},
        {"tinyint", simple(Kind::tinyint)},
        {"smallint", simple(Kind::smallint)},
        {"int", simple(Kind::int_)},
        {"bigint", simple(Kind::bigint)},
        {"varint", simple(Kind::varint)},
        {"decimal", simple(Kind::decimal)},
        {"float", simple(Kind::float_)},
        {"double", simple(Kind::double_)},
        {"boolean", simple(Kind::boolean)},
        {"uuid", simple(Kind::uuid)},
        {"timeuuid", simple(Kind::timeuuid)},
        {"timestamp", simple(Kind::timestamp)},
        {"date", simple(Kind::date)},
        {"time", simple(Kind::time)},
        {"duration", simple(Kind::duration)},
        {"inet", simple(Kind::inet)},
        {"blob", simple(Kind::blob)},
        {"vector<float, n>", vector_of(Kind::float_)},
        {"map", of(Kind::map, {simple(Kind::text), simple(Kind::int_)})},
        {"user-defined type", user_type()},
    };
    return types;
}

/// What stands between backticks.
std::vector<std::string> quoted_words(const std::string& cell) {
    std::vector<std::string> words;
    std::size_t end = 0;
    for (std::size_t begin = cell.find('`'); begin != std::string::npos;
         begin = cell.find('`', end + 1)) {
        end = cell.find('`', begin + 1);
        words.push_back(cell.substr(begin + 1, end - begin - 1));
    }
    return words;
}

struct Row {
    std::string types;
    std::string mapping;
};

/// The rows of the page's first table.
std::vector<Row> rows_of_the_page() {
    std::ifstream page(DUET_SOURCE_DIR "/docs/types.md");
    std::vector<Row> rows;
    for (std::string line; std::getline(page, line);) {
        if (line.rfind("## A field", 0) == 0) break;
        if (line.rfind("| ", 0) != 0 || line.rfind("| CQL", 0) == 0) continue;
        std::istringstream cells(line.substr(2));
        Row row;
        std::getline(cells, row.types, '|');
        std::getline(cells, row.mapping, '|');
        rows.push_back(row);
    }
    return rows;
}

TEST(TypesPage, says_the_mapping_that_duet_makes_of_each_type) {
    std::size_t compared = 0;
    for (const Row& row : rows_of_the_page()) {
        std::vector<std::string> types = quoted_words(row.types);
        if (types.empty()) types = {row.types.substr(0, row.types.find_last_not_of(' ') + 1)};
        const std::vector<std::string> mappings = quoted_words(row.mapping);
        for (std::size_t i = 0; i < types.size(); ++i) {
            const auto named = named_types().find(types[i]);
            if (named == named_types().end()) continue;  // of its element, or of its parts
            ASSERT_FALSE(mappings.empty()) << types[i];
            const std::string& mapping =
                mappings.size() == types.size() ? mappings[i] : mappings[0];
            EXPECT_NE(mapping_of(named->second).find("{\"type\":\"" + mapping + "\""),
                      std::string::npos)
                << types[i] << " becomes " << mapping_of(named->second);
            ++compared;
        }
    }
    EXPECT_EQ(compared, named_types().size());
}

TEST(TypesPage, says_what_becomes_of_collections) {
    std::string page;
    for (const Row& row : rows_of_the_page()) page += row.types + ":" + row.mapping + "\n";
    EXPECT_NE(page.find("`list`, `set` : that of the element"), std::string::npos);
    EXPECT_NE(page.find("`vector` of another type : that of the element"), std::string::npos);
    const Type number = simple(Kind::int_);
    EXPECT_EQ(mapping_of(of(Kind::list, {number})), mapping_of(number));
    EXPECT_EQ(mapping_of(of(Kind::set, {number})), mapping_of(number));
    EXPECT_EQ(mapping_of(vector_of(Kind::int_)), mapping_of(number));
}

}  // namespace
}  // namespace duet::elasticsearch
