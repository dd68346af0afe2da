#include "sync/verifier.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "app/commands/command.hpp"
#include "app/plan_text.hpp"
#include "app/progress.hpp"
#include "app/text.hpp"
#include "base/error.hpp"

namespace duet::app {

namespace {

namespace json = boost::json;

constexpr std::size_t shown = 10;  // differences named on the terminal, a pair

/// What was found of one pair.
struct Verified {
    std::string pair;
    sync::Comparison comparison;
    sync::Report repairs;
    std::string left_out;  // documents that can be no records
    std::string failure;   // then the rest is empty
};

std::string line_of(const sync::Difference& difference) {
    std::string text =
        fmt::format("  {} {}", difference.id.to_string(), sync::name_of(difference.kind));
    for (std::size_t i = 0; i < difference.columns.size(); ++i) {
        text += (i == 0 ? ": " : ", ") + difference.columns[i];
    }
    return text;
}

void print_kinds(const sync::Comparison& comparison) {
    for (std::size_t i = 0; i < comparison.by_kind.size(); ++i) {
        const auto kind = static_cast<sync::Difference::Kind>(i);
        const std::uint64_t records = comparison.by_kind.at(i);
        if (records == 0) continue;
        std::string columns;
        if (kind == sync::Difference::Kind::content) {
            for (const auto& [column, count] : comparison.by_column)
                columns += fmt::format("{}{} {}", columns.empty() ? " (" : ", ", column, count);
            columns += columns.empty() ? "" : ")";
        }
        fmt::print("  {}: {}{}\n", sync::name_of(kind), grouped(records), columns);
    }
}

void print(const Verified& found) {
    const sync::Comparison& comparison = found.comparison;
    fmt::print("{}: {} rows, {} documents, {} equal, {} different", found.pair,
               grouped(comparison.rows), grouped(comparison.documents), grouped(comparison.equal),
               grouped(comparison.different));
    if (comparison.moving > 0) fmt::print(", {} kept changing", grouped(comparison.moving));
    fmt::print("\n");
    print_kinds(comparison);
    for (std::size_t i = 0; i < std::min(shown, comparison.differences.size()); ++i) {
        fmt::print("{}\n", line_of(comparison.differences[i]));
    }
    if (comparison.different > shown)
        fmt::print("  … and {} more\n", grouped(comparison.different - shown));
    if (comparison.mended > 0)
        fmt::print("  repaired: {} ({})\n", counted(comparison.mended, "record"),
                   sync::summary(found.repairs));
    fmt::print("{}", left_out_documents_text(found.left_out));
    std::fflush(stdout);
}

json::value to_json(const Verified& found) {
    if (!found.failure.empty()) return {{"pair", found.pair}, {"failure", found.failure}};
    const sync::Comparison& comparison = found.comparison;
    const auto kind = [&](sync::Difference::Kind of) {
        return comparison.by_kind.at(static_cast<std::size_t>(of));
    };
    json::object fields;
    for (const auto& [column, count] : comparison.by_column) fields[column] = count;
    json::array named;
    for (const sync::Difference& difference : comparison.differences) {
        named.push_back(
            {{"id", difference.id.to_string()},
             {"kind", sync::name_of(difference.kind)},
             {"fields", json::array(difference.columns.begin(), difference.columns.end())}});
    }
    using Kind = sync::Difference::Kind;
    return {{"pair", found.pair},
            {"rows", comparison.rows},
            {"documents", comparison.documents},
            {"equal", comparison.equal},
            {"different", comparison.different},
            {"only_in_cassandra", kind(Kind::only_in_cassandra)},
            {"only_in_elasticsearch", kind(Kind::only_in_elasticsearch)},
            {"different_content", kind(Kind::content)},
            {"different_version", kind(Kind::version)},
            {"unreadable", kind(Kind::unreadable)},
            {"fields", std::move(fields)},
            {"moving", comparison.moving},
            {"repaired", comparison.mended},
            {"left_out", found.left_out},
            {"differences", std::move(named)}};
}

class Verification {
public:
    Verification(Servers& servers, const VerifyCommand& command, const bool& stopping)
        : servers_(servers), command_(command), stopping_(stopping), progress_(servers.clock()) {}

