#include <csignal>
#include <exception>
#include <string>
#include <utility>

#include "app/commands/command.hpp"
#include "app/service.hpp"
#include "base/log.hpp"
#include "net/runtime.hpp"

namespace duet::app {

namespace {

constexpr std::chrono::milliseconds grace{4'000};  // after a request to stop: 5 s are promised
constexpr std::chrono::milliseconds slice{50};

struct Ended {
    bool ended = false;
    std::exception_ptr failure;
};

Task<void> serve(Service& service, Ended& result) {
    try {
        co_await service.run();
    } catch (...) {
        result.failure = std::current_exception();
    }
    result.ended = true;
}

/// Until the service has ended, or has had its time to: a server that does not answer must not keep
/// it.
Task<void> serve_until_stopped(Service& service, Ended& result) {
    std::string name = "service";
    co_await net::spawn_here(serve(service, result), std::move(name));
    std::chrono::milliseconds left = grace;
    while (!result.ended && left.count() > 0) {
        co_await sleep_for(slice);
        if (service.stopping()) left -= slice;
    }
    if (!result.ended) log::warning("stopped amid a batch, which the next start repeats");
}

}  // namespace

Exit perform(const RunCommand& command, const Settings& settings) {
    const SystemClock clock;
    net::Runtime runtime;  // outlives the connections, which refer to its loop
    Service service(settings, clock);
    service.force_deletes(command.force_deletes);
    Ended result;
    const StopSignals signals(runtime, [&service] {
        log::info("stopping");
        service.stop();
    });
    runtime.on_signal(SIGHUP, [&service] { service.reload(); });
    runtime.on_signal(SIGUSR1, [&service] { service.reload(); });
    log::info("duet starts",
              {{"version", DUET_VERSION},
               {"configuration", settings.file ? settings.file->string() : "built-in"}});
    runtime.run(serve_until_stopped(service, result));
    if (result.failure) std::rethrow_exception(result.failure);
    log::info("duet ends");
    return Exit::done;
}

}  // namespace duet::app
