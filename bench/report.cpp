#include "report.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "plot.hpp"
#include "results.hpp"
#include "statistics.hpp"

namespace duet::bench {
namespace {

namespace json = boost::json;

constexpr double asked_mebibytes = 64;
constexpr double asked_share_percent = 25;
constexpr double asked_idle_percent = 1;

std::string whole(double value) {
    const std::string digits = fmt::format("{:.0f}", value);
    std::string out;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && (digits.size() - i) % 3 == 0) out += ',';
        out += digits[i];
    }
    return out;
}

std::string verdict(bool holds) { return holds ? "ok" : "short"; }

std::string milliseconds(double value) {
    return value >= 100 ? whole(value) : fmt::format("{:.1f}", value);
}

/// "first copy, A to B" is "A to B".
std::string without_prefix(const std::string& name) {
    const std::size_t comma = name.find(", ");
    return comma == std::string::npos ? name : name.substr(comma + 2);
}

/// Of Duet's own processor time, where one is asked.
std::string limit_of(const json::object& figure) {
    const double asked = number(figure, "asked_cpu_seconds_per_million");
    if (asked == 0) return "";
    return fmt::format(" of {:.0f}, {}", asked,
                       verdict(number(figure, "cpu_seconds_per_million") <= asked));
}

/// Duet's own processor time as a share of the time that it took; less is asked of copies.
std::string share_of(const json::object& figure) {
    const double percent =
        number(figure, "cpu_seconds_per_million") * number(figure, "duet_rate") / 1e4;
    const bool asked = number(figure, "asked_cpu_seconds_per_million") > 0;
    return fmt::format("{:.0f} %{}", percent,
                       asked ? ", " + verdict(percent < asked_share_percent) : "");
}

/// Processor seconds of both servers: the yardstick's and Duet's.
std::string servers_cpu(const json::object& figure) {
    const double program = number(figure, "servers_cpu_seconds");
    const double bare = number(figure, "yardstick_servers_cpu_seconds");
    return bare > 0 ? fmt::format("{:.1f}; {:.1f}", bare, program) : fmt::format("{:.1f}", program);
}

std::string copies_table(const Results& results) {
    std::string rows;
    for (const json::object& figure : results.copies()) {
        const bool bare = number(figure, "yardstick_rate") == 0;
        const double reached = number(figure, bare ? "duet_rate" : "ratio");
        const double asked = number(figure, "asked");
        rows += fmt::format(
            "| {} | {} | {} | {} | {} | {} | {} | {:.1f}{} | {} | {:.1f}, {} | {} |\n",
            text(figure, "name"), whole(number(figure, "records")),
            bare ? "" : whole(number(figure, "yardstick_rate")), whole(number(figure, "duet_rate")),
            bare ? "" : fmt::format("{:.2f}", reached),
            bare ? whole(asked) : fmt::format("{:.2f}", asked), verdict(reached >= asked),
            number(figure, "cpu_seconds_per_million"), limit_of(figure), share_of(figure),
            number(figure, "resident_mebibytes"),
            verdict(number(figure, "resident_mebibytes") < asked_mebibytes), servers_cpu(figure));
    }
    if (rows.empty()) return "";
    return "### First copies and verify\n\n"
           "Records a second, by the median run; processor seconds of Duet's own for a million "
           "records, and what is asked of them; the same as a share of the time, of which less "
           "than 25 % is asked of copies; its memory at most, of which less than 64 MiB is asked; "
           "processor seconds of both servers for all records, the yardstick's and "
           "Duet's.\n\n"
           "| figure | records | yardstick | Duet | ratio | asked | | s a million | share | MiB | "
           "servers, s |\n"
           "|---|--:|--:|--:|--:|--:|---|--:|--:|--:|--:|\n" +
           rows + "\n";
}

