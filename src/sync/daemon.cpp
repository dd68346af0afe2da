#include "sync/daemon.hpp"

#include <algorithm>
#include <exception>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"

namespace duet::sync {

const char* name_of(PairStatus::Phase phase) {
    switch (phase) {
        case PairStatus::Phase::opening: return "opening";
        case PairStatus::Phase::copying: return "copying";
        case PairStatus::Phase::level: return "level";
        case PairStatus::Phase::waiting: return "waiting";
        case PairStatus::Phase::stopped: return "stopped";
    }
    return "unknown";
}

/// However a loop ends: who waits for its end frees the pair, and stop() would call a freed one.
struct Daemon::Leaving {
    Daemon& daemon;
    Pair& pair;
    const std::string& name;
    ~Leaving() {
        pair.on_progress({});
        daemon.served_.erase(name);
        for (const char* gauge : {"duet_quarantined_records", "duet_pair_level"})
            metrics::remove(gauge, {{"pair", name}});
        for (const char* source : {"cassandra", "elasticsearch"})
            metrics::remove("duet_lag_seconds", {{"pair", name}, {"source", source}});
    }
};

Task<void> Daemon::serve(Pair& pair, std::chrono::milliseconds period) {
    period_ = period;
    const std::string name = pair.name();
    Served& served = served_[name];
    served = Served{};
    served.pair = &pair;
    const Leaving leaving{*this, pair, name};
    served.status.pair = name;
    served.step_logged_at = clock_.now();
    pair.on_progress([this, &served](const Progress& step) { note(served, step); });
    log::info("pair started", {{"pair", name}});
    while (!stopping_ && !served.retired) {
        const std::chrono::milliseconds delay = co_await turn(served);
        co_await rest(served, delay);
    }
    co_await close(served);
    log::info("pair ended", {{"pair", name}, {"did", summary(served.status.total)}});
}

Task<std::chrono::milliseconds> Daemon::turn(Served& served) {
    const std::int64_t began = clock_.now();
    try {
        if (!served.opened) co_await served.pair->open();
        served.opened = true;
        if (!served.pair->is_level()) served.status.phase = PairStatus::Phase::copying;
        served.pair->share_idle_time(served_.size());
        const Report report = co_await served.pair->pass();
        const std::chrono::duration<double> took = std::chrono::microseconds(clock_.now() - began);
        metrics::observe("duet_pass_seconds", {{"pair", served.status.pair}}, took.count());
        note(served, report);
    } catch (const Misconfigured& error) {
        co_return stopped(served, error.what(), error.hint());
    } catch (const Error& error) {
        co_return failed(served, error.what());
    } catch (const std::exception& error) {
        // Nobody foresaw it (no memory, say): still this pair's matter alone, as any other failure.
        co_return failed(served, std::string("a pass failed unexpectedly: ") + error.what());
    }
    if (!served.pair->is_level()) co_return pause_before_level;
    const auto spent = std::chrono::microseconds(clock_.now() - began);
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(period_ - spent);
    co_return std::max(left, std::chrono::milliseconds(0));  // late means at once, not twice
}

Task<void> Daemon::close(Served& served) {
    if (served.status.phase != PairStatus::Phase::level) co_return;
    try {
        co_await served.pair->close();
    } catch (const std::exception&) {
        // What was saved before is as true: the next process looks a little farther back.
    }
}

void Daemon::note(Served& served, const Progress& step) {
    PairStatus& status = served.status;
    if (status.phase != PairStatus::Phase::copying) return;
    const std::int64_t now = clock_.now();
    status.step = step;
    status.step_left = served.remaining.at(step.part, now);
    if (now - served.step_logged_at < Micros(progress_logged_every).count()) return;
    served.step_logged_at = now;
    log::info(step.what,
              {{"pair", status.pair},
               {"records", step.records},
               {"percent", static_cast<int>(step.part * 100)},
               {"seconds_left", status.step_left ? std::to_string(status.step_left->count())
                                                 : std::string("unknown")}});
}

void Daemon::note(Served& served, const Report& report) {
    PairStatus& status = served.status;
    const bool was_level = status.phase == PairStatus::Phase::level;
    if (served.failures > 0) log::info("pair goes on", {{"pair", status.pair}});
    served.failures = 0;
    ++status.passes;
    status.phase = served.pair->is_level() ? PairStatus::Phase::level : PairStatus::Phase::copying;
    if (status.phase == PairStatus::Phase::level) {
        status.step.reset();
        status.step_left.reset();
    }
    status.reason.clear();
    status.hint.clear();
    status.quarantined = served.pair->context().quarantine.size();
    status.sweep_time = served.pair->sweep_time();
    status.feeds = served.pair->feeds();
    status.swept_at = served.pair->swept_at();
    if (report.unsettled.empty()) status.level_at = clock_.now();
    Report sum = report;
    sum.unsettled.clear();
    status.total += sum;
    if (!was_level && status.phase == PairStatus::Phase::level) {
        log::info("pair is level", {{"pair", status.pair}, {"did", summary(report)}});
    } else if (!report.idle()) {
        log::info("synced", {{"pair", status.pair}, {"did", summary(report)}});
    }
    std::string left_out = served.pair->context().documents.left_out();
    if (left_out != status.left_out) {
        status.left_out = std::move(left_out);
        log::warning("documents left out", {{"pair", status.pair}, {"which", status.left_out}});
    }
    if (report.future > 0) {
        log::warning("versions in the future", {{"pair", status.pair}, {"records", report.future}});
    }
    const auto count = [&status](const char* name, const char* target, std::uint64_t amount) {
        if (amount > 0) {
            metrics::add(name, {{"pair", status.pair}, {"target", target}},
                         static_cast<double>(amount));
        }
    };
    count("duet_records_applied_total", "cassandra", report.rows_written);
    count("duet_records_applied_total", "elasticsearch", report.documents_written);
    count("duet_records_deleted_total", "cassandra", report.rows_deleted);
    count("duet_records_deleted_total", "elasticsearch", report.documents_deleted);
    count("duet_records_expired_total", "elasticsearch", report.expired);
    if (report.future > 0) {
        metrics::add("duet_records_future_total", {{"pair", status.pair}},
                     static_cast<double>(report.future));
    }
    metrics::set("duet_quarantined_records", {{"pair", status.pair}},
                 static_cast<double>(status.quarantined));
}

std::chrono::milliseconds Daemon::failed(Served& served, const std::string& reason) {
    if (served.failures == 0 || served.status.reason != reason) {
        log::warning("pair waits", {{"pair", served.status.pair}, {"reason", reason}});
    }
    served.status.phase = PairStatus::Phase::waiting;
    served.opened = false;  // what went away may be the table or the index: it is agreed on anew
    served.status.reason = reason;
    served.status.hint.clear();
    const auto limit = std::min(last_retry, first_retry * (1 << std::min(served.failures, 12)));
    ++served.failures;
    std::uniform_int_distribution<std::int64_t> jitter(limit.count() / 2, limit.count());
    return std::chrono::milliseconds(jitter(random_));
}

std::chrono::milliseconds Daemon::stopped(Served& served, const std::string& reason,
                                          const std::string& hint) {
    if (served.status.phase != PairStatus::Phase::stopped || served.status.reason != reason) {
        log::error("pair stopped",
                   {{"pair", served.status.pair}, {"reason", reason}, {"remedy", hint}});
    }
    served.status.phase = PairStatus::Phase::stopped;
    served.status.reason = reason;
    served.status.hint = hint;
    served.opened = false;  // what was mended may be the schema
    ++served.failures;
    return stopped_retry;
}

Task<void> Daemon::rest(Served& served, std::chrono::milliseconds duration) {
    constexpr std::chrono::milliseconds slice{100};  // the longest wait for a stop
    const std::uint64_t retries = retries_;
    const std::int64_t until = clock_.now() + std::chrono::microseconds(duration).count();
    while (duration.count() > 0 && !stopping_ && !served.retired) {
        if (served.status.phase == PairStatus::Phase::stopped && retries != retries_) co_return;
        const bool level = served.status.phase == PairStatus::Phase::level;
        const auto pace = level ? served.pair->pace() : std::nullopt;
        const std::chrono::milliseconds part = std::min({slice, duration, pace.value_or(slice)});
        co_await sleep_for(part);
        duration -= part;
        if (!pace || stopping_) continue;
        const bool well = co_await glance(served);
        if (!well || clock_.now() >= until) break;
    }
    // A pass that was late leaves no pause; others on this thread need their turn all the same.
    co_await sleep_for(std::chrono::milliseconds(0));
}

Task<bool> Daemon::glance(Served& served) {
    try {
        const Report report = co_await served.pair->glance();
        if (!report.idle()) note(served, report);
    } catch (const std::exception&) {
        co_return false;
    }
    co_return true;
}

void Daemon::stop() {
    stopping_ = true;
    for (auto& [name, served] : served_) served.pair->stop();
}

void Daemon::retire(const std::string& pair) {
    const auto found = served_.find(pair);
    if (found == served_.end()) return;
    found->second.retired = true;
    found->second.pair->stop();
}

std::vector<PairStatus> Daemon::statuses() const {
    std::vector<PairStatus> all;
    all.reserve(served_.size());
    for (const auto& [name, served] : served_) all.push_back(served.status);
    return all;
}

}  // namespace duet::sync
