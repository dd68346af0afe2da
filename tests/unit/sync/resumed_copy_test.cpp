// A first copy of rows that was cut short at any point, by a kill or by a stop: the next process
// goes on copying where it stood, and finds what has changed since.

#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/log.hpp"
#include "world.hpp"

namespace duet::sync {
namespace {

constexpr unsigned records = 24'000;          // about 32 pages
constexpr std::int64_t a_while = 20'000'000;  // after it what is known is saved again

/// No Error: nothing of Duet catches it.
struct Killed {};

/// Lets time pass at each page of rows, and does something at one of them.
struct AtPage final : MemoryHooks {
    World& world;
    int pages = 0;
    int page = -1;
    std::function<void()> act;
    std::int64_t takes = a_while;
    int paused = 0;

    explicit AtPage(World& of) : world(of) {}

    Task<void> before(std::string_view what) override {
        if (what != "table.rows") co_return;
        co_await sleep_for(std::chrono::milliseconds(0));  // another process gets its turn
        world.clock.micros += takes;
        if (world.documents.refresh_paused()) ++paused;
        if (++pages == page) act();
    }
    Task<void> after(std::string_view /*what*/) override { co_return; }
};

struct Process {
    AtPage hooks;
    MemoryTable table;
    Pair pair;
    std::vector<Progress> steps;
    std::size_t most_deletions = 0;  // that waited at one time

    explicit Process(World& world, const PairSettings& settings = {})
        : hooks(world),
          table(world.rows, hooks),
          pair("shop.products", table, world.index, world.state, world.clock, settings,
               [&world, this] { return world.agree(table); }) {
        log::configure(log::Sink::none, log::Level::error);
        pair.on_progress([this](const Progress& step) {
            steps.push_back(step);
            most_deletions = std::max(most_deletions, pair.context().deletions.size());
        });
    }

    Report level() {
        run(pair.open());
        return run(pair.level());
    }
    /// Dies at this page of rows.
    void level_until_killed(int page) {
        hooks.page = page;
        hooks.act = [] { throw Killed{}; };
        EXPECT_THROW(level(), Killed);
    }
    [[nodiscard]] const Progress& first_step() const { return steps.at(0); }
};

struct FilledTable : World {
    FilledTable() {
        for (unsigned i = 0; i < records; ++i) insert(i, "row", i, 1'000 + i);
    }
    /// The first record that has a document, or has none.
    [[nodiscard]] unsigned first(bool copied) const {
        unsigned number = 0;
        while ((documents.find(id_of(number)) != nullptr) != copied) ++number;
        return number;
    }
};

struct Interrupted {
    FilledTable world;

    explicit Interrupted(int page, const PairSettings& settings = {}) {
        Process(world, settings).level_until_killed(page);
    }

