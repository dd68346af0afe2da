#include "bench/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "bench/figures.hpp"
#include "bench/results.hpp"

namespace duet::bench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Key;
using testing::Not;

std::string with(const std::string& part, const std::string& json) {
    return with_member("", part, json);
}

Idle idle(std::size_t records) {
    Idle idle;
    idle.feed = "journal";
    idle.records = records;
    idle.period_ms = 1'000;
    idle.duet = 0.005;
    idle.cassandra = 0.03;
    idle.cassandra_alone = 0.021;
    idle.elasticsearch = 0.02;
    idle.elasticsearch_alone = 0.021;
    idle.resident_mebibytes = 20;
    idle.start_seconds = 1.5;
    return idle;
}

Latency latency(double worst) {
    Latency latency;
    latency.feed = "journal";
    latency.to = "Elasticsearch";
    latency.records = 1'000'000;
    latency.rate = 100;
    latency.reached = 99.6;
    latency.period_ms = 200;
    latency.milliseconds = {10, 20, 30, worst};
    latency.asked_p99_ms = 500;
    latency.yardstick_p50_ms = 4;
    return latency;
}

TEST(Results, a_part_that_is_measured_again_replaces_only_itself) {
    std::string results = with_member("", "idle", "[{\"records\":1}]");
    results = with_member(results, "latency", "[{\"rate\":10},{\"rate\":100}]");
    results = with_member(results, "idle", "[{\"records\":2}]");
    EXPECT_EQ(results,
              "{\n\"idle\": [\n  {\"records\":2}],\n"
              "\"latency\": [\n  {\"rate\":10},\n  {\"rate\":100}]\n}\n");
}

TEST(Results, begin_anew_where_the_file_is_no_json) {
    EXPECT_EQ(with_member("{broken", "idle", "[]"), "{\n\"idle\": []\n}\n");
    EXPECT_EQ(with_member("[1]", "idle", "[]"), "{\n\"idle\": []\n}\n");
}

