#include <fmt/format.h>

#include <algorithm>

#include "app/commands/command.hpp"
#include "app/text.hpp"
#include "base/error.hpp"

namespace duet::app {

namespace {

using Action = QuarantineCommand::Action;

std::string moment(std::int64_t micros) { return format_iso8601(instant_from_micros(micros), 3); }

std::string moment(const std::optional<Version>& version) {
    return version ? moment(version->micros) : "none";
}

std::string times(const QuarantineEntry& entry) {
    return counted(static_cast<std::uint64_t>(std::max(entry.tries, 0)), "time");
}

void print_line(const std::string& pair, const QuarantineEntry& entry) {
    fmt::print("{} {} refused by {} {}, last {}: {}{}\n", pair, entry.id.to_string(), entry.side,
               times(entry), moment(entry.last_seen),
               entry.refusal.field.empty() ? "" : entry.refusal.field + ": ", entry.refusal.reason);
}

void print_whole(const std::string& pair, const QuarantineEntry& entry) {
    fmt::print("pair      {}\nrecord    {}\nrefused   by {}, {}, first {}, last {}\n", pair,
               entry.id.to_string(), entry.side, times(entry), moment(entry.first_seen),
               moment(entry.last_seen));
    if (!entry.refusal.field.empty()) fmt::print("field     {}\n", entry.refusal.field);
    if (!entry.refusal.value.empty()) fmt::print("value     {}\n", entry.refusal.value);
    fmt::print("reason    {}\n", entry.refusal.reason);
    fmt::print("row       version {}\n{}\n", moment(entry.row_version),
               entry.row_json.empty() ? "none" : entry.row_json);
    fmt::print("document  version {}\n{}\n", moment(entry.document_version),
               entry.document_json.empty() ? "none" : entry.document_json);
    fmt::print(
        "remedy    correct the row or the document: the record leaves quarantine by itself\n");
}

class QuarantineWork {
public:
    QuarantineWork(Servers& servers, QuarantineCommand command)
        : servers_(servers), command_(std::move(command)) {}

    Task<Exit> run() {
        const bool noted = co_await find_plans();
        if (!noted) co_return Exit::done;
        switch (command_.action) {
            case Action::list: co_return co_await list();
            case Action::show: co_return co_await show();
            case Action::retry:
            case Action::drop: co_return co_await act();
        }
        co_return Exit::failed;
    }

private:
    /// Records of a pair that are in quarantine.
    struct Held {
        PairPlan plan;
        std::vector<Id> ids;
    };

    Servers& servers_;
    QuarantineCommand command_;
    std::vector<PairPlan> plans_;     // what the command is about
    std::optional<Id> perhaps_pair_;  // an id that looks like a pair's name
    std::uint64_t level_ = 0;

    /// False: there are no notes.
    Task<bool> find_plans() {
        const bool pair_or_id = command_.action == Action::retry || command_.action == Action::drop;
        std::string only = pair_or_id ? std::string() : command_.pair;
        auto plans = co_await find_noted_pairs(servers_, std::move(only));
        if (!plans) co_return false;
        plans_ = std::move(*plans);
        if (pair_or_id && !command_.pair.empty()) tell_pair_from_id();
        co_return true;
    }

    void tell_pair_from_id() {
        const auto named = std::ranges::find(plans_, command_.pair, &PairPlan::name);
        if (named != plans_.end()) {
            plans_ = std::vector<PairPlan>{*named};
            return;
        }
        perhaps_pair_ = Id::of(command_.pair);
        command_.ids.insert(command_.ids.begin(), *perhaps_pair_);
        command_.pair.clear();
    }

    Task<Exit> list() {
        std::size_t found = 0;
        for (const PairPlan& plan : plans_) {
            const std::vector<QuarantineEntry> entries =
                co_await servers_.state().list_quarantine(plan.name);
            for (const QuarantineEntry& entry : entries) print_line(plan.name, entry);
            found += entries.size();
        }
        fmt::print("{} in quarantine\n", counted(found, "record"));
        co_return Exit::done;
    }

    Task<Exit> show() {
        const Id id = command_.ids.front();
        bool found = false;
        for (const PairPlan& plan : plans_) {
            const std::optional<QuarantineEntry> entry =
                co_await servers_.state().find_quarantine(plan.name, id);
            if (entry) print_whole(plan.name, *entry);
            found = found || entry;
        }
        if (!found) print_missing(command_.ids);
        co_return found ? Exit::done : Exit::failed;
    }

