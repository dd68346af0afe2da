#include "app/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"

namespace duet::app {
namespace {

using testing::ElementsAre;

/// The options over the example file, so that nothing depends on the folder of the test.
CommonOptions options() {
    CommonOptions options;
    options.config = std::filesystem::path(DUET_SOURCE_DIR) / "examples/duet.toml";
    return options;
}

TEST(Settings, come_from_the_file) {
    EXPECT_EQ(load_settings(options()).config, Config{});
    EXPECT_EQ(load_settings(options()).file, options().config);
}

TEST(Settings, the_command_line_goes_before_the_file) {
    CommonOptions given = options();
    given.period = std::chrono::milliseconds(200);
    given.cassandra = {"db1:9043"};
    given.elasticsearch = {"http://es1:9200"};
    const Config config = load_settings(given).config;
    EXPECT_EQ(config.period, std::chrono::milliseconds(200));
    EXPECT_THAT(config.cassandra.hosts, ElementsAre("db1:9043"));
    EXPECT_THAT(config.elasticsearch.urls, ElementsAre("http://es1:9200"));
}

TEST(Settings, addresses_on_the_command_line_are_checked) {
    CommonOptions given = options();
    for (const char* url : {"es1:9200", "https://es1", "http://es1:99999", "http://u:p@es1"}) {
        given.elasticsearch = {url};
        EXPECT_THROW(static_cast<void>(load_settings(given)), UsageError) << url;
    }
    given.elasticsearch.clear();
    given.cassandra = {"db1:port"};
    EXPECT_THROW(static_cast<void>(load_settings(given)), UsageError);
}

TEST(Settings, everything_is_paired_by_itself_only_on_this_machine) {
    Settings settings;
    EXPECT_TRUE(may_pair_everything(settings));
    settings.config.cassandra.hosts = {"db1:9042"};
    EXPECT_FALSE(may_pair_everything(settings));
    settings.options.all = true;
    EXPECT_TRUE(may_pair_everything(settings));
    settings.options.all = false;
    settings.config.pairs = {PairRule{.keyspace = "shop"}};
    EXPECT_TRUE(may_pair_everything(settings));
}

}  // namespace
}  // namespace duet::app
