#include "app/dashboard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_from.hpp>
#include <string_view>

#include "app/progress.hpp"
#include "app/text.hpp"
#include "base/metrics.hpp"
#include "base/time.hpp"

namespace duet::app {

namespace {

namespace json = boost::json;

constexpr int page_refresh_seconds = 2;

net::HttpResponse response(int status, const char* type, std::string body) {
    // Of this moment, for this reader, and nothing in it is a script.
    return {
        .status = status,
        .headers = {{"Content-Type", type},
                    {"Cache-Control", "no-store"},
                    {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"}},
        .body = std::move(body)};
}

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '&': out += "&amp;"; break;
            case '"': out += "&quot;"; break;
            default: out += c;
        }
    }
    return out;
}

bool is_level(const sync::PairStatus& pair) { return pair.phase == sync::PairStatus::Phase::level; }

bool is_ready(const Overview& overview) {
    // Before the first look there are no pairs, of which every one would be level.
    return overview.connected && overview.discovered &&
           std::ranges::all_of(overview.pairs, is_level);
}

std::string seconds_since(std::int64_t micros, std::int64_t now) {
    const auto seconds = lag_seconds(micros, now);
    return seconds ? fmt::format("{:.1f} s ago", *seconds) : "never yet";
}

/// At the moment of asking: a pair that waits lags more and more, and one that was never level has
/// no lag but a level of 0. Daemon::serve takes them away.
void publish_pairs(const Overview& overview) {
    const auto publish = [&](const std::string& pair, const char* source, std::int64_t seen_at) {
        if (const auto lag = lag_seconds(seen_at, overview.now))
            metrics::set("duet_lag_seconds", {{"pair", pair}, {"source", source}}, *lag);
    };
    for (const sync::PairStatus& pair : overview.pairs) {
        publish(pair.pair, "elasticsearch", pair.level_at);
        publish(pair.pair, "cassandra", pair.swept_at);
        metrics::set("duet_pair_level", {{"pair", pair.pair}}, is_level(pair) ? 1 : 0);
    }
}

json::value step_of(const sync::PairStatus& pair) {
    if (!pair.step) return nullptr;
    const json::value left = pair.step_left ? json::value(pair.step_left->count()) : nullptr;
    return {{"what", pair.step->what},
            {"records", pair.step->records},
            {"part", pair.step->part},
            {"seconds_left", left}};
}

std::string remark_on(const sync::PairStatus& pair) {
    if (!pair.hint.empty()) return pair.reason + " – " + pair.hint;
    if (!pair.reason.empty() || !pair.step) return pair.reason;
    return step_text(pair.step->what, pair.step->part, pair.step_left);
}

std::string row(const sync::PairStatus& pair, std::int64_t now) {
    const std::string reason = remark_on(pair);
    return fmt::format(
        "<tr class=\"{1}\"><td>{0}</td><td>{1}</td><td>{2}</td><td>{3}</td><td>{4}</td><td>{5}</td>"
        "<td>{6:.1f} s</td><td>{7}</td></tr>\n",
        escaped(pair.pair), sync::name_of(pair.phase), seconds_since(pair.level_at, now),
        grouped(pair.total.documents_written), grouped(pair.total.rows_written),
        grouped(pair.quarantined), static_cast<double>(pair.sweep_time.count()) / 1e6,
        escaped(reason));
}

std::string page(const Overview& overview) {
    std::string text = fmt::format(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Duet</title>"
        "<meta http-equiv=\"refresh\" content=\"{}\"><style>"
        "body{{font:15px system-ui,sans-serif;margin:2em;color-scheme:light dark}}"
        "td,th{{padding:.3em .9em;text-align:left}}th{{border-bottom:1px solid}}"
        ".level td:nth-child(2){{color:#2a2}}.stopped td:nth-child(2){{color:#c33}}"
        ".waiting td:nth-child(2){{color:#c80}}</style></head><body><h1>Duet {}</h1>\n",
        page_refresh_seconds, DUET_VERSION);
    if (!overview.connected) text += "<p>Waiting for a server: the log says which.</p>\n";
    text +=
        "<table><tr><th>pair</th><th>state</th><th>last seen level</th><th>to Elasticsearch</th>"
        "<th>to Cassandra</th><th>quarantine</th><th>sweep</th><th></th></tr>\n";
    for (const sync::PairStatus& pair : overview.pairs) text += row(pair, overview.now);
    text += "</table>\n";
    if (!overview.left_out.empty()) text += "<h2>Left out</h2><ul>\n";
    for (const auto& [name, reason] : overview.left_out) {
        text += fmt::format("<li>{}: {}</li>\n", escaped(name), escaped(reason));
    }
    if (!overview.left_out.empty()) text += "</ul>\n";
    if (overview.journal) text += "<pre>" + escaped(text_of(*overview.journal)) + "</pre>\n";
    return text + "</body></html>\n";
}

std::string status(const Overview& overview) {
    json::array pairs;
    for (const sync::PairStatus& pair : overview.pairs) {
        pairs.push_back(
            {{"pair", pair.pair},
             {"state", sync::name_of(pair.phase)},
             {"reason", pair.reason},
             {"feeds", pair.feeds},
             {"left_out", pair.left_out},
             {"step", step_of(pair)},
             {"hint", pair.hint},
             {"level_at_micros", pair.level_at},
             {"lag_seconds", json::value_from(lag_seconds(pair.level_at, overview.now))},
             {"passes", pair.passes},
             {"documents_written", pair.total.documents_written},
             {"rows_written", pair.total.rows_written},
             {"documents_deleted", pair.total.documents_deleted},
             {"rows_deleted", pair.total.rows_deleted},
             {"documents_expired", pair.total.expired},
             {"stamped", pair.total.stamped},
             {"dated_in_the_future", pair.total.future},
             {"beaten_kept", pair.total.kept},
             {"quarantined", pair.quarantined},
             {"sweep_seconds", static_cast<double>(pair.sweep_time.count()) / 1e6}});
    }
    json::array left_out;
    for (const auto& [name, reason] : overview.left_out) {
        left_out.push_back({{"name", name}, {"reason", reason}});
    }
    const json::value all{{"version", DUET_VERSION},
                          {"ready", is_ready(overview)},
                          {"connected", overview.connected},
                          {"pairs", std::move(pairs)},
                          {"journal", overview.journal ? json::parse(json_of(*overview.journal))
                                                       : json::value(nullptr)},
                          {"left_out", std::move(left_out)}};
    return json::serialize(all) + "\n";
}

}  // namespace

std::optional<double> lag_seconds(std::int64_t seen_at, std::int64_t now) {
    if (seen_at == 0) return std::nullopt;
    return static_cast<double>(std::max<std::int64_t>(now - seen_at, 0)) / 1e6;
}

net::HttpResponse answer(const net::HttpRequest& request, const Overview& overview) {
    const std::string path = request.target.substr(0, request.target.find('?'));
    if (path == "/") return response(200, "text/html; charset=utf-8", page(overview));
    if (path == "/metrics") {
        publish_pairs(overview);
        return response(200, "text/plain; version=0.0.4", metrics::serialize());
    }
    if (path == "/healthz") return response(200, "text/plain", "alive\n");
    if (path == "/readyz") {
        const bool ready = is_ready(overview);
        return response(ready ? 200 : 503, "text/plain", ready ? "level\n" : "not level yet\n");
    }
    if (path == "/api/status") return response(200, "application/json", status(overview));
    return response(404, "text/plain",
                    "there are /, /metrics, /healthz, /readyz and /api/status\n");
}

}  // namespace duet::app
