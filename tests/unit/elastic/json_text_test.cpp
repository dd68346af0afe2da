#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>

#include "elastic/answers.hpp"
#include "elastic/client.hpp"

namespace duet::elastic {
namespace {

std::string json_string(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

TEST(JsonString, escapes_quotes_backslashes_and_controls) {
    EXPECT_EQ(json_string("a\"b\\c\n\r\t"), R"("a\"b\\c\n\r\t")");
    EXPECT_EQ(json_string(std::string_view("\0\x1f\x7f", 3)), "\"\\u0000\\u001F\x7f\"");
}

TEST(JsonString, passes_valid_unicode_as_it_is) {
    const std::string text = "\u00e9 \u20ac \U0001F600 \uFFFF \U0010FFFF \uD7FF \uE000 \u2028";
    EXPECT_EQ(json_string(text), "\"" + text + "\"");
}

TEST(JsonString, replaces_what_is_no_utf8) {
    EXPECT_EQ(json_string("a\x80z"), "\"a\uFFFDz\"");                  // alone
    EXPECT_EQ(json_string("\xC0\xAF"), "\"\uFFFD\uFFFD\"");            // overlong
    EXPECT_EQ(json_string("\xED\xA0\x80"), "\"\uFFFD\uFFFD\uFFFD\"");  // surrogate
    EXPECT_EQ(json_string("\xF4\x90\x80\x80"), "\"\uFFFD\uFFFD\uFFFD\uFFFD\"");
    EXPECT_EQ(json_string("\xE2\x82"), "\"\uFFFD\"");  // cut off
    EXPECT_EQ(json_string("\xE2\x82"
                          "A"),
              "\"\uFFFDA\"");
    EXPECT_EQ(json_string("\xF0\x9F\x98\""), "\"\uFFFD\\\"\"");
    EXPECT_EQ(json_string("\xFF\xFE"), "\"\uFFFD\uFFFD\"");
}

/// What a reader of JSON makes of it; throws where it is no JSON.
std::string read_back(const std::string& text) {
    return parse_member("{\"text\":" + json_string(text) + "}", "text");
}

TEST(JsonString, of_any_bytes_is_valid_json) {
    EXPECT_TRUE(rc::check([](const std::string& bytes) {
        const std::string once = read_back(bytes);
        RC_ASSERT(read_back(once) == once);
    }));
}

TEST(JsonString, of_ascii_reads_back_as_it_was) {
    EXPECT_TRUE(rc::check([] {
        const auto ascii = rc::gen::inRange<char>(0, 127);
        const std::string text = *rc::gen::container<std::string>(ascii);
        RC_ASSERT(read_back(text) == text);
    }));
}

TEST(EscapeSegment, leaves_nothing_that_means_something_in_a_path) {
    EXPECT_EQ(escape_segment("shop.orders-1_a~"), "shop.orders-1_a~");
    EXPECT_EQ(escape_segment("a/b?c#d e%f"), "a%2Fb%3Fc%23d%20e%25f");
    EXPECT_EQ(escape_segment("\xC3\xA9"), "%C3%A9");
}

}  // namespace
}  // namespace duet::elastic
