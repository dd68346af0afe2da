#include "stores/elasticsearch/json.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "elastic/client.hpp"

namespace duet::elasticsearch {
namespace {

JsonDocument read(std::string_view text) {
    auto document = JsonDocument::parse(text);
    if (!document) throw std::runtime_error("no JSON: " + std::string(text));
    return std::move(*document);
}

TEST(Json, every_value_keeps_its_own_text) {
    const JsonDocument document = read(
        R"( {"a" : 1.10 , "b":[ 1, {"c":null} ],"d":true,"e":-0.0e+5,"f":"x\ty" , "g" : { } } )");
    const Json root = document.root();
    EXPECT_EQ(root["a"].raw(), "1.10");
    EXPECT_EQ(root["b"].raw(), R"([ 1, {"c":null} ])");
    EXPECT_EQ(root["d"].raw(), "true");
    EXPECT_EQ(root["e"].raw(), "-0.0e+5");
    EXPECT_EQ(root["f"].raw(), R"("x\ty")");
    EXPECT_EQ(root["f"].text(), "x\ty");
    EXPECT_EQ(root["g"].raw(), "{ }");
    EXPECT_EQ(root.size(), 6U);
    EXPECT_EQ(root["b"].size(), 2U);
    EXPECT_TRUE(root["g"].empty());
}

TEST(Json, a_missing_member_is_nothing) {
    const JsonDocument document = read(R"({"a":null})");
    EXPECT_TRUE(document.root()["a"].is_nothing());
    EXPECT_TRUE(document.root()["a"].exists());
    EXPECT_FALSE(document.root()["b"].exists());
    EXPECT_TRUE(document.root()["b"]["c"].is_nothing());
}

TEST(Json, a_path_is_found_with_and_without_dots_in_the_names) {
    const JsonDocument document = read(R"({"a.b":{"c":1},"a":{"d":{"e":2}},"x":{"y.z":3}})");
    EXPECT_EQ(document.root().at("a.b.c").text(), "1");
    EXPECT_EQ(document.root().at("a.d.e").text(), "2");
    EXPECT_EQ(document.root().at("x.y.z").text(), "3");
    EXPECT_FALSE(document.root().at("a.d.f").exists());
}

TEST(Json, a_scalar_is_a_document) {
    EXPECT_EQ(read("12").root().text(), "12");
    EXPECT_EQ(read(R"("a\u00e4\ud83d\udc0e")").root().text(), "a\xC3\xA4\xF0\x9F\x90\x8E");
    EXPECT_TRUE(read(" null ").root().is(Json::Kind::null));
}

TEST(Json, what_is_no_json_is_refused) {
    for (const char* text : {"",           " ",         "{",
                             "}",          "[1",        "1]",
                             "1,2",        "],[",       "1],[2",
                             "{\"a\"}",    "{\"a\":}",  "{a:1}",
                             "[1 2]",      "[1,]",      "01",
                             "1.",         ".5",        "+1",
                             "1e",         "-",         "tru",
                             "nul",        "NaN",       "'a'",
                             "\"a",        "\"a\nb\"",  "\"\xff\"",
                             "{\"a\":1,}", "[1}",       "{\"a\":1]",
                             "1 2",        "truefalse", "{\"a\":1 \"b\":2}"}) {
        EXPECT_FALSE(JsonDocument::parse(text).has_value()) << text;
    }
}

TEST(Json, nesting_beyond_the_limit_is_refused) {
    // As deep as Elasticsearch takes a document, with what an answer has around it.
    const std::string fine = std::string(1'007, '[') + std::string(1'007, ']');
    const std::string deep = std::string(5'000, '[') + std::string(5'000, ']');
    EXPECT_TRUE(JsonDocument::parse(fine).has_value());
    EXPECT_FALSE(JsonDocument::parse(deep).has_value());
}

TEST(Json, half_a_surrogate_pair_breaks_its_string_only) {
    const JsonDocument document = read(R"({"a":"\ud800x","b":"fine"})");
    EXPECT_TRUE(document.root()["a"].broken());
    EXPECT_EQ(document.root()["a"].raw(), R"("\ud800x")");
    EXPECT_FALSE(document.root()["b"].broken());
    EXPECT_EQ(document.root()["b"].text(), "fine");
    EXPECT_TRUE(document.broken());
}

TEST(Json, what_elasticsearch_takes_though_it_is_no_utf8_breaks_its_string_only) {
    // A surrogate, a whole pair of them, an overlong zero, and a number beyond Unicode.
    const JsonDocument document = read(
        "{\"a\":\"x\xED\xA0\x80\",\"b\":\"\xED\xA0\xBD\xED\xB0\x8E\",\"c\":\"\xC0\x80\","
        "\"d\":\"\xF5\x80\x80\x80\",\"e\":\"\xC3\xA4\"}");
    EXPECT_TRUE(document.root()["a"].broken());
    EXPECT_EQ(document.root()["a"].raw(), "\"x\\ud800\"");
    EXPECT_EQ(document.root()["b"].text(), "\xF0\x9F\x90\x8E");
    EXPECT_EQ(document.root()["c"].text(), std::string(1, '\0'));
    EXPECT_TRUE(document.root()["d"].broken());
    EXPECT_EQ(document.root()["e"].text(), "\xC3\xA4");
}

TEST(Json, a_broken_name_says_so) {
    const JsonDocument document = read(R"({"\ud800x":1,"fine":2})");
    EXPECT_TRUE((*document.root().begin()).broken_key());
    EXPECT_FALSE(document.root()["fine"].broken_key());
}

TEST(Json, names_are_found_whatever_their_escapes) {
    const JsonDocument document = read(R"({"a\"b":1,"\u00e4":2,"":3,"\ud800":4})");
    EXPECT_EQ(document.root()["a\"b"].text(), "1");
    EXPECT_EQ(document.root()["\xC3\xA4"].text(), "2");
    EXPECT_EQ(document.root()[""].text(), "3");
    std::string names;
    for (const Json member : document.root()) member.append_key(names);
    EXPECT_EQ(names, "\"a\\\"b\"\"\xC3\xA4\"\"\"\"\\ud800\"");
}

TEST(Json, compact_text_has_blanks_only_inside_of_strings) {
    std::string out;
    append_compact(out, "{ \"a b\" : [ 1 ,\n\t2 ], \"c\\\" d\" : \" \\\\\" }");
    EXPECT_EQ(out, R"({"a b":[1,2],"c\" d":" \\"})");
}

RC_GTEST_PROP(JsonProperty, every_string_is_read_as_it_was_written, (const std::string& bytes)) {
    std::string text;
    for (const char c : bytes) text += static_cast<char>(c & 0x7f);
    std::string json;
    elastic::append_json_string(json, text);
    const auto document = JsonDocument::parse(json);
    RC_ASSERT(document.has_value());
    RC_ASSERT(document->root().text() == text);
}

RC_GTEST_PROP(JsonProperty, no_text_harms_the_reader, ()) {
    const auto parts = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
        "{", "}", "[", "]", ",", ":", "\"", "\\", "a", "1", "-", "e", ".", " ", "null", "true",
        "\\u", "d800", "\"k\":", "\n", "\xc3", "\xa4"));
    std::string text;
    for (const std::string& part : parts) text += part;
    const auto document = JsonDocument::parse(text);
    if (!document) return;
    std::string compact;
    append_compact(compact, document->root().raw());
    RC_ASSERT(JsonDocument::parse(compact).has_value());
}

}  // namespace
}  // namespace duet::elasticsearch
