#include "app/cli.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "base/error.hpp"

namespace duet::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> words(const std::string& line) {
    std::istringstream stream(line);
    return {std::istream_iterator<std::string>(stream), {}};
}

CommandLine parsed(const std::string& line) {
    auto result = parse_command_line(words(line));
    return std::get<CommandLine>(result);
}

std::string answer(const std::string& line) {
    auto result = parse_command_line(words(line));
    return std::get<Answer>(result).text;
}

std::string refusal(const std::string& line) {
    try {
        static_cast<void>(parse_command_line(words(line)));
    } catch (const UsageError& error) {
        return error.what();
    }
    return "accepted";
}

TEST(CommandLine, names_the_command) {
    EXPECT_TRUE(std::holds_alternative<RunCommand>(parsed("run").command));
    const CommandLine forced = parsed("run --force-deletes shop.orders --force-deletes shop.logs");
    EXPECT_EQ(std::get<RunCommand>(forced.command).force_deletes,
              (std::vector<std::string>{"shop.orders", "shop.logs"}));
    EXPECT_TRUE(std::holds_alternative<OnceCommand>(parsed("once").command));
    EXPECT_TRUE(std::holds_alternative<PlanCommand>(parsed("plan").command));
    EXPECT_TRUE(std::holds_alternative<StatusCommand>(parsed("status").command));
    EXPECT_TRUE(std::holds_alternative<CheckCommand>(parsed("config check").command));
}

TEST(CommandLine, common_options_stand_before_or_after_the_command) {
    for (const char* line :
         {"--config a.toml run --period 200ms", "run --period=200ms --config a.toml"}) {
        const CommonOptions common = parsed(line).common;
        EXPECT_EQ(common.config, "a.toml") << line;
        EXPECT_EQ(common.period, std::chrono::milliseconds(200)) << line;
    }
}

TEST(CommandLine, reads_servers_and_logging) {
    const CommonOptions common =
        parsed(
            "run --cassandra db1:9042 db2 --elasticsearch http://es:9200 --log-level debug "
            "--syslog --all")
            .common;
    EXPECT_THAT(common.cassandra, ElementsAre("db1:9042", "db2"));
    EXPECT_THAT(common.elasticsearch, ElementsAre("http://es:9200"));
    EXPECT_EQ(common.level, log::Level::debug);
    EXPECT_TRUE(common.syslog);
    EXPECT_TRUE(common.all);
}

TEST(CommandLine, commands_have_options_of_their_own) {
    EXPECT_TRUE(std::get<PlanCommand>(parsed("plan --ddl").command).ddl);
    const auto verify = std::get<VerifyCommand>(parsed("verify --deep --repair --json").command);
    EXPECT_TRUE(verify.deep && verify.repair && verify.json);
    EXPECT_TRUE(std::get<StatusCommand>(parsed("status --json").command).json);
}

TEST(CommandLine, quarantine_takes_an_action_and_ids) {
    const std::string id = "6c1f3f4a-7e5d-4c0a-9b58-0f9f4d0f9a11";
    const auto list = std::get<QuarantineCommand>(parsed("quarantine list shop.a").command);
    EXPECT_EQ(list.action, QuarantineCommand::Action::list);
    EXPECT_EQ(list.pair, "shop.a");
    const auto show = std::get<QuarantineCommand>(parsed("quarantine show " + id).command);
    EXPECT_EQ(show.action, QuarantineCommand::Action::show);
    ASSERT_EQ(show.ids.size(), 1U);
    EXPECT_EQ(show.ids[0].to_string(), id);
    const auto retry = std::get<QuarantineCommand>(parsed("quarantine retry").command);
    EXPECT_EQ(retry.action, QuarantineCommand::Action::retry);
    EXPECT_TRUE(retry.ids.empty());
    const auto some = std::get<QuarantineCommand>(parsed("quarantine retry shop.a " + id).command);
    EXPECT_EQ(some.pair, "shop.a");
    EXPECT_EQ(some.ids.size(), 1U);
}

TEST(CommandLine, an_id_is_any_text_and_a_pair_comes_before_its_ids) {
    const auto show = std::get<QuarantineCommand>(parsed("quarantine show sensor.1~7").command);
    ASSERT_EQ(show.ids.size(), 1U);
    EXPECT_EQ(show.ids[0].to_string(), "sensor.1~7");
    const auto retry = std::get<QuarantineCommand>(parsed("quarantine retry shop.a b.c 7").command);
    EXPECT_EQ(retry.pair, "shop.a");
    ASSERT_EQ(retry.ids.size(), 2U);
    EXPECT_EQ(retry.ids[0].to_string(), "b.c");
}

