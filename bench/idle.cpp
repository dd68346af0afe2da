#include "idle.hpp"

#include <fmt/format.h>

#include <thread>

namespace duet::bench {
namespace {

/// Processor seconds so far.
struct Used {
    double cassandra = 0;
    double elasticsearch = 0;
    double duet = 0;
};

Used used(const Setting& setting, const Program* daemon) {
    Used result;
    result.cassandra = cpu_seconds(setting.cassandra_pid);
    result.elasticsearch = cpu_seconds(setting.elasticsearch_pid);
    if (daemon != nullptr) result.duet = cpu_seconds(daemon->pid());
    return result;
}

/// Shares of one core during a window.
Used shares(const Setting& setting, const Program* daemon, std::chrono::seconds window) {
    const Used before = used(setting, daemon);
    const auto began = std::chrono::steady_clock::now();
    std::this_thread::sleep_for(window);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    Used after = used(setting, daemon);
    after.cassandra = (after.cassandra - before.cassandra) / took.count();
    after.elasticsearch = (after.elasticsearch - before.elasticsearch) / took.count();
    after.duet = (after.duet - before.duet) / took.count();
    return after;
}

}  // namespace

Idle measure_idle(const Scene& scene, const IdleOptions& options) {
    const Setting& setting = scene.setting();
    const std::chrono::seconds half = options.window / 2;
    scene.await_quiet(nullptr);
    const Used before = shares(setting, nullptr, half);

    const auto began = std::chrono::steady_clock::now();
    const std::unique_ptr<Program> daemon =
        scene.start(period_line(options.period) + feed_line(options.feed));
    scene.await_level(*daemon);
    const std::chrono::duration<double> start = std::chrono::steady_clock::now() - began;
    scene.await_quiet(daemon.get());
    const Used with = shares(setting, daemon.get(), options.window);
    const Finished finished = daemon->stop();

    const Used after = shares(setting, nullptr, half);
    Idle idle;
    idle.feed = options.feed;
    idle.records = scene.options().records;
    idle.tables = scene.options().tables;
    idle.period_ms = static_cast<double>(options.period.count());
    idle.seconds = static_cast<double>(options.window.count());
    idle.duet = with.duet;
    idle.cassandra = with.cassandra;
    idle.cassandra_alone = (before.cassandra + after.cassandra) / 2;
    idle.elasticsearch = with.elasticsearch;
    idle.elasticsearch_alone = (before.elasticsearch + after.elasticsearch) / 2;
    idle.resident_mebibytes = finished.resident_mebibytes;
    idle.start_seconds = start.count();
    fmt::print(
        "idle, {}, {} tables, {} records: duet {:.2f} %, Cassandra {:+.2f} %, "
        "Elasticsearch {:+.2f} %\n",
        idle.feed, idle.tables, idle.records, idle.duet * 100,
        (idle.cassandra - idle.cassandra_alone) * 100,
        (idle.elasticsearch - idle.elasticsearch_alone) * 100);
    return idle;
}

}  // namespace duet::bench
