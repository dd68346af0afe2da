#include "stores/cassandra/server_settings.hpp"

#include <gtest/gtest.h>

namespace duet::cassandra {
namespace {

TEST(ServerSettings, sizes_have_units) {
    EXPECT_EQ(bytes_of("7B"), 7U);
    EXPECT_EQ(bytes_of("4096MiB"), 4'294'967'296U);
    EXPECT_EQ(bytes_of("5"), std::nullopt);
    EXPECT_EQ(bytes_of("KiB"), std::nullopt);
    EXPECT_EQ(bytes_of(""), std::nullopt);
}

TEST(ServerSettings, had_other_names_and_no_units_before) {
    const ServerSettings settings{{"new", "5KiB"}, {"old_in_kb", "7"}};
    EXPECT_EQ(setting(settings, "new", "new_in_kb", "KiB"), "5KiB");
    EXPECT_EQ(setting(settings, "old", "old_in_kb", "KiB"), "7KiB");
    EXPECT_EQ(setting(settings, "none", "none_in_kb", "KiB"), "");
}

}  // namespace
}  // namespace duet::cassandra