std::string catch_up_table(const Results& results) {
    std::string rows;
    for (const json::object& figure : results.figures("catch_up")) {
        const double seconds = number(figure, "seconds");
        const double changes = number(figure, "changes");
        rows += fmt::format("| {} | {} | {} | {:.1f} | {:.1f} | {} | {:.2f} | {:.1f} | {:.1f} |\n",
                            text(figure, "feed"), whole(number(figure, "records")), whole(changes),
                            number(figure, "yardstick_seconds"), seconds,
                            whole(seconds > 0 ? changes / seconds : 0),
                            seconds > 0 ? number(figure, "yardstick_seconds") / seconds : 0,
                            number(figure, "cpu_seconds"), number(figure, "resident_mebibytes"));
    }
    if (rows.empty()) return "";
    const json::object first = results.figures("catch_up").front();
    return fmt::format(
               "### Catching up\n\nDuet is away for {:.0f} s while both sides are written. From "
               "its "
               "start to the moment when all changes are on the other side; the yardstick is bare "
               "writers that write as many to the other sides.\n\n",
               number(first, "away_seconds")) +
           "| feed | records | changes | yardstick, s | Duet, s | changes/s | ratio | its CPU, s | "
           "MiB |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|\n" +
           rows + "\n";
}

/// "Cassandra to Elasticsearch, journal".
std::string way(const json::object& figure) {
    const std::string to = text(figure, "to");
    const std::string from = to == "Cassandra" ? "Elasticsearch" : "Cassandra";
    return fmt::format("{} to {}, {}", from, to, text(figure, "feed"));
}

std::string latency_table(const Results& results) {
    std::string rows;
    for (const json::object& figure : results.figures("latency")) {
        const double asked = number(figure, "asked_p99_ms");
        const double yardstick = number(figure, "yardstick_p50_ms");
        const double missing = number(figure, "missing");
        rows += fmt::format(
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} |\n", way(figure),
            whole(number(figure, "records")), whole(number(figure, "reached")),
            milliseconds(number(figure, "p50_ms")), milliseconds(number(figure, "p99_ms")),
            milliseconds(number(figure, "p999_ms")),
            yardstick > 0 ? fmt::format("{:.1f}", number(figure, "p50_ms") / yardstick) : "",
            asked > 0 ? whole(asked) : "",
            missing > 0 ? whole(missing) + " never came"
                        : (asked > 0 ? verdict(number(figure, "p99_ms") < asked) : ""));
    }
    if (rows.empty()) return "";
    const json::object first = results.figures("latency").front();
    return fmt::format(
               "### Latency\n\nMilliseconds from a write that one side has acknowledged to the "
               "same "
               "readable by id on the other, at a period of {:.0f} ms. The ratio is that of the "
               "medians to a writer that writes to both sides itself.\n\n",
               number(first, "period_ms")) +
           "| way and feed | records | changes/s | p50 | p99 | p99.9 | ratio | p99 asked | |\n"
           "|---|--:|--:|--:|--:|--:|--:|--:|---|\n" +
           rows + "\n";
}

double above(const json::object& figure, const std::string& server) {
    return (number(figure, server) - number(figure, server + "_alone")) * 100;
}

std::string idle_table(const Results& results) {
    std::string rows;
    for (const json::object& figure : results.figures("idle")) {
        const double duet = number(figure, "duet") * 100;
        const double cassandra = above(figure, "cassandra");
        const double elasticsearch = above(figure, "elasticsearch");
        const bool holds = duet < asked_idle_percent && cassandra <= asked_idle_percent &&
                           elasticsearch <= asked_idle_percent &&
                           number(figure, "resident_mebibytes") < asked_mebibytes;
        rows += fmt::format(
            "| {} | {} | {} | {} | {:.2f} | {:+.2f} ({:.2f}) | {:+.2f} ({:.2f}) | {:.1f} | {:.1f} "
            "| {} |\n",
            text(figure, "feed"), whole(number(figure, "tables")), whole(number(figure, "records")),
            whole(number(figure, "period_ms")), duet, cassandra,
            number(figure, "cassandra_alone") * 100, elasticsearch,
            number(figure, "elasticsearch_alone") * 100, number(figure, "resident_mebibytes"),
            number(figure, "start_seconds"), verdict(holds));
    }
    if (rows.empty()) return "";
    return "### Idle\n\n"
           "Both sides level, and nobody writes: percent of one core. Of the servers what they "
           "need "
           "above their own idle, which is in brackets. Asked: each at most 1, and less than 64 "
           "MiB. The last number is the time from the start until Duet had found both sides "
           "level.\n\n"
           "| feed | tables | records | period, ms | Duet | Cassandra | Elasticsearch | MiB | "
           "start, s | |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|---|\n" +
           rows + "\n";
}

