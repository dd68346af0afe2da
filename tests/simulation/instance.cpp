#include "instance.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/error.hpp"
#include "users.hpp"

namespace duet::simulation {

namespace {

namespace asio = boost::asio;

constexpr double kill_chance = 0.004;  // at each action
constexpr double lost_chance = 0.01;
constexpr int passes_of_a_round = 30;  // of the sweep, a step each

/// Both sides have the same columns from the start: what they agree on is known.
Task<Schema> agree(MemoryTable& table, MemoryIndex& index) {
    Schema schema = co_await table.describe();
    const Schema documents = co_await index.describe();
    schema.document_precision = documents.document_precision;
    schema.expiry_field = documents.expiry_field;
    co_await table.provision(schema, false);
    co_await index.provision(schema, false);
    co_return schema;
}

}  // namespace

Task<void> Faults::step_aside() {
    scene_.tick();
    if (!scene_.faults) co_return;
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    for (std::int64_t i = scene_.random.below(4); i > 0; --i) {
        co_await asio::post(executor, asio::use_awaitable);
    }
}

void Faults::perhaps_kill(std::string_view operation) {
    if (dead_) throw Killed{};
    if (scene_.faults && scene_.world.kills && scene_.random.chance(kill_chance)) {
        ++scene_.kills;
        dead_ = true;
        scene_.tell("duet  killed at {}", operation);
        throw Killed{};
    }
}

Task<void> Faults::before(std::string_view operation) {
    co_await step_aside();
    perhaps_kill(operation);
    if (scene_.faults && scene_.world.lost_replies && scene_.random.chance(lost_chance / 2)) {
        scene_.tell("duet  {} never arrived", operation);
        throw Unavailable("the simulation lost a request");
    }
}

Task<void> Faults::after(std::string_view operation) {
    if (operation == "state.save" && !scene_.notes.cursors.empty()) {
        scene_.seen_upto(scene_.notes.cursors.begin()->second);
        scene_.old_cursors.push_back(scene_.notes.cursors.begin()->second);
    }
    co_await step_aside();
    perhaps_kill(operation);
    if (scene_.faults && scene_.world.lost_replies && scene_.random.chance(lost_chance / 2)) {
        ++scene_.lost;
        scene_.tell("duet  the reply to {} was lost", operation);
        throw Unavailable("the simulation lost a reply");
    }
}

sync::PairSettings pair_settings(const Scene& scene) {
    sync::PairSettings settings;
    settings.period = std::chrono::milliseconds(2);
    settings.sweep_share = 1.0;
    if (scene.world.journal_alone) settings.sweep_every = std::chrono::hours(1);
    if (scene.world.empty_index || scene.world.journal_alone)
        settings.notes_every = std::chrono::milliseconds(1);
    settings.rules.max_clock_ahead = std::chrono::microseconds(max_ahead);
    settings.rules.first_meeting = scene.world.first_meeting;
    settings.rules.settled_limit = scene.world.settled_limit;
    settings.rules.deletes =
        scene.world.propagate ? sync::Deletes::propagate : sync::Deletes::restore;
    // The clocks of two instances differ by twice the skew.
    settings.rules.expiry_tolerance = std::chrono::microseconds(2 * scene.world.skew + 500);
    settings.rules.max_delete = 1'000;  // a fuse among two records would stop every story
    return settings;
}

Instance::Process::Process(Scene& scene, Faults& faults, const Clock& clock)
    : table(scene.rows, faults),
      index(scene.documents, faults, clock),
      state(scene.notes, faults, clock),
      journal(scene.journal, [&scene](std::int64_t below) { return scene.random.below(below); }),
      pair(pair_name, table, index, state, clock, pair_settings(scene),
           [this] { return agree(table, index); }) {
    // Half of the stories: a server that is told the time (protocol 5).
    if (scene.seed / 3 % 2 == 0) table.read_by(clock);
    if (scene.world.journal_alone) table.set_feed(&journal);
    if (!scene.faults) journal.be_reliable();
}

Instance::Instance(Scene& scene, int number)
    : scene_(scene), number_(number), clock_(scene.clock), faults_(scene) {
    restart();
}

void Instance::restart() {
    if (process_ && process_->journal.resumed_with_news()) ++scene_.resumed_feeds;
    process_.reset();
    faults_.revive();
    if (scene_.world.skew > 0) {
        clock_.offset = scene_.random.below(2 * scene_.world.skew + 1) - scene_.world.skew;
    }
    process_ = std::make_unique<Process>(scene_, faults_, clock_);
    process_->journal_at = scene_.journal_read;
}

Task<void> Instance::live(const bool& writers_ended) {
    while (!writers_ended && !stopped_) {
        bool killed = false;
        try {
            co_await work(writers_ended);
        } catch (const Killed&) {
            killed = true;
        } catch (const Misconfigured& error) {
            stopped_ = true;
            scene_.tell("duet  stopped: {}", error.what());
        }
        if (killed) restart();
    }
    // Killed at the very end, which a lost reply elsewhere hid.
    if (faults_.dead()) restart();
}

Task<void> Instance::work(const bool& writers_ended) {
    bool opened = false;
    while (!writers_ended) {
        try {
            if (!opened) co_await open();
            opened = true;
            co_await step();
            // V3: at most a batch more than the limit, before the feed gets its turn.
            const std::size_t runs = process_->pair.context().settled.remembered();
            if (runs > scene_.world.settled_limit + scene_.ids.size()) {
                scene_.violation = fmt::format("V3: {} runs are remembered as settled", runs);
            }
        } catch (const Unavailable&) {
            // As the daemon: open again, run the pass again.
            opened = false;
        }
    }
}

Task<void> Instance::open() {
    co_await process_->pair.open();
    const auto notes = scene_.notes.sweeps.find(pair_name);
    const bool copying = notes != scene_.notes.sweeps.end() && notes->second.copying;
    if (copying && !notes->second.segments.empty()) ++scene_.resumed_copies;
    scene_.tell("duet  instance {} is open, its clock {:+}", number_, clock_.offset);
}

Task<void> Instance::step() {
    const std::int64_t dice = scene_.random.below(10);
    if (dice < 6) {
        co_await process_->pair.pass();
    } else if (dice < 9 && scene_.world.journal) {
        co_await read_journal();
    } else if (dice < 9 && scene_.world.journal_alone) {
        co_await process_->pair.glance();
    } else if (scene_.world.restarts && scene_.random.chance(0.5)) {
        co_await process_->pair.close();
        const asio::any_io_executor executor = co_await asio::this_coro::executor;
        for (std::int64_t i = scene_.random.below(60); i > 0; --i) {
            scene_.tick();
            co_await asio::post(executor, asio::use_awaitable);
        }
        scene_.tell("duet  the process ended");
        throw Killed{};
    } else {
        // Late, doubled and false nominations.
        std::vector<Id> ids;
        for (std::int64_t i = 1 + scene_.random.below(3); i > 0; --i) {
            ids.push_back(
                scene_.ids[static_cast<std::size_t>(scene_.random.below(scene_.world.records))]);
        }
        co_await process_->pair.reconcile(std::move(ids));
    }
}

Task<sync::Report> Instance::read_journal() {
    const std::size_t upto = scene_.journal.size();
    std::vector<Id> ids;
    for (std::size_t i = process_->journal_at; i < upto; ++i) {
        ids.push_back(scene_.journal[i].first);
    }
    sync::Report report = co_await process_->pair.reconcile(std::move(ids));
    if (report.unsettled.empty()) {
        process_->journal_at = upto;
        scene_.journal_read = std::max(scene_.journal_read, upto);
    }
    co_return report;
}

Task<void> Instance::follow_journal() {
    process_->journal.be_reliable();
    for (int pass = 0; pass < passes_of_a_round; ++pass) co_await process_->pair.pass();
}

Task<bool> Instance::round() {
    const std::uint64_t before = scene_.duet_writes();
    try {
        co_await open();
        if (scene_.world.journal_alone) {
            co_await follow_journal();
        } else {
            co_await process_->pair.level();
        }
        if (scene_.world.journal) co_await read_journal();
        if (scene_.world.pipeline) {
            std::vector<Id> again{scene_.ids.front()};
            co_await process_->pair.reconcile(std::move(again));
        }
    } catch (const Misconfigured& error) {
        stopped_ = true;
        scene_.tell("duet  stopped: {}", error.what());
    } catch (const Unavailable& error) {
        // Nothing is lost any more; this can only be Duet's own, which asks to be run again.
        scene_.tell("duet  {}", error.what());
        co_return false;
    }
    co_return scene_.duet_writes() == before;
}

}  // namespace duet::simulation