    /// Those that have a document.
    [[nodiscard]] unsigned copied() const {
        unsigned count = 0;
        for (unsigned i = 0; i < records; ++i) count += world.documents.find(id_of(i)) ? 1 : 0;
        return count;
    }
    /// What the dead process has saved.
    [[nodiscard]] std::uint64_t saved() const {
        std::uint64_t rows = 0;
        for (const Segment& segment : world.notes.sweeps.at("shop.products").segments)
            rows += segment.count;
        return rows;
    }
    void expect_level() {
        for (unsigned i = 0; i < records; ++i) ASSERT_EQ(world.names(i), "row|row") << i;
        Process another(world);
        EXPECT_EQ(another.level().looked, 0U);
        EXPECT_EQ(another.first_step().what, "following Elasticsearch");
    }
};

TEST(ResumedCopy, goes_on_copying_where_it_was_killed) {
    Interrupted story(18);
    const std::uint64_t saved = story.saved();
    const std::uint64_t unsaved = story.copied() - saved;
    EXPECT_GT(saved, records / 3);
    EXPECT_GT(unsaved, 0U);
    Process next(story.world);
    const Report report = next.level();
    EXPECT_EQ(next.first_step().what, "first copy to Elasticsearch");
    EXPECT_NEAR(next.first_step().part, static_cast<double>(saved) / records, 0.02);
    EXPECT_EQ(next.first_step().records, saved);
    EXPECT_EQ(report.documents_written, records - saved - unsaved);
    EXPECT_GE(report.looked, records - saved + unsaved) << "what exists is refused and looked at";
    EXPECT_LE(report.looked, records - saved + 2 * unsaved) << "the feed may have named it before";
    EXPECT_LE(next.hooks.pages, 24);
    EXPECT_GE(next.hooks.paused, 8);
    EXPECT_FALSE(story.world.documents.refresh_paused());
    story.expect_level();
}

TEST(ResumedCopy, is_a_copy_also_where_nothing_of_it_was_saved) {
    FilledTable world;
    {
        Process first(world);
        first.hooks.takes = 0;
        first.level_until_killed(18);
    }
    Process next(world);
    (void)next.level();
    EXPECT_EQ(next.first_step().what, "first copy to Elasticsearch");
    EXPECT_EQ(next.first_step().part, 0);
    EXPECT_EQ(world.names(0), "row|row");
    EXPECT_EQ(world.names(records - 1), "row|row");
}

TEST(ResumedCopy, survives_one_kill_after_the_other) {
    Interrupted story(2);
    EXPECT_EQ(story.saved(), 0U);
    for (const int page : {18, 10, 2}) {
        Process next(story.world);
        next.level_until_killed(page);
        EXPECT_EQ(next.first_step().what, "first copy to Elasticsearch");
    }
    Process last(story.world);
    (void)last.level();
    EXPECT_GT(last.first_step().part, 0.6);
    story.expect_level();
}

TEST(ResumedCopy, goes_on_where_it_was_stopped) {
    FilledTable world;
    {
        Process first(world);
        first.hooks.page = 18;
        first.hooks.takes = 0;
        first.hooks.act = [&first] { first.pair.stop(); };
        (void)first.level();
    }
    Process next(world);
    (void)next.level();
    EXPECT_EQ(next.first_step().what, "first copy to Elasticsearch");
    EXPECT_GT(next.first_step().part, 0.3);
    EXPECT_LT(next.hooks.pages, 24);
}

TEST(ResumedCopy, finds_the_rows_that_changed_while_nobody_copied) {
    Interrupted story(18);
    FilledTable& world = story.world;
    const unsigned copied = world.first(true);
    const unsigned uncopied = world.first(false);
    for (const unsigned id : {copied, uncopied}) world.insert(id, "newer", 1, world.clock.micros);
    world.insert(records, "new", 1, world.clock.micros);
    Process next(world);
    (void)next.level();
    EXPECT_EQ(next.first_step().what, "first copy to Elasticsearch");
    EXPECT_EQ(world.names(copied), "newer|newer");
    EXPECT_EQ(world.names(uncopied), "newer|newer");
    EXPECT_EQ(world.names(records), "new|new");
}

TEST(ResumedCopy, finds_the_documents_that_others_wrote_meanwhile) {
    Interrupted story(18);
    FilledTable& world = story.world;
    const unsigned copied = world.first(true);
    const unsigned uncopied = world.first(false);
    const std::int64_t now = world.clock.micros;
    world.put(copied, "edited", 1, Version{now});
    world.put(uncopied, "first", 1, Version{now});
    world.put(uncopied + 1, "older", 1, Version{1});
    world.put(records, "theirs", 1, Version{now});
    Process next(world);
    const Report report = next.level();
    EXPECT_EQ(next.first_step().what, "first copy to Elasticsearch");
    EXPECT_EQ(world.names(copied), "edited|edited");
    EXPECT_EQ(world.names(uncopied), "first|first");
    EXPECT_EQ(world.names(uncopied + 1), "row|row");
    EXPECT_EQ(world.names(records), "theirs|theirs");
    EXPECT_EQ(report.kept, 1U);
}

TEST(ResumedCopy, is_a_comparison_where_documents_were_deleted) {
    Interrupted story(18);
    story.world.documents.remove(id_of(story.world.first(true)));
    Process next(story.world);
    (void)next.level();
    EXPECT_EQ(next.first_step().what, "following Elasticsearch");
    EXPECT_EQ(next.steps.back().what, "comparing");
    story.expect_level();
}

TEST(ResumedCopy, begins_anew_in_another_index) {
    Interrupted story(18);
    story.world.documents.recreate();
    Process next(story.world);
    EXPECT_EQ(next.level().documents_written, records);
    EXPECT_EQ(next.first_step().part, 0);
    story.expect_level();
}

TEST(ResumedCopy, may_be_made_by_two_processes_at_a_time) {
    Interrupted story(18);
    Process one(story.world);
    Process other(story.world);
    run(one.pair.open());
    std::vector<Task<void>> both;
    const auto level = [](Pair& pair) -> Task<void> { (void)co_await pair.level(); };
    run(other.pair.open());
    both.push_back(level(one.pair));
    both.push_back(level(other.pair));
    run(when_all(std::move(both)));
    story.expect_level();
}

/// Rows of one partition.
void fill_partition(World& world, int rows) {
    for (int row = 0; row < rows; ++row)
        world.insert(Id::of("large~" + std::to_string(row)), "row", 1'000 + row);
}

TEST(ResumedCopy, is_never_cut_inside_of_a_partition) {
    World world({}, true);
    fill_partition(world, 6'000);
    Process process(world);  // it is time to save after each page
    process.hooks.page = 40;
    process.hooks.act = [] { throw Killed{}; };
    EXPECT_EQ(process.level().documents_written, 6'000U);
}

TEST(ResumedCopy, takes_no_row_of_a_large_partition_for_deleted) {
    PairSettings settings;
    settings.rules.deletes = Deletes::propagate;
    World world(settings, true);
    fill_partition(world, 6'000);
    Process(world, settings).level_until_killed(4);
    Process next(world, settings);
    const Report report = next.level();
    EXPECT_EQ(next.first_step().what, "first copy to Elasticsearch");
    EXPECT_EQ(next.most_deletions, 0U);
    EXPECT_EQ(report.rows_deleted + report.documents_deleted, 0U);
}

TEST(ResumedCopy, knows_gaps_of_any_width) {
    const auto settled = [](std::int64_t after, std::int64_t upto) {
        return Segment{TokenRange{after, upto}, RangeDigest{}, 1};
    };
    const std::vector<Segment> ring = with_gaps({settled(INT64_MIN, 7), settled(8, INT64_MAX - 1)});
    ASSERT_EQ(ring.size(), 4U);
    EXPECT_EQ(ring[1].range, (TokenRange{7, 8}));
    EXPECT_EQ(ring[3].range, (TokenRange{INT64_MAX - 1, INT64_MAX}));
    EXPECT_EQ(with_gaps({}).size(), first_segments) << "none is larger than a sweep begins with";
}

/// What the dead process copied and noted, but could not save, has a document: that this process
/// has not looked at it yet is no sign that somebody deleted it.
TEST(ResumedCopy, takes_no_record_for_deleted) {
    PairSettings settings;
    settings.rules.deletes = Deletes::propagate;
    Interrupted story(18, settings);
    Process next(story.world, settings);
    const Report report = next.level();
    EXPECT_EQ(next.first_step().what, "first copy to Elasticsearch");
    EXPECT_EQ(next.most_deletions, 0U);
    EXPECT_EQ(report.rows_deleted + report.documents_deleted, 0U);
    EXPECT_EQ(story.copied(), records);
}

}  // namespace
}  // namespace duet::sync
