#include "app/glob.hpp"

#include <gtest/gtest.h>

namespace duet::app {
namespace {

TEST(Glob, a_literal_matches_itself_only) {
    EXPECT_TRUE(matches("orders", "orders"));
    EXPECT_FALSE(matches("orders", "orders2"));
    EXPECT_FALSE(matches("orders", "order"));
}

TEST(Glob, a_star_stands_for_any_characters) {
    EXPECT_TRUE(matches("*", ""));
    EXPECT_TRUE(matches("audit_*", "audit_2026"));
    EXPECT_TRUE(matches("*_log", "web_log_log"));
    EXPECT_TRUE(matches("a*b*c", "a__b_b__c"));
    EXPECT_FALSE(matches("audit_*", "audi"));
    EXPECT_FALSE(matches("a*b*c", "a__c__b"));
}

TEST(Glob, a_question_mark_stands_for_one_character) {
    EXPECT_TRUE(matches("t?", "t1"));
    EXPECT_FALSE(matches("t?", "t"));
    EXPECT_FALSE(matches("t?", "t12"));
}

TEST(Glob, many_stars_are_decided_quickly) {
    const std::string name(2'000, 'a');
    EXPECT_FALSE(matches("a*a*a*a*a*a*a*a*a*a*b", name));
}

TEST(Chosen, an_exclusion_leaves_out_what_an_earlier_glob_chose) {
    const std::vector<std::string> globs{"*", "!audit_*"};
    EXPECT_TRUE(chosen(globs, "orders"));
    EXPECT_FALSE(chosen(globs, "audit_2026"));
}

TEST(Chosen, the_last_glob_that_matches_decides) {
    const std::vector<std::string> globs{"*", "!audit_*", "audit_2026"};
    EXPECT_TRUE(chosen(globs, "audit_2026"));
    EXPECT_FALSE(chosen(globs, "audit_2025"));
}

TEST(Chosen, exclusions_alone_leave_out_of_everything) {
    EXPECT_TRUE(chosen({"!audit_*"}, "orders"));
    EXPECT_FALSE(chosen({"!audit_*"}, "audit_1"));
}

TEST(Chosen, a_list_chooses_only_what_it_names) {
    EXPECT_TRUE(chosen({"orders", "customers"}, "customers"));
    EXPECT_FALSE(chosen({"orders", "customers"}, "logs"));
}

TEST(Glob, only_a_name_without_stars_is_literal) {
    EXPECT_TRUE(is_literal("orders"));
    EXPECT_FALSE(is_literal("orders*"));
    EXPECT_FALSE(is_literal("!orders"));
}

}  // namespace
}  // namespace duet::app