TEST(CommandLine, the_pair_of_an_id_may_stand_before_it) {
    const auto show = std::get<QuarantineCommand>(parsed("quarantine show shop.a b.c").command);
    EXPECT_EQ(show.pair, "shop.a");
    ASSERT_EQ(show.ids.size(), 1U);
    EXPECT_EQ(show.ids[0].to_string(), "b.c");
    const auto drop = std::get<QuarantineCommand>(parsed("quarantine drop shop.a 7 8").command);
    EXPECT_EQ(drop.pair, "shop.a");
    EXPECT_EQ(drop.ids.size(), 2U);
    const auto lone = std::get<QuarantineCommand>(parsed("quarantine drop b.c").command);
    EXPECT_EQ(lone.pair, "");
    EXPECT_EQ(lone.ids.size(), 1U);
    for (const std::string action : {"show", "restore"}) {
        const auto command =
            std::get<ConflictsCommand>(parsed("conflicts " + action + " shop.a b.c").command);
        EXPECT_EQ(command.pair, "shop.a");
        EXPECT_EQ(command.id, Id::of("b.c"));
    }
}

TEST(CommandLine, conflicts_takes_an_action_and_an_id) {
    const std::string id = "6c1f3f4a-7e5d-4c0a-9b58-0f9f4d0f9a11";
    const auto restore = std::get<ConflictsCommand>(parsed("conflicts restore " + id).command);
    EXPECT_EQ(restore.action, ConflictsCommand::Action::restore);
    EXPECT_EQ(restore.id->to_string(), id);
    EXPECT_EQ(std::get<ConflictsCommand>(parsed("conflicts list --limit 5").command).limit, 5U);
}

TEST(CommandLine, generate_takes_what_to_write) {
    const auto generate = std::get<GenerateCommand>(
        parsed("generate --side cassandra --tables products,logs --rate 0 --count 1000 --seed 7 "
               "--update-share 0.5 --conflicts 0.1 --keyspace demo")
            .command);
    EXPECT_EQ(generate.side, "cassandra");
    EXPECT_THAT(generate.tables, ElementsAre("products", "logs"));
    EXPECT_EQ(generate.rate, 0);
    EXPECT_EQ(generate.count, 1'000U);
    EXPECT_EQ(generate.seed, 7U);
    EXPECT_EQ(generate.update_share, 0.5);
    EXPECT_EQ(generate.conflict_share, 0.1);
    EXPECT_EQ(generate.keyspace, "demo");
}

TEST(CommandLine, a_mistyped_option_is_named_with_what_was_meant) {
    EXPECT_EQ(refusal("run --perod 1s"),
              "Unknown option \"--perod\": did you mean \"--period\"?\n"
              "`duet run --help` lists what it takes.");
    EXPECT_THAT(refusal("verify --depe"), HasSubstr("did you mean \"--deep\"?"));
}

TEST(CommandLine, a_mistyped_command_is_named_with_what_was_meant) {
    EXPECT_THAT(refusal("stats"), HasSubstr("Unknown command \"stats\": did you mean \"status\"?"));
    EXPECT_THAT(refusal("quarantine lst"), HasSubstr("did you mean \"list\"?"));
}

TEST(CommandLine, no_command_is_a_mistake) {
    EXPECT_THAT(refusal(""), HasSubstr("Say what to do"));
}

TEST(CommandLine, a_wrong_value_is_named_with_a_right_one) {
    EXPECT_THAT(refusal("run --period 5"), testing::StartsWith("--period cannot be \"5\": write"));
    for (const char* period : {"1ms", "9ms", "25h", "365d"}) {
        EXPECT_THAT(refusal(std::string("run --period ") + period), HasSubstr("from 10ms to 1d"));
    }
    EXPECT_EQ(parsed("run --period 1d").common.period, std::chrono::hours(24));
    EXPECT_THAT(refusal("run --log-level loud"), HasSubstr("debug, info, warning or error"));
    EXPECT_THAT(refusal("quarantine list 17"), HasSubstr("\"17\" is no KEYSPACE.TABLE"));
    EXPECT_THAT(refusal("quarantine show 17 18"), HasSubstr("\"17\" is no KEYSPACE.TABLE"));
    EXPECT_THAT(refusal("conflicts restore 17 18"), HasSubstr("\"17\" is no KEYSPACE.TABLE"));
    EXPECT_THAT(refusal("generate --side left"), HasSubstr("--side"));
    EXPECT_THAT(refusal("generate --update-share 2"), HasSubstr("--update-share"));
}

TEST(CommandLine, an_action_is_asked_for_where_there_are_several) {
    EXPECT_THAT(refusal("quarantine"), HasSubstr("duet quarantine --help"));
    EXPECT_THAT(refusal("config"), HasSubstr("duet config --help"));
}

TEST(CommandLine, help_tells_commands_and_exit_codes) {
    const std::string text = answer("--help");
    for (const char* word : {"run", "once", "plan", "verify", "status", "quarantine", "conflicts",
                             "generate", "config", "--config", "Exit codes: 0 done"}) {
        EXPECT_THAT(text, HasSubstr(word));
    }
    EXPECT_THAT(answer("verify --help"), HasSubstr("--repair"));
    EXPECT_THAT(answer("quarantine retry --help"), HasSubstr("all of a pair"));
}

TEST(CommandLine, tells_its_version) {
    EXPECT_THAT(answer("--version"), testing::StartsWith("duet "));
}

}  // namespace
}  // namespace duet::app