    /// retry and drop.
    Task<Exit> act() {
        std::vector<Held> all;
        for (const PairPlan& plan : plans_) {
            std::vector<Id> ids = co_await held_by(plan.name);
            if (!ids.empty()) all.push_back(Held{plan, std::move(ids)});
        }
        refuse_the_doubtful(all);
        std::size_t found = 0;
        for (const Held& held : all) {
            if (command_.action == Action::retry) {
                co_await retry(held);
            } else {
                co_await drop(held);
            }
            found += held.ids.size();
        }
        if (found > 0 || command_.ids.empty()) print_done(found);
        std::vector<Id> missing = command_.ids;
        std::erase_if(missing, [&](const Id& id) { return !pairs_with(id, all).empty(); });
        if (missing.empty()) co_return Exit::done;
        print_missing(missing);
        co_return Exit::failed;
    }

    /// Those of the command's records that this pair has in quarantine; all, where it names none.
    Task<std::vector<Id>> held_by(std::string pair) {
        std::vector<Id> held;
        if (command_.ids.empty()) {
            const std::vector<QuarantineEntry> entries =
                co_await servers_.state().list_quarantine(std::move(pair));
            for (const QuarantineEntry& entry : entries) held.push_back(entry.id);
            co_return held;
        }
        for (const Id& id : command_.ids) {
            const std::optional<QuarantineEntry> entry =
                co_await servers_.state().find_quarantine(pair, id);
            if (entry) held.push_back(id);
        }
        co_return held;
    }

    static std::vector<std::string> pairs_with(const Id& id, const std::vector<Held>& all) {
        std::vector<std::string> names;
        for (const Held& held : all) {
            if (std::ranges::find(held.ids, id) != held.ids.end()) names.push_back(held.plan.name);
        }
        return names;
    }

    /// Throws rather than act on a record that was perhaps not meant.
    void refuse_the_doubtful(const std::vector<Held>& all) const {
        if (perhaps_pair_ && pairs_with(*perhaps_pair_, all).empty()) {
            throw UsageError(fmt::format(
                "there is no pair {0}, and no record {0} in quarantine: `duet plan` names the "
                "pairs, `duet quarantine list` the records",
                perhaps_pair_->to_string()));
        }
        if (command_.action != Action::drop) return;
        for (const Id& id : command_.ids) {
            const std::vector<std::string> names = pairs_with(id, all);
            if (names.size() < 2) continue;
            throw UsageError(fmt::format(
                "record {0} is in quarantine of {1}: say which one to drop, as in `duet "
                "quarantine drop {2} {0}`",
                id.to_string(), fmt::join(names, " and of "), names.front()));
        }
    }

    Task<void> retry(const Held& held) {
        for (const Id& id : held.ids)
            co_await servers_.state().retry_quarantine(held.plan.name, id);
        LivePair live(servers_, held.plan);
        co_await live.pair().open();
        const sync::Report report = co_await live.pair().reconcile(held.ids);
        level_ += report.level;
    }

    Task<void> drop(const Held& held) {
        for (const Id& id : held.ids)
            co_await servers_.state().remove_quarantine(held.plan.name, id);
    }

    void print_done(std::size_t found) const {
        if (command_.action == Action::retry) {
            fmt::print("{} looked at again, {} level now\n", counted(found, "record"),
                       grouped(level_));
        } else {
            fmt::print("{} dropped\n", counted(found, "record"));
        }
    }

    static void print_missing(const std::vector<Id>& missing) {
        std::vector<std::string> names;
        for (const Id& id : missing) names.push_back(id.to_string());
        fmt::print(stderr, "Not in quarantine: {}. `duet quarantine list` names what is.\n",
                   fmt::join(names, ", "));
    }
};

Task<Exit> work_on_quarantine(Servers& servers, QuarantineCommand command) {
    QuarantineWork work(servers, std::move(command));
    co_return co_await work.run();
}

}  // namespace

Exit perform(const QuarantineCommand& command, const Settings& settings) {
    return with_servers(settings, [&command](Servers& servers, const bool& /*stopping*/) {
        return work_on_quarantine(servers, command);
    });
}

}  // namespace duet::app
