#include "app/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/error.hpp"

namespace duet::app {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

Config parsed(const std::string& text) { return parse_config(text, "duet.toml", "."); }

/// The message that this text is refused with.
std::string refusal(const std::string& text) {
    try {
        static_cast<void>(parsed(text));
    } catch (const UsageError& error) {
        return error.what();
    }
    return "accepted";
}

/// A folder of its own, removed at the end.
class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "duet-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    void write(const std::string& name, const std::string& text) const {
        std::ofstream(path_ / name) << text;
    }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

TEST(Config, reads_where_the_journal_is_and_whether_it_may_be_used) {
    EXPECT_EQ(parsed("").journal, JournalUse::automatic);
    const Config config = parsed(
        "journal = \"yes\"\njournal_owner = true\n[cassandra]\ncdc_directory = \"/cdc_raw\"");
    EXPECT_EQ(config.journal, JournalUse::yes);
    EXPECT_TRUE(config.journal_owner);
    EXPECT_EQ(config.cassandra.cdc_directory, "/cdc_raw");
    EXPECT_EQ(parsed("journal = \"no\"").journal, JournalUse::no);
    EXPECT_THAT(refusal("journal = \"yes\""), HasSubstr("needs the folder to read"));
    EXPECT_THAT(refusal("journal_owner = 1"), HasSubstr("must be true or false"));
}

TEST(Config, an_empty_file_leaves_every_default) { EXPECT_EQ(parsed(""), Config{}); }

