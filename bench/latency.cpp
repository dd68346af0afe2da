#include "latency.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "net/runtime.hpp"
#include "statistics.hpp"

namespace duet::bench {
namespace {

constexpr double asked_p99_ms = 500;
constexpr double asked_above_period_ms = 300;  // of the index
constexpr int asked_up_to_rate = 100;
constexpr std::chrono::seconds yardstick_duration{10};
constexpr int yardstick_rate = 100;

std::string name_of(Side side) { return side == Side::cassandra ? "Cassandra" : "Elasticsearch"; }

double asked(const Way& way, int rate, std::chrono::milliseconds period) {
    if (rate > asked_up_to_rate || way.feed == "sweep") return 0;
    if (way.feed == "index") return static_cast<double>(period.count()) + asked_above_period_ms;
    return asked_p99_ms;
}

/// Writes and watches, in one loop.
class Measurement {
public:
    Measurement(Scene& scene, ChangeOptions options)
        : clients_(scene.setting()),
          reader_(options.side == Side::cassandra ? index_reader(clients_.client, scene.index())
                                                  : table_reader(clients_.session, scene.table())),
          watch_(*reader_, {}),
          changes_(clients_, scene.records(), scene.table(), scene.index(), scene.serial()),
          options_(options) {}

    [[nodiscard]] Task<void> run() {
        co_await clients_.session.connect();
        std::vector<Task<void>> both;
        both.push_back(write());
        both.push_back(watch_.run());
        co_await when_all(std::move(both));
    }
    [[nodiscard]] const Watch& watch() const { return watch_; }
    [[nodiscard]] std::uint64_t made() const { return changes_.made(); }

private:
    Task<void> write() {
        try {
            co_await changes_.run(options_, &watch_);
        } catch (...) {
            watch_.close();
            throw;
        }
        watch_.close();
    }

    Clients clients_;
    std::unique_ptr<Reader> reader_;
    Watch watch_;
    Changes changes_;
    ChangeOptions options_;
};

/// The median without the program: this one writes to both sides.
double yardstick(Scene& scene, Side side) {
    ChangeOptions options;
    options.side = side;
    options.rate = yardstick_rate;
    options.duration = yardstick_duration;
    options.both_sides = true;
    net::Runtime runtime;
    Measurement measurement(scene, options);
    runtime.run(measurement.run());
    return median(measurement.watch().milliseconds());
}

Latency measure(Scene& scene, const Way& way, int rate, const LatencyOptions& options,
                const Program& daemon) {
    ChangeOptions change;
    change.side = way.from;
    change.rate = rate;
    change.duration = options.duration;
    const double before = cpu_seconds(daemon.pid());
    net::Runtime runtime;
    Measurement measurement(scene, change);
    runtime.run(measurement.run());

    Latency latency;
    latency.feed = way.feed;
    latency.to = name_of(other(way.from));
    latency.records = scene.options().records;
    latency.rate = rate;
    const auto seconds = static_cast<double>(options.duration.count());
    latency.reached = static_cast<double>(measurement.made()) / seconds;
    latency.period_ms = static_cast<double>(options.period.count());
    latency.milliseconds = measurement.watch().milliseconds();
    latency.missing = measurement.watch().missing();
    latency.asked_p99_ms = asked(way, rate, options.period);
    latency.cpu_share = (cpu_seconds(daemon.pid()) - before) / seconds;
    fmt::print("latency to {} by {}, {} changes/s: p50 {:.0f} ms, p99 {:.0f} ms\n", latency.to,
               latency.feed, rate, percentile(latency.milliseconds, 0.5),
               percentile(latency.milliseconds, 0.99));
    return latency;
}

}  // namespace

std::vector<Latency> measure_latency(Scene& scene, const std::vector<Way>& ways,
                                     const LatencyOptions& options) {
    std::vector<Latency> all;
    static_cast<void>(yardstick(scene, Side::cassandra));  // warms the servers' compilers up
    const double to_elasticsearch = yardstick(scene, Side::cassandra);
    const double to_cassandra = yardstick(scene, Side::elasticsearch);
    for (const Way& way : ways) {
        // The feed of the documents is the same beside every other.
        const std::unique_ptr<Program> daemon =
            scene.start(period_line(options.period) + feed_line(way.feed));
        scene.await_level(*daemon);
        scene.await_quiet(daemon.get());
        for (const int rate : options.rates) {
            Latency latency = measure(scene, way, rate, options, *daemon);
            latency.yardstick_p50_ms =
                way.from == Side::cassandra ? to_elasticsearch : to_cassandra;
            all.push_back(std::move(latency));
        }
        static_cast<void>(daemon->stop());
    }
    return all;
}

}  // namespace duet::bench
