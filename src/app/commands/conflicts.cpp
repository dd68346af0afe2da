#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "app/commands/command.hpp"
#include "app/text.hpp"
#include "base/error.hpp"

namespace duet::app {

namespace {

using Action = ConflictsCommand::Action;

constexpr std::size_t search_limit =
    100'000;                      // kept contents of a pair that are looked through for a record
constexpr int restore_tries = 5;  // against writers of the same document
constexpr int conflict_status = 409;

std::string moment(const Version& version) {
    return format_iso8601(instant_from_micros(version.micros), 6);
}

std::string version_of(const Beaten& beaten) {
    return beaten.version ? "version " + moment(*beaten.version) : "without a version";
}

void print_line(const std::string& pair, const Beaten& beaten) {
    fmt::print("{} {} {}: {}'s content, {}, was beaten by {} ({})\n",
               moment(Version{beaten.beaten_at}), pair, beaten.id.to_string(), beaten.side,
               version_of(beaten), moment(beaten.winner), beaten.reason);
}

class ConflictsWork {
public:
    ConflictsWork(Servers& servers, ConflictsCommand command)
        : servers_(servers), command_(std::move(command)) {}

    Task<Exit> run() {
        const auto plans = co_await find_noted_pairs(servers_, command_.pair);
        if (!plans) co_return Exit::done;
        std::size_t found = 0;
        for (const PairPlan& plan : *plans) {
            std::string name = plan.name;
            const std::size_t limit = command_.id ? search_limit : command_.limit;
            std::vector<Beaten> beaten =
                co_await servers_.state().list_beaten(std::move(name), limit);
            std::erase_if(beaten, [this](const Beaten& one) {
                return command_.id && one.id != *command_.id;
            });
            found += beaten.size();
            if (!beaten.empty()) co_await act(plan, std::move(beaten));
        }
        if (command_.action == Action::list)
            fmt::print("{} kept\n", counted(found, "beaten content"));
        if (found == 0 && command_.id) {
            fmt::print(
                stderr,
                "Nothing of this record was beaten and kept: `duet conflicts list` names them.\n");
            co_return Exit::failed;
        }
        co_return Exit::done;
    }

private:
    Servers& servers_;
    ConflictsCommand command_;

    Task<void> act(const PairPlan& plan, std::vector<Beaten> beaten) {
        switch (command_.action) {
            case Action::list:
                for (const Beaten& one : beaten) print_line(plan.name, one);
                break;
            case Action::show:
                for (const Beaten& one : beaten) {
                    print_line(plan.name, one);
                    fmt::print("{}\n", one.json);
                }
                break;
            case Action::restore: co_await restore(plan, std::move(beaten.front())); break;
        }
    }

    /// A document without a stamp is a write of now (V2): it wins, and what it beats is kept in
    /// turn.
    Task<void> restore(PairPlan plan, Beaten beaten) {
        LivePair live(servers_, std::move(plan));
        co_await live.pair().open();
        for (int tries = 0; tries < restore_tries; ++tries) {
            const std::array<Id, 1> ids{beaten.id};
            const std::vector<State> states = co_await live.documents().look(ids);
            const State& now = states.front();
            elastic::BulkBody body;
            const std::string id = beaten.id.to_string();
            if (now.exists) {
                body.index(id, now.guard.seq_no, now.guard.primary_term, beaten.json);
            } else {
                body.create(id, beaten.json);
            }
            std::string index = live.plan().index;
            const auto items = co_await servers_.client().bulk(std::move(index), body);
            if (items.front().status == conflict_status) continue;
            if (!items.front().error_type.empty()) throw Error(items.front().error_reason);
            std::vector<Id> nominated{beaten.id};
            const sync::Report report = co_await live.pair().reconcile(std::move(nominated));
            fmt::print("{} {}: restored ({})\n", live.name(), id, sync::summary(report));
            co_return;
        }
        throw Error("somebody keeps writing this record: try again");
    }
};

Task<Exit> work_on_conflicts(Servers& servers, ConflictsCommand command) {
    ConflictsWork work(servers, std::move(command));
    co_return co_await work.run();
}

}  // namespace

Exit perform(const ConflictsCommand& command, const Settings& settings) {
    return with_servers(settings, [&command](Servers& servers, const bool& /*stopping*/) {
        return work_on_conflicts(servers, command);
    });
}

}  // namespace duet::app