TEST(Tables, say_whether_a_copy_is_as_fast_as_asked) {
    Figure figure{"first copy, A to B", "bare", 0.9, 300'000, 2};
    figure.yardstick = {{5, 0, 7, 0}};
    figure.program = {{6, 0.9, 9.04, 42.04}};
    EXPECT_THAT(to_tables(with("elasticsearch", to_json(std::vector{figure}))),
                HasSubstr("| first copy, A to B | 300,000 | 60,000 | 50,000 | 0.83 | 0.90 | short "
                          "| 3.0 of 2, short | 15 %, ok | 42.0, ok | 7.0; 9.0 |\n"));
    Figure verify{"verify", "", 40'000, 300'000};
    verify.program = figure.program;
    EXPECT_THAT(to_tables(with("verify", to_json(std::vector{verify}))),
                HasSubstr("| verify | 300,000 |  | 50,000 |  | 40,000 | ok | 3.0 | 15 % | "
                          "42.0, ok | 9.0 |\n"));
}

TEST(Tables, show_latencies_with_what_is_asked_of_the_99th_percentile) {
    EXPECT_THAT(to_tables(with("latency", to_json(std::vector{latency(400)}))),
                HasSubstr("| Cassandra to Elasticsearch, journal | 1,000,000 | 100 | 20.0 | 400 | "
                          "400 | 5.0 | 500 | ok |\n"));
    EXPECT_THAT(to_tables(with("latency", to_json(std::vector{latency(501)}))),
                HasSubstr("| 501 | 501 | 5.0 | 500 | short |\n"));
    Latency lost = latency(400);
    lost.missing = 3;
    EXPECT_THAT(to_tables(with("latency", to_json(std::vector{lost}))),
                HasSubstr("| 500 | 3 never came |\n"));
}

TEST(Tables, show_what_the_servers_need_above_their_own_idle) {
    EXPECT_THAT(to_tables(with("idle", to_json(std::vector{idle(10'000)}))),
                HasSubstr("| journal | 1 | 10,000 | 1,000 | 0.50 | +0.90 (2.10) | -0.10 (2.10) | "
                          "20.0 | 1.5 | ok |\n"));
    Idle busy = idle(10'000);
    busy.cassandra = 0.04;
    EXPECT_THAT(to_tables(with("idle", to_json(std::vector{busy}))),
                HasSubstr("| 1.5 | short |\n"));
}

TEST(Tables, show_catching_up_beside_bare_writers) {
    CatchUp catch_up;
    catch_up.feed = "index";
    catch_up.records = 10'000;
    catch_up.changes = 30'000;
    catch_up.away_seconds = 60;
    catch_up.seconds = 6;
    catch_up.yardstick_seconds = 3;
    const std::string tables = to_tables(with("catch_up", to_json(std::vector{catch_up})));
    EXPECT_THAT(tables, HasSubstr("| index | 10,000 | 30,000 | 3.0 | 6.0 | 5,000 | 0.50 |"));
    EXPECT_THAT(tables, HasSubstr("away for 60 s"));
}

TEST(Tables, tell_how_each_grows_with_the_number_of_records) {
    Idle larger = idle(100'000);
    larger.duet = 0.05;
    const std::string tables = to_tables(with("idle", to_json(std::vector{idle(10'000), larger})));
    EXPECT_THAT(tables, HasSubstr("| idle, percent: Duet | 10,000: 0.5, 100,000: 5 | 1.00 |\n"));
    EXPECT_THAT(tables, HasSubstr("| MiB: the daemon | 10,000: 20, 100,000: 20 | 0.00 |\n"));
}

TEST(Tables, tell_how_idling_grows_with_the_number_of_tables) {
    Idle many = idle(10'000);
    many.tables = 100;
    many.duet = 0.05;
    const std::vector<Idle> all{idle(10'000), idle(1'000'000), many};
    const std::string tables = to_tables(with("idle", to_json(all)));
    EXPECT_THAT(tables, HasSubstr("| idle by tables, percent: Duet | 1: 0.5, 100: 5 | 0.50 |\n"));
    EXPECT_THAT(tables, HasSubstr("| idle, percent: Duet | 10,000: 0.5, 1 M: 0.5 | 0.00 |\n"));
}

TEST(Tables, show_codecs_in_millions_of_bytes) {
    const std::string run = R"({"benchmarks":[)"
                            R"({"name":"rows decoded","real_time":1,"bytes_per_second":2.5e8,)"
                            R"("items_per_second":1.2e6},)"
                            R"({"name":"frames read","bytes_per_second":4e9}]})";
    const std::string tables = to_tables(with("micro", codecs_of(run)));
    EXPECT_THAT(tables, HasSubstr("| rows decoded | 250 | 1,200,000 |\n"));
    EXPECT_THAT(tables, HasSubstr("| frames read | 4,000 |  |\n"));
}

TEST(Tables, leave_out_what_was_not_measured) {
    EXPECT_EQ(to_tables("{}"), "");
    EXPECT_THAT(to_tables(with("idle", to_json(std::vector{idle(1)}))), Not(HasSubstr("Latency")));
}

TEST(Plots, are_those_of_which_there_are_figures) {
    std::string results = with("idle", to_json(std::vector{idle(10'000)}));
    EXPECT_THAT(to_plots(results), ElementsAre(Key("idle.svg"), Key("memory.svg")));
    results = with_member(results, "latency", to_json(std::vector{latency(400)}));
    EXPECT_THAT(to_plots(results),
                ElementsAre(Key("idle.svg"), Key("latency.svg"), Key("memory.svg")));
    EXPECT_THAT(to_section(results, "performance"), HasSubstr("(performance/latency.svg)"));
    EXPECT_TRUE(to_plots("{}").empty());
}

TEST(Page, gets_a_new_section_and_keeps_the_rest) {
    const std::string page = "# Page\n\n" + std::string(section_begin) + "\nold\n" +
                             std::string(section_end) + "\n\nafter\n";
    const std::string once = with_section(page, "new\n\n");
    EXPECT_EQ(once, "# Page\n\n" + std::string(section_begin) + "\n\nnew\n\n" +
                        std::string(section_end) + "\n\nafter\n");
    EXPECT_EQ(with_section(once, "new\n\n"), once);
    EXPECT_THROW(static_cast<void>(with_section("# Page\n", "new")), Error);
}

}  // namespace
}  // namespace duet::bench