    Task<Exit> run() {
        std::string all;
        const std::vector<PairPlan> plans = co_await find_pairs(servers_, std::move(all));
        if (command_.repair) co_await servers_.state().ensure();
        for (std::size_t i = 0; i < plans.size() && !stopping_; ++i) {
            Verified found;
            found.pair = plans[i].name;
            try {
                co_await verify(plans[i], found);
            } catch (const Misconfigured& error) {
                found.failure = fmt::format("{}\n  {}", error.what(), error.hint());
            } catch (const Error& error) {
                found.failure = error.what();
            }
            progress_.clear();
            tell(found);
            if (command_.json) pairs_.push_back(to_json(found));
        }
        co_return finish(plans.size());
    }

private:
    Servers& servers_;
    VerifyCommand command_;
    const bool& stopping_;
    Progress progress_;
    json::array pairs_;
    std::uint64_t different_ = 0;
    std::size_t failed_ = 0;

    Task<void> verify(PairPlan plan, Verified& found) {
        LivePair live(servers_, std::move(plan));
        if (command_.repair) co_await live.pair().open();
        const Agreement agreed = co_await live.look();
        const auto context = live.reading(agreed);
        sync::VerifierOptions options;
        options.deep = command_.deep;
        options.progress = [this, &live](std::uint64_t records, double part) {
            progress_.show(live.name(), "comparing", records, part);
        };
        if (command_.repair) {
            options.mend = [&live, &found](std::vector<Id> ids) {
                return repair(live.pair(), std::move(ids), found.repairs);
            };
        }
        sync::Verifier verifier(*context, std::move(options), stopping_);
        found.comparison = co_await verifier.compare();
        if (command_.repair) co_await make_deletions(live, verifier, found);
        found.left_out = live.documents().left_out();
    }

    /// What was found deleted on one side is deleted on the other at once, so that max_delete sees
    /// all of it. Then nobody knows what is left without looking again.
    Task<void> make_deletions(LivePair& live, sync::Verifier& verifier, Verified& found) {
        const std::uint64_t records = std::max(found.comparison.rows, found.comparison.documents);
        const sync::Report deleted = co_await live.pair().make_deletions(records);
        found.repairs += deleted;
        if (deleted.rows_deleted + deleted.documents_deleted == 0) co_return;
        const std::uint64_t mended = found.comparison.mended;
        found.comparison = co_await verifier.compare();
        found.comparison.mended += mended + deleted.rows_deleted + deleted.documents_deleted;
    }

    static Task<void> repair(sync::Pair& pair, std::vector<Id> ids, sync::Report& total) {
        const sync::Report report = co_await pair.reconcile(std::move(ids));
        total += report;
        total.unsettled.clear();
    }

    void tell(const Verified& found) {
        different_ += found.comparison.different;
        if (!found.failure.empty()) {
            ++failed_;
            if (!command_.json) fmt::print(stderr, "{}: {}\n", found.pair, found.failure);
        } else if (!command_.json && !stopping_) {
            print(found);
        }
    }

    Exit finish(std::size_t plans) const {
        if (stopping_) {
            fmt::print(stderr, "stopped: not everything was compared\n");
            return Exit::failed;
        }
        if (command_.json) {
            const json::value all{{"pairs", pairs_}, {"differences", different_}};
            fmt::print("{}\n", json::serialize(all));
        }
        if (failed_ > 0) return Exit::failed;
        if (!command_.json)
            fmt::print("{} compared, {}\n", counted(plans, "pair"),
                       counted(different_, "difference"));
        return different_ == 0 ? Exit::done : Exit::differs;
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
