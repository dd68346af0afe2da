#include "catch_up.hpp"

#include <fmt/format.h>

#include <span>
#include <utility>

#include "base/error.hpp"
#include "changes.hpp"
#include "net/runtime.hpp"

namespace duet::bench {
namespace {

/// All of them in few looks, and seldom: looking must not slow down what is looked at.
WatchOptions watch_options() {
    WatchOptions options;
    options.look_limit = 2'000;
    options.pause = std::chrono::milliseconds(100);
    options.patience = std::chrono::seconds(300);
    return options;
}

/// Changes of one half of the records on one side, and a watch on the other.
class Half {
public:
    Half(Scene& scene, Side side, Clients& clients, std::span<const BenchRecord> records)
        : side_(side),
          changes_(clients, records, scene.table(), scene.index(), scene.serial()),
          reader_(side == Side::cassandra ? index_reader(clients.client, scene.index())
                                          : table_reader(clients.session, scene.table())),
          watch_(*reader_, watch_options()) {}

    [[nodiscard]] Task<void> write(const CatchUpOptions& options) {
        ChangeOptions change;
        change.side = side_;
        change.rate = options.rate;
        change.duration = options.away;
        change.watched_rate = 0;
        co_await changes_.run(change, &watch_);
        watch_.close();
    }
    [[nodiscard]] Task<void> await_all() { co_await watch_.run(); }
    [[nodiscard]] Task<void> write_again() { co_await changes_.write_again(other(side_)); }
    [[nodiscard]] std::size_t missing() const { return watch_.missing(); }
    [[nodiscard]] std::size_t made() const { return changes_.made(); }

private:
    Side side_;
    Changes changes_;
    std::unique_ptr<Reader> reader_;
    Watch watch_;
};

class Away {
public:
    Away(Scene& scene, CatchUpOptions options)
        : options_(std::move(options)),
          scene_(scene),
          clients_(scene.setting()),
          rows_(scene, Side::cassandra, clients_,
                std::span(scene.records()).first(scene.records().size() / 2)),
          documents_(scene, Side::elasticsearch, clients_,
                     std::span(scene.records()).subspan(scene.records().size() / 2)) {}

    [[nodiscard]] Task<void> run(CatchUp& result) {
        co_await clients_.session.connect();
        std::vector<Task<void>> writers;
        writers.push_back(rows_.write(options_));
        writers.push_back(documents_.write(options_));
        co_await when_all(std::move(writers));

        const Moment began = std::chrono::steady_clock::now();
        const std::unique_ptr<Program> daemon =
            scene_.start(period_line(std::chrono::milliseconds(200)) + feed_line(options_.feed));
        std::vector<Task<void>> watches;
        watches.push_back(rows_.await_all());
        watches.push_back(documents_.await_all());
        co_await when_all(std::move(watches));
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
        if (rows_.missing() + documents_.missing() > 0) {
            throw Error(fmt::format("{} changes of rows and {} of documents never came",
                                    rows_.missing(), documents_.missing()));
        }
        result.seconds = took.count();
        const Finished finished = daemon->stop();
        result.cpu_seconds = finished.cpu_seconds;
        result.resident_mebibytes = finished.resident_mebibytes;
        result.changes = rows_.made() + documents_.made();
        scene_.await_quiet(nullptr);
        co_await yardstick(result);
    }

private:
    [[nodiscard]] Task<void> yardstick(CatchUp& result) {
        const Moment began = std::chrono::steady_clock::now();
        std::vector<Task<void>> writers;
        writers.push_back(rows_.write_again());
        writers.push_back(documents_.write_again());
        co_await when_all(std::move(writers));
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
        result.yardstick_seconds = took.count();
    }

    CatchUpOptions options_;
    Scene& scene_;
    Clients clients_;
    Half rows_;
    Half documents_;
};

}  // namespace

CatchUp measure_catch_up(Scene& scene, const CatchUpOptions& options) {
    CatchUp result;
    result.feed = options.feed;
    result.records = scene.options().records;
    result.away_seconds = static_cast<double>(options.away.count());
    // It has found both sides level before it goes away, and has saved its cursors.
    const std::unique_ptr<Program> daemon = scene.start(feed_line(options.feed));
    scene.await_level(*daemon);
    scene.await_quiet(daemon.get());
    static_cast<void>(daemon->stop());

    net::Runtime runtime;
    Away away(scene, options);
    runtime.run(away.run(result));
    fmt::print("catching up by {}: {} changes in {:.1f} s\n", options.feed, result.changes,
               result.seconds);
    return result;
}

}  // namespace duet::bench
