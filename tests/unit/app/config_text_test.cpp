#include "app/config_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace duet::app {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string text(const std::string& file) { return text_of(parse_config(file, "duet.toml", ".")); }

TEST(ConfigText, shows_the_defaults) {
    EXPECT_EQ(text(""),
              "  every 1s, version field updated_at, expiry field expires_at\n"
              "  Cassandra 127.0.0.1:9042, consistency local_quorum\n"
              "  Elasticsearch http://127.0.0.1:9200\n"
              "  notes in keyspace duet, no page\n");
}

TEST(ConfigText, shows_where_notes_and_the_page_are) {
    EXPECT_THAT(text("[state]\nkeyspace = \"notes\"\n[http]\nlisten = \"127.0.0.1:7380\"\n"),
                HasSubstr("  notes in keyspace notes, page at 127.0.0.1:7380\n"));
}

TEST(ConfigText, shows_what_a_pair_takes_and_which_way) {
    const std::string all = text(
        "[[pair]]\nkeyspace = \"shop\"\ncolumns = [\"*\", \"!secret\"]\n"
        "direction = \"to_cassandra\"\ndeletes = \"propagate\"\nmax_delete = 0.5\n"
        "[[pair.field]]\ncolumn = \"price\"\nfield = \"cost\"\n"
        "[[pair]]\nkeyspace = \"logs\"\n");
    EXPECT_THAT(all, HasSubstr("  keyspace shop: tables *, index {keyspace}.{table}\n"
                               "    columns * !secret, direction to_cassandra, deletes propagate, "
                               "max_delete 0.5\n"
                               "    column price in field cost\n"
                               "  keyspace logs: tables *, index {keyspace}.{table}\n"
                               "    columns *, direction both, deletes restore\n"));
}

TEST(ConfigText, shows_no_password) {
    EXPECT_THAT(text("[cassandra]\nusername = \"duet\"\npassword = \"hunter2\"\n"),
                Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace duet::app
