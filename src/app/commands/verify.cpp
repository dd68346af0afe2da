#include "sync/verifier.hpp"

#include <fmt/format.h>

#include "app/commands/command.hpp"
#include "app/progress.hpp"
#include "app/text.hpp"
#include "base/error.hpp"

namespace duet::app {

namespace {

constexpr std::size_t shown = 10;     // differences named on the terminal, a pair
constexpr int repairs_limit = 20;     // rounds; each mends what the one before named
constexpr std::size_t chunk = 1'000;  // records mended between two looks at the signal

std::string line_of(const sync::Difference& difference) {
    std::string text =
        fmt::format("  {} {}", difference.id.to_string(), sync::name_of(difference.kind));
    for (std::size_t i = 0; i < difference.columns.size(); ++i) {
        text += (i == 0 ? ": " : ", ") + difference.columns[i];
    }
    return text;
}

class Verification {
public:
    Verification(Servers& servers, const VerifyCommand& command, const bool& stopping)
        : servers_(servers), command_(command), stopping_(stopping), progress_(servers.clock()) {}

    Task<Exit> run() {
        std::string all;
        const std::vector<PairPlan> plans = co_await find_pairs(servers_, std::move(all));
        if (command_.repair) co_await servers_.state().ensure();
        std::uint64_t different = 0;
        std::size_t failed = 0;
        for (const PairPlan& plan : plans) {
            if (stopping_) co_return Exit::failed;
            std::string failure;
            try {
                different += co_await verify(plan);
            } catch (const Misconfigured& error) {
                failure = fmt::format("{}\n  {}", error.what(), error.hint());
            } catch (const Error& error) {
                failure = error.what();
            }
            progress_.clear();
            if (failure.empty()) continue;
            ++failed;
            fmt::print(stderr, "{}: {}\n", plan.name, failure);
        }
        if (failed > 0) co_return Exit::failed;
        fmt::print("{} compared, {}\n", counted(plans.size(), "pair"),
                   counted(different, "difference"));
        co_return different == 0 ? Exit::done : Exit::differs;
    }

private:
    Servers& servers_;
    VerifyCommand command_;
    const bool& stopping_;
    Progress progress_;

    /// The number of differences that remain.
    Task<std::uint64_t> verify(PairPlan plan) {
        LivePair live(servers_, std::move(plan));
        if (command_.repair) co_await live.pair().open();
        const Agreement agreed = co_await live.look();
        const auto context = live.reading(agreed);
        sync::Comparison comparison = co_await compare(live, *context);
        print(live, comparison);
        if (!command_.repair) co_return comparison.different;
        for (int round = 0; comparison.different > 0 && round < repairs_limit && !stopping_;
             ++round) {
            const std::uint64_t before = comparison.different;
            sync::Report report = co_await repair(live, comparison.differences);
            const sync::Report deleted = co_await live.pair().make_deletions(
                std::max(comparison.rows, comparison.documents));
            report += deleted;
            fmt::print("  repaired: {}\n", sync::summary(report));
            comparison = co_await compare(live, *context);
            // What is left after a round without progress stands in quarantine, or keeps changing.
            if (comparison.different >= before) break;
        }
        if (comparison.different > 0) print(live, comparison);
        co_return comparison.different;
    }

    Task<sync::Comparison> compare(LivePair& live, const sync::Context& context) {
        co_await live.documents().refresh();
        sync::Verifier verifier(context);
        std::function<void(std::uint64_t)> tell = [this, &live](std::uint64_t records) {
            progress_.show(live.name(), "comparing", records, -1);
        };
        co_return co_await verifier.compare(command_.deep, std::move(tell));
    }

    Task<sync::Report> repair(LivePair& live, const std::vector<sync::Difference>& differences) {
        sync::Report total;
        for (std::size_t from = 0; from < differences.size() && !stopping_; from += chunk) {
            const std::size_t upto = std::min(from + chunk, differences.size());
            std::vector<Id> ids;
            for (std::size_t i = from; i < upto; ++i) ids.push_back(differences[i].id);
            const sync::Report report = co_await live.pair().reconcile(std::move(ids));
            total += report;
            progress_.show(live.name(), "repairing", total.looked, -1);
        }
        co_return total;
    }

    void print(const LivePair& live, const sync::Comparison& comparison) {
        progress_.clear();
        fmt::print("{}: {} rows, {} documents, {} equal, {} different{}\n", live.name(),
                   grouped(comparison.rows), grouped(comparison.documents),
                   grouped(comparison.equal), grouped(comparison.different),
                   comparison.expiring > 0 ? fmt::format(", {} left out because they expire",
                                                         grouped(comparison.expiring))
                                           : "");
        for (std::size_t i = 0; i < std::min(shown, comparison.differences.size()); ++i) {
            fmt::print("{}\n", line_of(comparison.differences[i]));
        }
        if (comparison.different > shown)
            fmt::print("  … and {} more\n", grouped(comparison.different - shown));
        std::fflush(stdout);
    }
};

Task<Exit> verify(Servers& servers, VerifyCommand command, const bool& stopping) {
    Verification verification(servers, command, stopping);
    co_return co_await verification.run();
}

}  // namespace

Exit perform(const VerifyCommand& command, const Settings& settings) {
    return with_servers(settings, [command](Servers& servers, const bool& stopping) {
        return verify(servers, command, stopping);
    });
}

}  // namespace duet::app
