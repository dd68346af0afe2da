#include "figures.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <thread>

#include "statistics.hpp"

namespace duet::bench {
namespace {

namespace json = boost::json;

double median_of(const std::vector<Run>& runs, double Run::*part) {
    std::vector<double> values;
    values.reserve(runs.size());
    for (const Run& run : runs) values.push_back(run.*part);
    return median(std::move(values));
}

double rate(std::size_t records, const std::vector<Run>& runs) {
    const double seconds = median_of(runs, &Run::seconds);
    return seconds > 0 ? static_cast<double>(records) / seconds : 0;
}

json::array to_array(const std::vector<Run>& runs) {
    json::array array;
    for (const Run& run : runs) {
        array.push_back({{"seconds", run.seconds},
                         {"cpu_seconds", run.cpu_seconds},
                         {"servers_cpu_seconds", run.servers_cpu_seconds},
                         {"resident_mebibytes", run.resident_mebibytes}});
    }
    return array;
}

std::string processor_name() {
    std::ifstream info("/proc/cpuinfo");
    std::string line;
    while (std::getline(info, line)) {
        if (line.starts_with("model name")) return line.substr(line.find(": ") + 2);
    }
    return "unknown";
}

}  // namespace

double Figure::yardstick_rate() const { return rate(records, yardstick); }
double Figure::program_rate() const { return rate(records, program); }

double Figure::ratio() const { return yardstick.empty() ? 0 : program_rate() / yardstick_rate(); }

double Figure::cpu_seconds_per_million() const {
    return median_of(program, &Run::cpu_seconds) * 1e6 / static_cast<double>(records);
}

double Figure::resident_mebibytes() const {
    double worst = 0;
    for (const Run& run : program) worst = std::max(worst, run.resident_mebibytes);
    return worst;
}

Machine this_machine() {
    Machine machine;
    machine.cores = std::thread::hardware_concurrency();
    machine.memory_gibibytes = static_cast<double>(sysconf(_SC_PHYS_PAGES)) *
                               static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 30);
    machine.processor = processor_name();
    return machine;
}

std::string to_json(const Figure& figure) {
    return json::serialize(json::value{
        {"name", figure.name},
        {"yardstick", figure.yardstick_name},
        {"records", figure.records},
        {"asked", figure.asked},
        {"asked_cpu_seconds_per_million", figure.asked_cpu},
        {"ratio", figure.ratio()},
        {"yardstick_rate", figure.yardstick_rate()},
        {"duet_rate", figure.program_rate()},
        {"servers_cpu_seconds", median_of(figure.program, &Run::servers_cpu_seconds)},
        {"yardstick_servers_cpu_seconds", median_of(figure.yardstick, &Run::servers_cpu_seconds)},
        {"cpu_seconds_per_million", figure.cpu_seconds_per_million()},
        {"resident_mebibytes", figure.resident_mebibytes()},
        {"yardstick_runs", to_array(figure.yardstick)},
        {"duet_runs", to_array(figure.program)}});
}

std::string to_json(const Latency& latency) {
    const auto at = [&](double share) { return percentile(latency.milliseconds, share); };
    return json::serialize(json::value{{"feed", latency.feed},
                                       {"to", latency.to},
                                       {"records", latency.records},
                                       {"rate", latency.rate},
                                       {"reached", latency.reached},
                                       {"period_ms", latency.period_ms},
                                       {"samples", latency.milliseconds.size()},
                                       {"missing", latency.missing},
                                       {"p50_ms", at(0.5)},
                                       {"p99_ms", at(0.99)},
                                       {"p999_ms", at(0.999)},
                                       {"worst_ms", at(1)},
                                       {"asked_p99_ms", latency.asked_p99_ms},
                                       {"yardstick_p50_ms", latency.yardstick_p50_ms},
                                       {"cpu_share", latency.cpu_share}});
}

std::string to_json(const Idle& idle) {
    return json::serialize(json::value{{"feed", idle.feed},
                                       {"records", idle.records},
                                       {"tables", idle.tables},
                                       {"period_ms", idle.period_ms},
                                       {"seconds", idle.seconds},
                                       {"duet", idle.duet},
                                       {"cassandra", idle.cassandra},
                                       {"cassandra_alone", idle.cassandra_alone},
                                       {"elasticsearch", idle.elasticsearch},
                                       {"elasticsearch_alone", idle.elasticsearch_alone},
                                       {"resident_mebibytes", idle.resident_mebibytes},
                                       {"start_seconds", idle.start_seconds}});
}

std::string to_json(const CatchUp& catch_up) {
    return json::serialize(json::value{{"feed", catch_up.feed},
                                       {"records", catch_up.records},
                                       {"changes", catch_up.changes},
                                       {"away_seconds", catch_up.away_seconds},
                                       {"seconds", catch_up.seconds},
                                       {"yardstick_seconds", catch_up.yardstick_seconds},
                                       {"cpu_seconds", catch_up.cpu_seconds},
                                       {"resident_mebibytes", catch_up.resident_mebibytes}});
}

std::string to_json(const Machine& machine) {
    return json::serialize(json::value{{"cores", machine.cores},
                                       {"memory_gibibytes", machine.memory_gibibytes},
                                       {"processor", machine.processor},
                                       {"cassandra", machine.cassandra},
                                       {"elasticsearch", machine.elasticsearch},
                                       {"duet", machine.program}});
}

std::string codecs_of(const std::string& benchmark_json) {
    json::array figures;
    const json::value all = json::parse(benchmark_json);
    for (const json::value& run : all.at("benchmarks").as_array()) {
        json::object figure{{"name", run.at("name")},
                            {"bytes_per_second", run.at("bytes_per_second")}};
        if (const json::value* items = run.as_object().if_contains("items_per_second"))
            figure["records_per_second"] = *items;
        figures.push_back(std::move(figure));
    }
    return json::serialize(figures);
}

}  // namespace duet::bench
