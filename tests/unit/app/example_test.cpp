#include <gtest/gtest.h>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/config.hpp"

namespace duet::app {
namespace {

const std::filesystem::path example = std::filesystem::path(DUET_SOURCE_DIR) / "examples/duet.toml";

/// The example with every setting that is commented out taken in, but for `password`, beside which
/// there can be no `password_file` (and the files are not there).
std::string with_everything() {
    std::ifstream file(example);
    std::ostringstream text;
    for (std::string line; std::getline(file, line);) {
        const bool setting =
            line.size() > 1 && line[0] == '#' &&
            (std::islower(static_cast<unsigned char>(line[1])) != 0 || line[1] == '[');
        const bool secret_file = line.find("_file = ") != std::string::npos;
        text << (setting && !secret_file ? line.substr(1) : line) << "\n";
    }
    return text.str();
}

TEST(Example, as_it_stands_sets_the_defaults) { EXPECT_EQ(load_config(example), Config{}); }

TEST(Example, every_setting_in_it_is_a_valid_one) {
    const Config config = parse_config(with_everything(), "examples/duet.toml", ".");
    EXPECT_EQ(config.cassandra.username, "duet");
    EXPECT_EQ(config.elasticsearch.username, "elastic");
    EXPECT_EQ(config.http.listen, "127.0.0.1:7380");
    ASSERT_EQ(config.pairs.size(), 1U);
    EXPECT_EQ(config.pairs[0].keyspace, "shop");
}

TEST(Example, shows_the_defaults_where_there_are_any) {
    Config config = parse_config(with_everything(), "examples/duet.toml", ".");
    const Config defaults;
    EXPECT_EQ(config.period, defaults.period);
    EXPECT_EQ(config.sweep_share, defaults.sweep_share);
    EXPECT_EQ(config.max_clock_ahead, defaults.max_clock_ahead);
    EXPECT_EQ(config.keep_beaten, defaults.keep_beaten);
    EXPECT_EQ(config.settled_limit, defaults.settled_limit);
    EXPECT_EQ(config.max_new_columns, defaults.max_new_columns);
    EXPECT_EQ(config.first_meeting, defaults.first_meeting);
    EXPECT_EQ(config.cassandra.consistency, defaults.cassandra.consistency);
    EXPECT_EQ(config.state.keyspace, defaults.state.keyspace);
}

}  // namespace
}  // namespace duet::app
