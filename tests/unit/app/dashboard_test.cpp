#include "app/dashboard.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "base/metrics.hpp"

namespace duet::app {
namespace {

using testing::HasSubstr;
using testing::Not;
using Phase = sync::PairStatus::Phase;

sync::PairStatus pair(const std::string& name, Phase phase) {
    sync::PairStatus status;
    status.pair = name;
    status.phase = phase;
    return status;
}

Overview overview(std::vector<sync::PairStatus> pairs) {
    Overview all;
    all.connected = true;
    all.discovered = true;
    all.pairs = std::move(pairs);
    return all;
}

net::HttpResponse get(const std::string& target, const Overview& of) {
    net::HttpRequest request;
    request.target = target;
    return answer(request, of);
}

TEST(Dashboard, is_healthy_as_long_as_it_answers) { EXPECT_EQ(get("/healthz", {}).status, 200); }

TEST(Dashboard, is_ready_when_every_pair_is_level) {
    EXPECT_EQ(get("/readyz", overview({pair("a.b", Phase::level)})).status, 200);
    EXPECT_EQ(
        get("/readyz", overview({pair("a.b", Phase::level), pair("a.c", Phase::copying)})).status,
        503);
    EXPECT_EQ(get("/readyz", Overview{}).status, 503) << "no server yet";
}

TEST(Dashboard, is_not_ready_before_pairs_were_looked_for) {
    Overview all = overview({});
    EXPECT_EQ(get("/readyz", all).status, 200) << "there is nothing to be paired";
    all.discovered = false;
    EXPECT_EQ(get("/readyz", all).status, 503);
    EXPECT_FALSE(boost::json::parse(get("/api/status", all).body).at("ready").as_bool());
}

TEST(Dashboard, the_page_shows_pairs_with_their_reasons) {
    sync::PairStatus stopped = pair("shop.a", Phase::stopped);
    stopped.reason = "no right to write";
    stopped.hint = "GRANT it";
    stopped.total.rows_written = 12'345;
    const std::string page = get("/", overview({stopped})).body;
    for (const char* text : {"shop.a", "stopped", "no right to write", "GRANT it", "12,345"}) {
        EXPECT_THAT(page, HasSubstr(text));
    }
}

TEST(Dashboard, tells_how_far_a_first_copy_is) {
    sync::PairStatus copying = pair("shop.a", Phase::copying);
    copying.step = sync::Progress{"first copy to Elasticsearch", 12, 0.42};
    copying.step_left = std::chrono::minutes(3);
    const Overview all = overview({copying});
    EXPECT_THAT(get("/", all).body, HasSubstr("first copy to Elasticsearch, 42 %, 3 min left"));
    const boost::json::value status = boost::json::parse(get("/api/status", all).body);
    EXPECT_EQ(status.at("pairs").at(0).at("step").at("seconds_left").as_int64(), 180);
}

TEST(Dashboard, names_from_servers_are_no_markup) {
    Overview all = overview({});
    all.left_out["<script>"] = "\"a\" & b";
    const std::string page = get("/", all).body;
    EXPECT_THAT(page, Not(HasSubstr("<script>")));
    EXPECT_THAT(page, HasSubstr("&lt;script&gt;: &quot;a&quot; &amp; b"));
}

TEST(Dashboard, the_status_is_json) {
    const auto response = get("/api/status?now", overview({pair("shop.a", Phase::level)}));
    const boost::json::value status = boost::json::parse(response.body);
    EXPECT_TRUE(status.at("ready").as_bool());
    EXPECT_EQ(status.at("pairs").at(0).at("state").as_string(), "level");
}

TEST(Dashboard, tells_of_the_journal_where_one_is_followed) {
    Overview all = overview({});
    EXPECT_TRUE(boost::json::parse(get("/api/status", all).body).at("journal").is_null());
    all.journal = JournalStatus();
    all.journal->folder = "/var/cdc_raw";
    all.journal->counts.emptied = 1;
    const auto status = boost::json::parse(get("/api/status", all).body);
    EXPECT_EQ(status.at("journal").at("emptied").to_number<int>(), 1);
    EXPECT_THAT(get("/", all).body, HasSubstr("journal /var/cdc_raw: "));
}

TEST(Dashboard, serves_metrics) {
    metrics::add("duet_dashboard_test_total", {{"pair", "a.b"}});
    EXPECT_THAT(get("/metrics", {}).body, HasSubstr("duet_dashboard_test_total{pair=\"a.b\"} 1"));
}

TEST(Dashboard, the_lag_of_each_side_grows_until_it_is_looked_at_again) {
    sync::PairStatus waiting = pair("shop.late", Phase::waiting);
    waiting.level_at = 1'000'000;
    waiting.swept_at = 500'000;
    Overview all = overview({waiting, pair("shop.new", Phase::opening)});
    all.now = 3'500'000;
    const std::string text = get("/metrics", all).body;
    EXPECT_THAT(text,
                HasSubstr("duet_lag_seconds{pair=\"shop.late\",source=\"elasticsearch\"} 2.5"));
    EXPECT_THAT(text, HasSubstr("duet_lag_seconds{pair=\"shop.late\",source=\"cassandra\"} 3"));
    EXPECT_THAT(text, Not(HasSubstr("duet_lag_seconds{pair=\"shop.new\"")));
    const boost::json::value status = boost::json::parse(get("/api/status", all).body);
    EXPECT_EQ(status.at("pairs").at(0).at("lag_seconds").as_double(), 2.5);
    EXPECT_TRUE(status.at("pairs").at(1).at("lag_seconds").is_null());
}

TEST(Dashboard, a_pair_that_was_never_level_is_seen_by_prometheus) {
    const Overview all =
        overview({pair("shop.never", Phase::stopped), pair("shop.a", Phase::level)});
    const std::string text = get("/metrics", all).body;
    EXPECT_THAT(text, HasSubstr("duet_pair_level{pair=\"shop.never\"} 0"));
    EXPECT_THAT(text, HasSubstr("duet_pair_level{pair=\"shop.a\"} 1"));
    EXPECT_THAT(text, Not(HasSubstr("duet_lag_seconds{pair=\"shop.never\"")));
}

TEST(Dashboard, names_its_pages_to_whoever_asks_for_another) {
    const auto response = get("/nothing", {});
    EXPECT_EQ(response.status, 404);
    EXPECT_THAT(response.body, HasSubstr("/metrics"));
}

}  // namespace
}  // namespace duet::app
