#include <fmt/format.h>

#include <deque>

#include "app/commands/command.hpp"
#include "app/plan_text.hpp"
#include "app/progress.hpp"
#include "app/text.hpp"
#include "base/error.hpp"
#include "base/log.hpp"

namespace duet::app {

namespace {

constexpr std::size_t side_by_side = 4;  // pairs at a time
constexpr int tries_limit = 5;           // of a pair whose server went away meanwhile
constexpr int looks_limit = 10;          // at records that keep moving
constexpr std::chrono::milliseconds pause{1'000};
constexpr std::chrono::seconds lease_margin{5};

/// All pairs of one `once`, taken from the front by a few workers.
class Once {
public:
    Once(Servers& servers, std::vector<PairPlan> plans, const bool& stopping)
        : servers_(servers),
          plans_(plans.begin(), plans.end()),
          stopping_(stopping),
          progress_(servers.clock()) {}

    [[nodiscard]] Task<Exit> run() {
        std::vector<Task<void>> workers;
        for (std::size_t i = 0; i < side_by_side; ++i) workers.push_back(work());
        co_await when_all(std::move(workers));
        progress_.clear();
        co_return finish();
    }

private:
    Servers& servers_;
    std::deque<PairPlan> plans_;
    const bool& stopping_;
    Progress progress_;
    std::size_t level_ = 0;
    std::size_t failed_ = 0;
    std::size_t quarantined_ = 0;
    std::size_t moving_ = 0;

    Task<void> work() {
        while (!plans_.empty() && !stopping_) {
            LivePair live(servers_, plans_.front());
            plans_.pop_front();
            live.pair().on_progress([this, &live](const sync::Progress& step) {
                progress_.show(live.name(), step.what, step.records,
                               step.part > 0 ? step.part : -1);
                if (stopping_) live.pair().stop();
            });
            co_await settle(live);
        }
    }

    Task<void> settle(LivePair& live) {
        // Whoever has the lease for tables may have been killed: then it ends by itself.
        const std::int64_t lease_ends =
            servers_.clock().now() + Micros(ddl_lease_time + lease_margin).count();
        std::string told;  // a reason that stays is told once
        for (int tries = 1;;) {
            std::string failure;
            bool held = false;
            try {
                co_await level(live);
                co_return;
            } catch (const LeaseHeld& error) {
                failure = error.what();
                held = servers_.clock().now() < lease_ends;
            } catch (const Misconfigured& error) {
                fail(live, fmt::format("{}\n  {}", error.what(), error.hint()));
                co_return;
            } catch (const Unavailable& error) {
                failure = error.what();
            } catch (const Error& error) {
                fail(live, error.what());
                co_return;
            }
            if ((tries == tries_limit && !held) || stopping_) {
                fail(live, failure);
                co_return;
            }
            if (failure != told)
                log::warning("trying again", {{"pair", live.name()}, {"reason", failure}});
            told = failure;
            co_await sleep_for(held ? pause : pause * tries);
            if (!held) ++tries;
        }
    }

    Task<void> level(LivePair& live) {
        co_await live.pair().open();
        sync::Report total = co_await live.pair().level();
        for (int looks = 0; !total.unsettled.empty() && looks < looks_limit && !stopping_;
             ++looks) {
            std::vector<Id> moving = std::move(total.unsettled);
            total.unsettled.clear();
            const sync::Report again = co_await live.pair().reconcile(std::move(moving));
            total += again;
        }
        if (stopping_) co_return;
        ++level_;
        quarantined_ += live.pair().context().quarantine.size();
        moving_ += total.unsettled.size();
        progress_.clear();
        fmt::print("{}: {}\n", live.name(), sync::summary(total));
        fmt::print("{}", left_out_documents_text(live.documents().left_out()));
        std::fflush(stdout);
    }

    void fail(const LivePair& live, const std::string& reason) {
        ++failed_;
        progress_.clear();
        fmt::print(stderr, "{}: {}\n", live.name(), reason);
    }

    Exit finish() const {
        if (stopping_) {
            fmt::print("stopped; {} brought level\n", counted(level_, "pair"));
            return Exit::failed;
        }
        fmt::print("{} level", counted(level_, "pair"));
        if (failed_ > 0) fmt::print(", {} failed", failed_);
        fmt::print("; {} in quarantine{}\n", counted(quarantined_, "record"),
                   quarantined_ > 0 ? ": `duet quarantine list` shows them" : "");
        if (moving_ > 0)
            fmt::print("{} kept changing meanwhile: run it again\n", counted(moving_, "record"));
        return failed_ > 0 ? Exit::failed : Exit::done;
    }
};

Task<Exit> bring_level(Servers& servers, bool may_pair, const bool& stopping) {
    const Inventory inventory = co_await servers.inventory();
    std::vector<PairPlan> plans = plan_pairs(servers.config(), inventory);
    if (!may_pair) throw UsageError(needs_all(plans));
    co_await servers.state().ensure();
    const std::string left_out = left_out_text(plans);
    std::erase_if(plans, [](const PairPlan& plan) { return !plan.problem.empty(); });
    Once once(servers, std::move(plans), stopping);
    const Exit exit = co_await once.run();
    fmt::print("{}", left_out);
    co_return exit;
}

}  // namespace

Exit perform(const OnceCommand& /*command*/, const Settings& settings) {
    const bool may_pair = may_pair_everything(settings);
    return with_servers(settings, [may_pair](Servers& servers, const bool& stopping) {
        return bring_level(servers, may_pair, stopping);
    });
}

}  // namespace duet::app
