#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "app/commands/command.hpp"
#include "app/text.hpp"
#include "base/error.hpp"

namespace duet::app {

namespace {

using Action = ConflictsCommand::Action;

constexpr std::size_t contents_shown = 1'000;  // of a record
constexpr int restore_tries = 5;               // against writers of the same document

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

/// What was too large to keep, or was no text, is kept as a remark (stores/cassandra/notes.cpp).
bool is_object(const std::string& json) { return json.starts_with('{'); }

class ConflictsWork {
public:
    ConflictsWork(Servers& servers, ConflictsCommand command)
        : servers_(servers), command_(std::move(command)) {}

    Task<Exit> run() {
        const auto plans = co_await find_noted_pairs(servers_, command_.pair);
        if (!plans) co_return Exit::done;
        if (command_.action == Action::list) co_return co_await list(*plans);
        const std::vector<Kept> all = co_await find(*plans);
        if (all.empty()) {
            fmt::print(
                stderr,
                "Nothing of this record was beaten and kept: `duet conflicts list` names them.\n");
            co_return Exit::failed;
        }
        if (command_.action == Action::restore) {
            refuse_the_doubtful(all);
            co_await restore(all.front().plan, all.front().contents.front());
        } else {
            for (const Kept& kept : all) co_await show(kept);
        }
        co_return Exit::done;
    }

private:
    /// Of one pair, newest first; without the contents themselves.
    struct Kept {
        PairPlan plan;
        std::vector<Beaten> contents;
    };

    Servers& servers_;
    ConflictsCommand command_;

    Task<Exit> list(const std::vector<PairPlan>& plans) {
        std::size_t found = 0;
        for (const PairPlan& plan : plans) {
            const std::vector<Beaten> newest =
                co_await servers_.state().list_beaten(plan.name, command_.limit);
            for (const Beaten& one : newest) print_line(plan.name, one);
            found += newest.size();
        }
        fmt::print("{} kept\n", counted(found, "beaten content"));
        co_return Exit::done;
    }

    /// What is kept of the record, in whichever pairs.
    Task<std::vector<Kept>> find(const std::vector<PairPlan>& plans) {
        const Id id = *command_.id;
        const std::size_t limit = command_.action == Action::restore ? 1 : contents_shown;
        std::vector<Kept> all;
        for (const PairPlan& plan : plans) {
            std::vector<Beaten> contents =
                co_await servers_.state().find_beaten(plan.name, id, limit);
            if (!contents.empty()) all.push_back(Kept{plan, std::move(contents)});
        }
        co_return all;
    }

    Task<void> show(const Kept& kept) {
        for (const Beaten& one : kept.contents) {
            print_line(kept.plan.name, one);
            const std::optional<std::string> json =
                co_await servers_.state().beaten_json(kept.plan.name, one);
            fmt::print("{}\n", json ? *json : "forgotten meanwhile: its time was up");
        }
    }

    /// Throws rather than write over a record that was perhaps not meant, or in vain.
    void refuse_the_doubtful(const std::vector<Kept>& all) const {
        const std::string id = command_.id->to_string();
        if (all.size() > 1) {
            std::vector<std::string> names;
            for (const Kept& kept : all) names.push_back(kept.plan.name);
            throw UsageError(fmt::format(
                "contents of record {0} are kept of {1}: say which one to restore, as in `duet "
                "conflicts restore {2} {0}`",
                id, fmt::join(names, " and of "), names.front()));
        }
        const PairPlan& plan = all.front().plan;
        if (plan.shape.direction != sync::Direction::to_elasticsearch) return;
        throw UsageError(fmt::format(
            "{0} goes one way, to Elasticsearch: its row would be written over the document again. "
            "Write the content into the table; `duet conflicts show {0} {1}` prints it",
            plan.name, id));
    }

    /// A document without a stamp is a write of now (V2): it wins, and what it beats is kept in
    /// turn.
    Task<void> restore(PairPlan plan, Beaten beaten) {
        const std::string pair = plan.name;
        const std::string id = beaten.id.to_string();
        const std::optional<std::string> json = co_await servers_.state().beaten_json(pair, beaten);
        if (!json || !is_object(*json)) {
            throw Error(fmt::format(
                "the content of {1} that was beaten in {0} was not kept whole, and cannot be "
                "restored: `duet conflicts show {0} {1}` says what is there",
                pair, id));
        }
        LivePair live(servers_, std::move(plan));
        co_await live.pair().open();
        for (int tries = 0; tries < restore_tries; ++tries) {
            const std::array<Id, 1> ids{beaten.id};
            const std::vector<State> states = co_await live.documents().look(ids);
            // A row knows nothing of the fields that only the document has.
            const bool was_row = beaten.side == "cassandra";
            const std::string carried = was_row ? states.front().content.carried : std::string();
            const Outcome outcome =
                co_await live.documents().restore(beaten.id, *json, carried, states.front().guard);
            if (outcome.kind == Outcome::Kind::superseded) continue;
            if (outcome.kind == Outcome::Kind::refused)
                throw Error(fmt::format("{} {}: {}", pair, id, outcome.refusal.reason));
            std::vector<Id> nominated{beaten.id};
            const sync::Report report = co_await live.pair().reconcile(std::move(nominated));
            fmt::print("{} {}: restored ({})\n", pair, id, sync::summary(report));
            co_return;
        }
        throw Error(fmt::format("{} {}: somebody keeps writing this record: try again", pair, id));
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
