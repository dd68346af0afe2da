#include "figures.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <thread>

namespace duet::bench {
namespace {

/// The lower of the two in the middle.
double median_seconds(const std::vector<Run>& runs) {
    std::vector<double> seconds;
    seconds.reserve(runs.size());
    for (const Run& run : runs) seconds.push_back(run.seconds);
    if (seconds.empty()) return 0;
    const std::size_t middle = (seconds.size() - 1) / 2;
    std::nth_element(seconds.begin(), seconds.begin() + static_cast<std::ptrdiff_t>(middle),
                     seconds.end());
    return seconds[middle];
}

double rate(std::size_t records, const std::vector<Run>& runs) {
    const double seconds = median_seconds(runs);
    return seconds > 0 ? static_cast<double>(records) / seconds : 0;
}

std::string verdict(bool holds) { return holds ? "ok" : "short"; }

/// Every run, in the order in which they were made.
std::string each_rate(std::size_t records, const std::vector<Run>& runs) {
    std::string text;
    for (const Run& run : runs)
        text += fmt::format(" {:.0f}", static_cast<double>(records) / run.seconds);
    return text;
}

double mean_cpu(const std::vector<Run>& runs, double Run::*part) {
    double sum = 0;
    for (const Run& run : runs) sum += run.*part;
    return runs.empty() ? 0 : sum / static_cast<double>(runs.size());
}

std::string runs_json(const std::vector<Run>& runs) {
    std::string text;
    for (const Run& run : runs) {
        text +=
            fmt::format(R"({}{{"seconds":{:.3f},"cpu_seconds":{:.3f},"servers_cpu_seconds":{:.2f},)"
                        R"("resident_mebibytes":{:.1f}}})",
                        text.empty() ? "" : ",", run.seconds, run.cpu_seconds,
                        run.servers_cpu_seconds, run.resident_mebibytes);
    }
    return "[" + text + "]";
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

double Figure::cpu_share() const {
    double worst = 0;
    for (const Run& run : program) worst = std::max(worst, run.cpu_seconds / run.seconds);
    return worst;
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

std::string to_table(const std::vector<Figure>& figures) {
    std::string text = fmt::format("{:<44}{:>12}{:>12}{:>8}{:>8}\n", "figure", "yardstick", "duet",
                                   "ratio", "asked");
    for (const Figure& figure : figures) {
        if (figure.yardstick.empty()) {
            text += fmt::format("{:<44}{:>12}{:>10.0f}/s{:>8}{:>8.0f}  {}\n", figure.name, "",
                                figure.program_rate(), "", figure.asked, verdict(figure.holds()));
        } else {
            text += fmt::format("{:<44}{:>10.0f}/s{:>10.0f}/s{:>8.2f}{:>8.2f}  {}\n", figure.name,
                                figure.yardstick_rate(), figure.program_rate(), figure.ratio(),
                                figure.asked, verdict(figure.holds()));
        }
        text += fmt::format("{:<44}{:>12}{:>9.1f} MiB{:>7}{:>8.0f}  {}\n", "  memory, at most", "",
                            figure.resident_mebibytes(), "", asked_mebibytes,
                            verdict(figure.resident_mebibytes() < asked_mebibytes));
        if (figure.yardstick.empty()) continue;
        text +=
            fmt::format("{:<44}{:>12}{:>11.1f} %{:>8}{:>8.0f}  {}\n",
                        "  its own processor time, of the time", "", figure.cpu_share() * 100, "",
                        asked_cpu_share * 100, verdict(figure.cpu_share() < asked_cpu_share));
    }
    for (const Figure& figure : figures) {
        text += fmt::format("\n{}, every run ({}):\n", figure.name, figure.yardstick_name);
        if (!figure.yardstick.empty())
            text += fmt::format("  yardstick{}\n", each_rate(figure.records, figure.yardstick));
        text += fmt::format("  duet     {}\n", each_rate(figure.records, figure.program));
        text += fmt::format(
            "  processor seconds: servers {:.1f} with the yardstick, {:.1f} with duet; duet "
            "{:.2f}\n",
            mean_cpu(figure.yardstick, &Run::servers_cpu_seconds),
            mean_cpu(figure.program, &Run::servers_cpu_seconds),
            mean_cpu(figure.program, &Run::cpu_seconds));
    }
    return text;
}

std::string to_json(const std::vector<Figure>& figures, const Machine& machine) {
    std::string list;
    for (const Figure& figure : figures) {
        list += fmt::format(
            R"({}{{"name":"{}","yardstick":"{}","records":{},"asked":{},"ratio":{:.3f},)"
            R"("yardstick_rate":{:.0f},"duet_rate":{:.0f},"cpu_share":{:.3f},)"
            R"("resident_mebibytes":{:.1f},"yardstick_runs":{},"duet_runs":{}}})",
            list.empty() ? "" : ",\n  ", figure.name, figure.yardstick_name, figure.records,
            figure.asked, figure.ratio(), figure.yardstick_rate(), figure.program_rate(),
            figure.cpu_share(), figure.resident_mebibytes(), runs_json(figure.yardstick),
            runs_json(figure.program));
    }
    return fmt::format(
        "{{\"machine\":{{\"cores\":{},\"memory_gibibytes\":{:.1f},\"processor\":\"{}\","
        "\"cassandra\":\"{}\",\"elasticsearch\":\"{}\",\"duet\":\"{}\"}},\n\"figures\":[\n  "
        "{}]}}\n",
        machine.cores, machine.memory_gibibytes, machine.processor, machine.cassandra,
        machine.elasticsearch, machine.program, list);
}

}  // namespace duet::bench