std::string micro_table(const Results& results) {
    std::string rows;
    for (const json::object& figure : results.figures("micro")) {
        const double records = number(figure, "records_per_second");
        rows += fmt::format("| {} | {} | {} |\n", text(figure, "name"),
                            whole(number(figure, "bytes_per_second") / 1e6),
                            records > 0 ? whole(records) : "");
    }
    if (rows.empty()) return "";
    return "### Codecs\n\nOne core, nothing else.\n\n"
           "| what | MB/s | records/s |\n|---|--:|--:|\n" +
           rows + "\n";
}

using Point = std::pair<double, double>;

void add_point(std::vector<Series>& all, const std::string& name, Point point) {
    for (Series& series : all) {
        if (series.name != name) continue;
        series.points.push_back(point);
        return;
    }
    if (all.size() < series_limit) all.push_back({name, {point}});
}

bool is_usual(const json::object& idle) {
    return text(idle, "feed") == "journal" && number(idle, "period_ms") >= 1'000;
}

/// Over the number of records of one table, or over the number of tables that share the fewest.
std::vector<Series> idle_series(const Results& results, const std::string& by) {
    double fewest = std::numeric_limits<double>::infinity();
    for (const json::object& figure : results.figures("idle"))
        fewest = std::min(fewest, number(figure, "records"));
    std::vector<Series> all;
    for (const json::object& figure : results.figures("idle")) {
        const bool other =
            by == "tables" ? number(figure, "records") > fewest : number(figure, "tables") > 1;
        if (other || !is_usual(figure)) continue;
        const double at = number(figure, by);
        add_point(all, "Duet", {at, number(figure, "duet") * 100});
        add_point(all, "Cassandra", {at, above(figure, "cassandra")});
        add_point(all, "Elasticsearch", {at, above(figure, "elasticsearch")});
    }
    for (Series& series : all) {
        for (Point& point : series.points) point.second = std::max(point.second, 0.0);
    }
    return all;
}

std::vector<Series> copies_series(const Results& results, std::string_view member) {
    std::vector<Series> all;
    for (const json::object& figure : results.copies()) {
        add_point(all, text(figure, "name"), {number(figure, "records"), number(figure, member)});
    }
    return all;
}

std::vector<Series> memory_series(const Results& results) {
    std::vector<Series> all = copies_series(results, "resident_mebibytes");
    for (const json::object& figure : results.figures("idle")) {
        if (number(figure, "tables") > 1 || !is_usual(figure)) continue;
        add_point(all, "the daemon",
                  {number(figure, "records"), number(figure, "resident_mebibytes")});
    }
    return all;
}

std::vector<Series> seconds_series(const Results& results) {
    std::vector<Series> all;
    for (const json::object& figure : results.copies()) {
        const double rate = number(figure, "duet_rate");
        if (rate > 0)
            add_point(all, text(figure, "name"),
                      {number(figure, "records"), number(figure, "records") / rate});
    }
    return all;
}

std::string growth_table(const Results& results) {
    std::string rows;
    const auto add = [&](const std::string& what, const std::vector<Series>& all) {
        for (const Series& series : all) {
            const std::optional<double> power = growth(series.points);
            if (!power || series.points.size() < 2) continue;
            std::string values;
            for (const auto& [x, y] : series.points) {
                values += fmt::format("{}{}: {}", values.empty() ? "" : ", ", short_number(x),
                                      short_number(y));
            }
            rows += fmt::format("| {}: {} | {} | {:.2f} |\n", what, series.name, values, *power);
        }
    };
    add("seconds", seconds_series(results));
    add("processor seconds a million", copies_series(results, "cpu_seconds_per_million"));
    add("MiB", memory_series(results));
    add("idle, percent", idle_series(results, "records"));
    add("idle by tables, percent", idle_series(results, "tables"));
    if (rows.empty()) return "";
    return "### How each grows\n\nWith the number N of records (or of tables), as N to this "
           "power: 0 is not at all, 1 a line.\n\n| what | by N | power |\n|---|---|--:|\n" +
           rows + "\n";
}

