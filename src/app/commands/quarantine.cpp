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
        const auto plans = co_await find_noted_pairs(servers_, command_.pair);
        if (!plans) co_return Exit::done;
        for (const PairPlan& plan : *plans) {
            std::string name = plan.name;
            std::vector<QuarantineEntry> entries =
                co_await servers_.state().list_quarantine(std::move(name));
            std::erase_if(entries, [this](const QuarantineEntry& entry) { return !wanted(entry); });
            found_ += entries.size();
            if (!entries.empty()) co_await act(plan, std::move(entries));
        }
        co_return finish();
    }

private:
    Servers& servers_;
    QuarantineCommand command_;
    std::size_t found_ = 0;
    std::uint64_t level_ = 0;

    bool wanted(const QuarantineEntry& entry) const {
        return command_.ids.empty() ||
               std::ranges::find(command_.ids, entry.id) != command_.ids.end();
    }

    Task<void> act(const PairPlan& plan, std::vector<QuarantineEntry> entries) {
        switch (command_.action) {
            case Action::list:
                for (const QuarantineEntry& entry : entries) print_line(plan.name, entry);
                break;
            case Action::show:
                for (const QuarantineEntry& entry : entries) print_whole(plan.name, entry);
                break;
            case Action::retry: co_await retry(plan, std::move(entries)); break;
            case Action::drop: co_await drop(plan.name, entries); break;
        }
    }

    /// The entries stay, as of a state that neither side has: so they are looked at, by this
    /// process or a running daemon, but are not taken for settled (V3), and nothing is lost if this
    /// is cut short.
    Task<void> retry(PairPlan plan, std::vector<QuarantineEntry> entries) {
        std::vector<Id> ids;
        for (QuarantineEntry& entry : entries) {
            ids.push_back(entry.id);
            entry.document_guard = Guard{.shard = -1, .seq_no = -2, .primary_term = 0};
            std::string name = plan.name;
            co_await servers_.state().put_quarantine(std::move(name), std::move(entry));
        }
        LivePair live(servers_, std::move(plan));
        co_await live.pair().open();
        const sync::Report report = co_await live.pair().reconcile(std::move(ids));
        level_ += report.level;
    }

    Task<void> drop(std::string pair, const std::vector<QuarantineEntry>& entries) {
        for (const QuarantineEntry& entry : entries) {
            std::string name = pair;
            co_await servers_.state().remove_quarantine(std::move(name), entry.id);
        }
    }

    Exit finish() const {
        if (found_ == 0 && !command_.ids.empty()) {
            fmt::print(stderr,
                       "No such record in quarantine: `duet quarantine list` names them.\n");
            return Exit::failed;
        }
        if (command_.action == Action::list)
            fmt::print("{} in quarantine\n", counted(found_, "record"));
        if (command_.action == Action::retry) {
            fmt::print("{} looked at again, {} level now\n", counted(found_, "record"),
                       grouped(level_));
        }
        if (command_.action == Action::drop) fmt::print("{} dropped\n", counted(found_, "record"));
        return Exit::done;
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