TEST(Config, reads_every_general_key) {
    const Config config = parsed(R"(
        period = "200ms"
        version_field = "changed"
        sweep_every = "5m"
        sweep_share = 0.5
        max_clock_ahead = "10s"
        keep_beaten = "7d"
        settled_limit = 5000
        refresh_at_most = "2s"
        max_new_columns = 7
        first_meeting = "elasticsearch"
    )");
    EXPECT_EQ(config.period, milliseconds(200));
    EXPECT_EQ(config.version_field, "changed");
    EXPECT_EQ(config.sweep_every, milliseconds(300'000));
    EXPECT_EQ(config.sweep_share, 0.5);
    EXPECT_EQ(config.max_clock_ahead, milliseconds(10'000));
    EXPECT_EQ(config.keep_beaten, std::chrono::days(7));
    EXPECT_EQ(config.settled_limit, 5'000U);
    EXPECT_EQ(config.refresh_at_most, milliseconds(2'000));
    EXPECT_EQ(config.max_new_columns, 7U);
    EXPECT_EQ(config.first_meeting, sync::FirstMeeting::elasticsearch);
}

TEST(Config, reads_both_servers) {
    const Config config = parsed(R"(
        [cassandra]
        hosts = ["db1:9043", "db2"]
        username = "duet"
        password = "secret"
        local_datacenter = "dc1"
        consistency = "quorum"
        [elasticsearch]
        urls = ["http://es1:9200"]
        username = "elastic"
        password = "other"
    )");
    EXPECT_THAT(config.cassandra.hosts, ElementsAre("db1:9043", "db2"));
    EXPECT_EQ(config.cassandra.username, "duet");
    EXPECT_EQ(config.cassandra.password, "secret");
    EXPECT_EQ(config.cassandra.local_datacenter, "dc1");
    EXPECT_EQ(config.cassandra.consistency, "quorum");
    EXPECT_THAT(config.elasticsearch.urls, ElementsAre("http://es1:9200"));
    EXPECT_EQ(config.elasticsearch.password, "other");
}

TEST(Config, reads_state_http_and_pairs) {
    const Config config = parsed(R"(
        [state]
        keyspace = "duet_notes"
        replication = "{'class': 'SimpleStrategy', 'replication_factor': 1}"
        [http]
        listen = "127.0.0.1:7380"
        [[pair]]
        keyspace = "shop"
        tables = ["*", "!audit_*"]
        [[pair]]
        keyspace = "web"
        tables = ["Hits"]
        index = "hits"
    )");
    EXPECT_EQ(config.state.keyspace, "duet_notes");
    EXPECT_THAT(config.state.replication, HasSubstr("SimpleStrategy"));
    EXPECT_EQ(config.http.listen, "127.0.0.1:7380");
    ASSERT_EQ(config.pairs.size(), 2U);
    EXPECT_THAT(config.pairs[0].tables, ElementsAre("*", "!audit_*"));
    EXPECT_EQ(config.pairs[0].index, "{keyspace}.{table}");
    EXPECT_EQ(config.pairs[1].index, "hits");
}

TEST(Config, an_unknown_key_is_named_with_its_place_and_the_nearest_valid_one) {
    EXPECT_EQ(refusal("\nperod = \"1s\"\n"),
              "duet.toml:2:1: unknown key \"perod\": did you mean \"period\"?");
    EXPECT_EQ(refusal("[cassandra]\n  host = [\"a\"]\n"),
              "duet.toml:2:3: unknown key \"host\" in [cassandra]: did you mean \"hosts\"?");
}

TEST(Config, every_unknown_key_is_named_in_the_order_of_the_file) {
    EXPECT_EQ(refusal("sweep_evry = \"1s\"\nperod = \"1s\"\n[http]\nlisen = \"\"\n"),
              "duet.toml:1:1: unknown key \"sweep_evry\": did you mean \"sweep_every\"?\n"
              "duet.toml:2:1: unknown key \"perod\": did you mean \"period\"?\n"
              "duet.toml:4:1: unknown key \"lisen\" in [http]: did you mean \"listen\"?");
}

TEST(Config, an_unknown_key_like_no_other_gets_the_list_of_keys) {
    EXPECT_THAT(refusal("[http]\ncolour = 1\n"), HasSubstr("the keys here are: listen"));
}

TEST(Config, a_general_key_below_a_section_is_told_where_it_belongs) {
    EXPECT_THAT(refusal("[http]\nlisten = \"\"\nperiod = \"1s\"\n"),
                HasSubstr("in [http]: \"period\" belongs above the first [section]"));
}

TEST(Config, an_unknown_section_is_refused) {
    EXPECT_THAT(refusal("[casandra]\nhosts = [\"a\"]\n"), HasSubstr("did you mean \"cassandra\"?"));
    EXPECT_THAT(refusal("[[pairs]]\nkeyspace = \"a\"\n"), HasSubstr("did you mean \"pair\"?"));
}

TEST(Config, a_wrong_type_is_named_with_its_place) {
    EXPECT_EQ(refusal("period = 1\n"),
              "duet.toml:1:10: period must be a duration in quotes, such as \"200ms\", \"1s\", "
              "\"5m\" or \"30d\"");
    EXPECT_THAT(refusal("[cassandra]\nhosts = \"a\"\n"),
                StartsWith("duet.toml:2:9: cassandra.hosts must be a list of strings"));
    EXPECT_THAT(refusal("[cassandra]\nhosts = [\"a\", 1]\n"), StartsWith("duet.toml:2:15:"));
    EXPECT_THAT(refusal("settled_limit = \"many\"\n"), HasSubstr("a whole number from 1000"));
    EXPECT_THAT(refusal("cassandra = 1\n"), HasSubstr("must be a table: [cassandra]"));
    EXPECT_THAT(refusal("[pair]\nkeyspace = \"a\"\n"), HasSubstr("[[pair]]"));
}

TEST(Config, a_number_out_of_range_is_refused) {
    EXPECT_THAT(refusal("sweep_share = 0\n"), HasSubstr("above 0, at most 1"));
    EXPECT_THAT(refusal("sweep_share = 1.5\n"), HasSubstr("above 0, at most 1"));
    EXPECT_EQ(parsed("sweep_share = 1\n").sweep_share, 1.0);
    EXPECT_THAT(refusal("period = \"1ms\"\n"), HasSubstr("between 10ms and 1d"));
    EXPECT_THAT(refusal("max_new_columns = -1\n"), HasSubstr("from 0 to 10000"));
}

TEST(Config, a_word_out_of_the_list_is_refused_with_the_nearest) {
    EXPECT_THAT(refusal("first_meeting = \"casandra\"\n"),
                HasSubstr("did you mean \"cassandra\"?"));
    EXPECT_THAT(refusal("[cassandra]\nconsistency = \"strong\"\n"), HasSubstr("must be one of:"));
}

TEST(Config, a_syntax_error_has_its_place) {
    EXPECT_THAT(refusal("period = \n"), StartsWith("duet.toml:1:"));
}

TEST(Config, a_url_needs_its_scheme) {
    EXPECT_THAT(refusal("[elasticsearch]\nurls = [\"es1:9200\"]\n"),
                HasSubstr("write \"http://es1:9200\""));
}

TEST(Config, a_url_that_no_client_can_use_is_refused_with_its_place) {
    for (const char* url : {"http://es:99999", "http://es:port", "http://", "http://es?x",
                            "http://es/path?x", "https://es"}) {
        EXPECT_THAT(refusal(std::string("[elasticsearch]\nurls = [\"") + url + "\"]\n"),
                    StartsWith("duet.toml:2:8: elasticsearch.urls has an address that cannot be "
                               "used: "))
            << url;
    }
    EXPECT_EQ(parsed("[elasticsearch]\nurls = [\"http://es/search/\"]\n").elasticsearch.urls.size(),
              1U);
}

TEST(Config, a_password_in_a_url_is_refused_and_not_repeated) {
    for (const char* url : {"http://elastic:hunter2@es:9200", "https://elastic:hunter2@es:9200",
                            "elastic:hunter2@es:9200"}) {
        const std::string text =
            refusal(std::string("[elasticsearch]\nurls = [\"") + url + "\"]\n");
        EXPECT_THAT(text, HasSubstr("the address of es:9200 holds a password")) << url;
        EXPECT_THAT(text, testing::Not(HasSubstr("hunter"))) << url;
    }
}

TEST(Config, a_host_needs_a_valid_port) {
    EXPECT_THAT(refusal("[cassandra]\nhosts = [\"db1:99999\"]\n"), StartsWith("duet.toml:2:9:"));
}

TEST(Config, a_pair_needs_a_keyspace_and_a_pattern_that_tells_tables_apart) {
    EXPECT_THAT(refusal("[[pair]]\ntables = [\"*\"]\n"), HasSubstr("needs a keyspace"));
    EXPECT_THAT(refusal("[[pair]]\nkeyspace = \"shop\"\nindex = \"all\"\n"),
                HasSubstr("would share one index"));
}

TEST(Config, secrets_come_from_files_beside_it) {
    const Folder folder;
    folder.write("password", "hunter2\n");
    folder.write("key", "abc==\r\n");
    const Config config = parse_config(
        "[cassandra]\npassword_file = \"password\"\n[elasticsearch]\napi_key_file = \"key\"\n", "f",
        folder.path());
    EXPECT_EQ(config.cassandra.password, "hunter2");
    EXPECT_EQ(config.elasticsearch.api_key, "abc==");
}

TEST(Config, a_secret_file_that_is_not_there_is_named) {
    EXPECT_THAT(refusal("[cassandra]\npassword_file = \"/nonexistent/secret\"\n"),
                HasSubstr("/nonexistent/secret, which cannot be read"));
}

TEST(Config, a_password_stands_in_one_place_only) {
    const Folder folder;
    folder.write("password", "hunter2\n");
    try {
        static_cast<void>(parse_config(
            "[cassandra]\npassword = \"a\"\npassword_file = \"password\"\n", "f", folder.path()));
        FAIL() << "accepted";
    } catch (const UsageError& error) {
        EXPECT_THAT(error.what(), HasSubstr("one of them must go"));
    }
}

TEST(Config, a_file_that_was_named_must_exist) {
    EXPECT_THROW(static_cast<void>(find_config("/nonexistent/duet.toml")), UsageError);
}

TEST(Config, duet_toml_of_this_folder_is_found) {
    const Folder folder;
    folder.write("duet.toml", "period = \"3s\"\n");
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(folder.path());
    const auto found = find_config(std::nullopt);
    std::filesystem::current_path(before);
    EXPECT_EQ(found, "duet.toml");
    EXPECT_EQ(load_config(folder.path() / "duet.toml").period, milliseconds(3'000));
}

TEST(Config, only_servers_on_this_machine_are_loopback) {
    EXPECT_TRUE(only_loopback(Config{}));
    EXPECT_TRUE(
        only_loopback(parsed("[cassandra]\nhosts = [\"[::1]:9042\", \"LocalHost\"]\n"
                             "[elasticsearch]\nurls = [\"http://[::1]:9200/\"]\n")));
    EXPECT_FALSE(only_loopback(parsed("[cassandra]\nhosts = [\"127.0.0.1\", \"db1\"]\n")));
    EXPECT_FALSE(only_loopback(parsed("[elasticsearch]\nurls = [\"http://127.example.org\"]\n")));
}

TEST(Config, a_pair_chooses_columns_and_a_direction) {
    const Config config = parsed(
        "[[pair]]\nkeyspace = \"shop\"\ncolumns = [\"!secret\"]\ndirection = \"to_cassandra\"\n");
    EXPECT_EQ(config.pairs.at(0).shape.columns, std::vector<std::string>{"!secret"});
    EXPECT_EQ(config.pairs.at(0).shape.direction, sync::Direction::to_cassandra);
    EXPECT_EQ(refusal("[[pair]]\nkeyspace = \"shop\"\ndirection = \"to_elastic\"\n"),
              "duet.toml:3:13: pair.direction must be one of: both, to_elasticsearch, "
              "to_cassandra");
}

TEST(Config, a_pair_says_how_columns_stand_in_the_documents) {
    const std::string pair = "[[pair]]\nkeyspace = \"shop\"\n[[pair.field]]\n";
    const Config config = parsed(pair +
                                 "column = \"price\"\nfield = \"cost\"\ntype = \"decimal\"\n"
                                 "mapping = \"double\"\n[[pair.field]]\ncolumn = \"name\"\n"
                                 "mapping = '{\"type\": \"text\"}'\n");
    const std::vector<FieldRule>& fields = config.pairs.at(0).shape.fields;
    ASSERT_EQ(fields.size(), 2U);
    EXPECT_EQ(fields[0].field, "cost");
    EXPECT_EQ(fields[0].type, Type{.kind = Kind::decimal});
    EXPECT_EQ(fields[0].mapping, R"({"type":"double"})");
    EXPECT_EQ(fields[1].mapping, R"({"type": "text"})");
    EXPECT_THAT(refusal(pair + "field = \"cost\"\n"), HasSubstr("needs a column"));
    EXPECT_THAT(refusal(pair + "column = \"a\"\ntype = \"money\"\n"), HasSubstr("no CQL type"));
    EXPECT_THAT(refusal(pair + "column = \"a\"\nmapping = \"{}\"\n"), HasSubstr("JSON object"));
    EXPECT_THAT(refusal(pair + "column = \"a\"\n[[pair.field]]\ncolumn = \"a\"\n"),
                HasSubstr("names column a twice"));
    EXPECT_THAT(refusal(pair + "column = \"a\"\nfield = \"updated_at\"\n"),
                HasSubstr("means the version field"));
    EXPECT_THAT(refusal(pair + "column = \"a\"\nfield = \"c\"\n[[pair.field]]\ncolumn = \"b\"\n"
                               "field = \"c\"\n"),
                HasSubstr("gives the field c to two columns"));
    for (const char* field : {"a.b", "_id", " "}) {
        EXPECT_THAT(refusal(pair + "column = \"a\"\nfield = \"" + field + "\"\n"),
                    HasSubstr("no field can be called so"));
    }
    EXPECT_EQ(parsed(pair + "column = \"a\"\nfield = \"a%2Eb\"\n").pairs.size(), 1U);
}

TEST(Config, a_pair_chooses_what_becomes_of_deletes) {
    const Config config = parsed(
        "[[pair]]\nkeyspace = \"shop\"\ndeletes = \"propagate\"\nmax_delete = 0.5\n"
        "[[pair]]\nkeyspace = \"logs\"\n");
    EXPECT_EQ(config.pairs.at(0).shape.deletes, sync::Deletes::propagate);
    EXPECT_EQ(config.pairs.at(0).shape.max_delete, 0.5);
    EXPECT_EQ(config.pairs.at(1).shape.deletes, sync::Deletes::restore);
    EXPECT_EQ(config.pairs.at(1).shape.max_delete, 0.2);
    EXPECT_EQ(refusal("[[pair]]\nkeyspace = \"shop\"\ndeletes = \"copy\"\n"),
              "duet.toml:3:11: pair.deletes must be one of: restore, propagate");
    EXPECT_EQ(refusal("[cassandra]\nconsistency = \"one\"\n"
                      "[[pair]]\nkeyspace = \"shop\"\ndeletes = \"propagate\"\n"),
              "duet.toml:5:11: pair.deletes cannot be \"propagate\" with cassandra.consistency = "
              "\"one\", which may not see every row: use \"local_quorum\"");
}

}  // namespace
}  // namespace duet::app