/// For those who do not see it.
std::string plot_title(std::string_view file) {
    return fmt::format("Plot: {}", file.substr(0, file.find('.')));
}

std::string machine_line(const json::object& machine) {
    if (machine.empty()) return "";
    return fmt::format("{:.0f} cores ({}), {:.0f} GiB, Cassandra {}, Elasticsearch {}, {}.\n\n",
                       number(machine, "cores"), text(machine, "processor"),
                       number(machine, "memory_gibibytes"), text(machine, "cassandra"),
                       text(machine, "elasticsearch"), text(machine, "duet"));
}

}  // namespace

std::string to_tables(std::string_view results) {
    const Results all(results);
    return machine_line(all.machine()) + copies_table(all) + catch_up_table(all) +
           latency_table(all) + idle_table(all) + growth_table(all) + micro_table(all);
}

std::map<std::string, std::string> to_plots(std::string_view results) {
    const Results all(results);
    std::map<std::string, std::string> plots;
    const auto lines = [&](const std::string& file, LinePlot plot) {
        if (!plot.series.empty()) plots[file] = to_svg(plot);
    };
    const auto bars = [&](const std::string& file, BarPlot plot) {
        if (!plot.bars.empty()) plots[file] = to_svg(plot);
    };

    BarPlot copies{"First copies: Duet's rate over that of a bare writer", "ratio", {}};
    for (const json::object& figure : all.copies()) {
        if (number(figure, "yardstick_rate") == 0) continue;
        const std::string label = fmt::format("{}, {}", without_prefix(text(figure, "name")),
                                              short_number(number(figure, "records")));
        copies.bars.push_back({label, number(figure, "ratio"), number(figure, "asked")});
    }
    bars("copies.svg", std::move(copies));

    LinePlot latency{"Latency, 99th percentile", "changes a second", "ms", {}, 0, true};
    for (const json::object& figure : all.figures("latency")) {
        const std::string name =
            fmt::format("{} ({})", way(figure), short_number(number(figure, "records")));
        add_point(latency.series, name, {number(figure, "rate"), number(figure, "p99_ms")});
        latency.asked = std::max(latency.asked, number(figure, "asked_p99_ms"));
    }
    lines("latency.svg", std::move(latency));

    lines("idle.svg", {"Idle, journal: percent of one core, the servers above their own idle",
                       "records", "%", idle_series(all, "records"), asked_idle_percent});
    lines("memory.svg", {"Memory, at most", "records", "MiB", memory_series(all), asked_mebibytes});
    lines("growth.svg", {"Time of a whole run", "records", "s", seconds_series(all), 0});

    BarPlot micro{"Codecs", "MB/s", {}};
    for (const json::object& figure : all.figures("micro"))
        micro.bars.push_back({text(figure, "name"), number(figure, "bytes_per_second") / 1e6, 0});
    bars("codecs.svg", std::move(micro));
    return plots;
}

std::string to_section(std::string_view results, std::string_view plots) {
    std::string section = to_tables(results);
    for (const auto& [file, svg] : to_plots(results))
        section += fmt::format("![{}]({}/{})\n\n", plot_title(file), plots, file);
    return section;
}

std::string with_section(std::string_view page, std::string_view section) {
    const std::size_t begin = page.find(section_begin);
    const std::size_t end = page.find(section_end);
    if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) {
        throw Error(fmt::format("the page lacks the lines {} and {}", section_begin, section_end));
    }
    return fmt::format("{}\n\n{}{}", page.substr(0, begin + section_begin.size()), section,
                       page.substr(end));
}

}  // namespace duet::bench
