#include "stores/memory/table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "fixture.hpp"

namespace duet {
namespace {

/// Lets a user act between two steps of a store: once, before the n-th call of an operation.
class Interruption final : public MemoryHooks {
public:
    [[nodiscard]] Task<void> before(std::string_view operation) override {
        if (operation == at && --calls == 0) act();
        co_return;
    }
    [[nodiscard]] Task<void> after(std::string_view operation) override {
        if (operation == lost) throw Unavailable("the reply was lost");
        co_return;
    }
    std::string at;
    int calls = 1;
    std::function<void()> act;
    std::string lost;
};

class MemoryTableTest : public testing::Test {
protected:
    explicit MemoryTableTest(std::optional<Precision> precision = Precision::milliseconds)
        : rows_({"t", true, two_columns(), precision}, clock_), table_(rows_, hooks_) {
        run(table_.provision(two_column_schema(), false));
    }

    State look() {
        const std::vector<Id> ids{id_};
        return run(table_.look(ids)).front();
    }

    /// Writes a content as Duet does; `previous`: what it has seen there.
    Outcome write(Value a, Value b, std::int64_t timestamp, const State* previous = nullptr) {
        Content content;
        content.values = {std::move(a), std::move(b)};
        Write write;
        write.id = id_;
        write.content = &content;
        write.version = Version{timestamp};
        write.timestamp = timestamp;
        write.previous = previous;
        const std::vector<Write> writes{write};
        return run(table_.apply(writes)).front();
    }

    const Id id_ = id_of(1);
    SetClock clock_;
    Interruption hooks_;
    MemoryRows rows_;
    MemoryTable table_;
};

TEST_F(MemoryTableTest, a_row_that_is_not_there_has_no_version) {
    EXPECT_FALSE(look().exists);
    EXPECT_FALSE(look().version);
}

TEST_F(MemoryTableTest, the_version_is_the_newest_write_time) {
    rows_.insert(id_, row_of(100, text("x"), text("y")));
    RowWrite update;
    update.timestamp = 300;
    update.values = {{"b", text("z")}};
    rows_.update(id_, update);
    EXPECT_EQ(look().version, Version{300});
    EXPECT_FALSE(look().stamped);
}

TEST_F(MemoryTableTest,
       a_stamp_that_carries_the_newest_write_time_is_the_version_cut_to_the_column) {
    RowWrite stamped = row_of(5'000, text("x"), text("y"));
    stamped.stamp = Version{4'321};
    rows_.insert(id_, stamped);
    EXPECT_TRUE(look().stamped);
    EXPECT_EQ(look().version, Version{4'000});
    EXPECT_EQ(look().newest_write, 5'000);
}

TEST_F(MemoryTableTest, a_stamp_below_a_newer_cell_is_not_the_version) {
    RowWrite stamped = row_of(5'000, text("x"), text("y"));
    stamped.stamp = Version{9'000};
    rows_.insert(id_, stamped);
    rows_.update(id_, row_of(6'000, text("z"), text("z")));
    EXPECT_FALSE(look().stamped);
    EXPECT_EQ(look().version, Version{6'000});
}

TEST_F(MemoryTableTest, a_row_of_a_key_alone_exists_without_a_version) {
    RowWrite key_only;
    key_only.timestamp = 100;
    rows_.insert(id_, key_only);
    EXPECT_TRUE(look().exists);
    EXPECT_FALSE(look().version);
}

TEST_F(MemoryTableTest, an_updated_row_vanishes_with_its_last_value) {
    RowWrite update;
    update.timestamp = 100;
    update.values = {{"a", text("x")}};
    rows_.update(id_, update);
    update.timestamp = 200;
    update.values = {{"a", Value()}};
    rows_.update(id_, update);
    EXPECT_FALSE(look().exists);
}

TEST_F(MemoryTableTest, a_deletion_hides_writes_of_the_same_time_and_older) {
    rows_.remove(id_, 3'000);
    rows_.insert(id_, row_of(3'000, text("x"), text("y")));
    EXPECT_FALSE(look().exists);
    rows_.insert(id_, row_of(3'001, text("x"), text("y")));
    EXPECT_TRUE(look().exists);
}

TEST_F(MemoryTableTest, a_row_expires_and_its_write_time_goes_with_it) {
    RowWrite write = row_of(500, text("x"), text("y"));
    write.expires_at = 2'000;
    rows_.update(id_, write);
    EXPECT_EQ(look().expires_at, 2'000);
    clock_.micros = 2'000;
    EXPECT_FALSE(look().exists);
    EXPECT_FALSE(look().newest_write);
}

TEST_F(MemoryTableTest, a_row_ends_with_its_last_cell_and_changes_with_its_first) {
    RowWrite write = row_of(500, text("x"), text("y"));
    write.expires_at = 9'000;
    rows_.insert(id_, write);
    RowWrite update;
    update.timestamp = 600;
    update.values = {{"a", text("z")}};
    update.expires_at = 5'000;
    rows_.update(id_, update);
    EXPECT_EQ(look().changes_at, 5'000);
    EXPECT_EQ(look().expires_at, 9'000);
    update.timestamp = 700;
    update.expires_at = 0;
    rows_.update(id_, update);
    EXPECT_EQ(look().changes_at, 9'000);
    EXPECT_FALSE(look().expires_at) << "a cell without a TTL keeps the row for ever";
}

TEST_F(MemoryTableTest, a_write_that_reads_back_equal_is_applied) {
    EXPECT_EQ(write(text("x"), Value(), 100).kind, Outcome::Kind::applied);
    EXPECT_EQ(look().content.values[0], text("x"));
}

TEST_F(MemoryTableTest, a_write_under_a_deletion_is_hidden) {
    rows_.remove(id_, 200);
    EXPECT_EQ(write(text("x"), text("y"), 100).kind, Outcome::Kind::hidden);
}

TEST_F(MemoryTableTest, a_write_that_a_newer_cell_covers_is_superseded) {
    hooks_.at = "table.read";
    hooks_.act = [this] { rows_.update(id_, row_of(900, text("user"), text("user"))); };
    EXPECT_EQ(write(text("x"), text("y"), 100).kind, Outcome::Kind::superseded);
}

TEST_F(MemoryTableTest, null_is_written_only_where_a_value_was_seen) {
    rows_.insert(id_, row_of(100, text("old"), text("old")));
    const State seen = look();
    EXPECT_EQ(write(text("x"), Value(), 200, &seen).kind, Outcome::Kind::applied);
    EXPECT_TRUE(look().content.values[1].is_null());
}

TEST_F(MemoryTableTest, a_column_that_turned_up_meanwhile_is_nulled_if_it_is_older) {
    hooks_.at = "table.write";
    hooks_.act = [this] { rows_.insert(id_, row_of(150, text("user"), text("user"))); };
    EXPECT_EQ(write(text("x"), Value(), 200).kind, Outcome::Kind::applied);
    EXPECT_EQ(look().content.values[0], text("x"));
    EXPECT_TRUE(look().content.values[1].is_null());
}

TEST_F(MemoryTableTest, a_column_that_turned_up_newer_stays_and_supersedes) {
    hooks_.at = "table.write";
    hooks_.act = [this] { rows_.insert(id_, row_of(250, text("user"), text("user"))); };
    EXPECT_EQ(write(text("x"), Value(), 200).kind, Outcome::Kind::superseded);
    EXPECT_EQ(look().content.values[1], text("user"));
}

TEST_F(MemoryTableTest, a_lost_reply_may_hide_a_write_that_happened) {
    hooks_.lost = "table.write";
    EXPECT_THROW(write(text("x"), text("y"), 100), Unavailable);
    EXPECT_TRUE(rows_.view(id_).exists);
}

TEST_F(MemoryTableTest, a_record_that_the_server_refuses_is_refused_alone) {
    rows_.refuse([this](const Id& id) {
        return id == id_ ? std::optional(Refusal{"a", "x", "no"}) : std::nullopt;
    });
    const Outcome outcome = write(text("x"), text("y"), 100);
    EXPECT_EQ(outcome.kind, Outcome::Kind::refused);
    EXPECT_EQ(outcome.refusal.field, "a");
    EXPECT_FALSE(look().exists);
}

TEST_F(MemoryTableTest, the_digest_of_a_first_copy_is_what_the_server_says_afterwards) {
    Content content;
    content.values = {text("x"), Value()};
    Write first;
    first.id = id_;
    first.content = &content;
    first.version = Version{7'000};
    first.timestamp = 7'000;
    RangeDigest expected = table_.digest_of(first);
    Write second = first;
    second.id = id_of(2);
    second.timestamp = 8'000;
    expected += table_.digest_of(second);
    const std::vector<Write> writes{first, second};
    const auto outcomes = run(table_.insert(writes));
    EXPECT_EQ(outcomes.size(), 2U);
    EXPECT_EQ(run(table_.digest(TokenRange{})), expected);
}

TEST_F(MemoryTableTest, what_was_written_is_confirmed_until_anything_of_it_changes) {
    Content content;
    content.values = {text("x"), Value()};
    Write write;
    write.id = id_;
    write.content = &content;
    write.version = Version{7'000};
    write.timestamp = 7'000;
    const std::vector<Write> writes{write};
    const auto confirmed = [&] {
        return run(table_.confirm(TokenRange{}, table_.digest_of(write))).has_value();
    };
    EXPECT_EQ(run(table_.confirm(TokenRange{}, RangeDigest{})), run(table_.digest(TokenRange{})));
    EXPECT_FALSE(confirmed());
    EXPECT_EQ(run(table_.insert(writes)).size(), 1U);
    EXPECT_TRUE(confirmed());
    EXPECT_FALSE(run(table_.confirm(TokenRange{}, RangeDigest{})));
    rows_.update(id_, row_of(6'000, Value(), text("late")));
    EXPECT_FALSE(confirmed()) << "a column that the winner lacks has turned up";
    rows_.update(id_, row_of(6'000, Value(), Value()));
    EXPECT_TRUE(confirmed());
    rows_.update(id_, row_of(7'000, Value(), Value()));
    EXPECT_FALSE(confirmed()) << "a cell is hidden";
}

TEST_F(MemoryTableTest, another_row_and_a_newer_write_are_not_confirmed) {
    Content content;
    content.values = {text("x"), text("y")};
    Write write;
    write.id = id_;
    write.content = &content;
    write.timestamp = 7'000;
    const std::vector<Write> writes{write};
    EXPECT_EQ(run(table_.insert(writes)).size(), 1U);
    const auto confirmed = [&] {
        return run(table_.confirm(TokenRange{}, table_.digest_of(write))).has_value();
    };
    EXPECT_TRUE(confirmed());
    rows_.insert(id_of(2), row_of(1'000, Value(), Value()));
    EXPECT_FALSE(confirmed());
    rows_.remove(id_of(2), 1'000);
    EXPECT_TRUE(confirmed());
    rows_.update(id_, row_of(7'001, text("newer"), text("y")));
    EXPECT_FALSE(confirmed());
}

TEST_F(MemoryTableTest, the_digests_of_pages_add_up_to_that_of_the_range) {
    rows_.insert(id_, row_of(5'000, text("x"), text("y")));
    rows_.insert(id_of(2), row_of(9'000, text("x"), Value()));
    RowPage page = run(table_.rows(TokenRange{}, 1, "", Detail::contents));
    RangeDigest sum = page.digest;
    EXPECT_EQ(sum.count, 1U);
    page = run(table_.rows(TokenRange{page.read_upto, INT64_MAX}, 10, "", Detail::contents));
    sum += page.digest;
    EXPECT_EQ(run(table_.digest(TokenRange{})), sum);
}

TEST_F(MemoryTableTest, the_digest_moves_with_an_older_timestamp) {
    rows_.insert(id_, row_of(5'000, text("x"), text("y")));
    rows_.insert(id_of(2), row_of(9'000, text("x"), text("y")));
    const RangeDigest before = run(table_.digest(TokenRange{}));
    rows_.update(id_, row_of(6'000, text("x"), text("y")));
    EXPECT_NE(run(table_.digest(TokenRange{})), before);
}

TEST_F(MemoryTableTest, the_digest_misses_larger_bytes_at_the_same_timestamp) {
    rows_.insert(id_, row_of(5'000, text("x"), text("y")));
    const RangeDigest before = run(table_.digest(TokenRange{}));
    rows_.update(id_, row_of(5'000, text("z"), text("z")));
    EXPECT_EQ(look().content.values[0], text("z"));
    EXPECT_EQ(run(table_.digest(TokenRange{})), before);
}

TEST_F(MemoryTableTest, pages_cover_a_range_once_in_token_order) {
    for (std::uint64_t i = 1; i <= 20; ++i) rows_.insert(id_of(i), row_of(1, text("x"), text("y")));
    std::vector<Id> seen;
    TokenRange range;
    for (bool complete = false; !complete;) {
        const RowPage page = run(table_.rows(range, 3, "", Detail::contents));
        complete = page.complete;
        for (const Change& change : page.rows) seen.push_back(change.id);
        range.after = page.read_upto;
    }
    EXPECT_EQ(seen.size(), 20U);
    EXPECT_TRUE(std::ranges::is_sorted(seen, {}, [this](const Id& id) { return rows_.token(id); }));
}

TEST_F(MemoryTableTest, a_page_of_one_partition_goes_on_inside_of_it) {
    MemoryRows::Options options;
    options.columns = rows_.options().columns;
    options.partitions = true;
    MemoryRows rows(options, clock_);
    MemoryTable table(rows, hooks_);
    run(table.provision(run(table.describe()), false));
    for (int i = 0; i < 10; ++i) {
        rows.insert(Id::of("a~" + std::to_string(i)), row_of(1, text("x"), text("y")));
        rows.insert(Id::of("b" + std::to_string(i) + "~"), row_of(1, text("x"), text("y")));
    }
    std::set<Id> seen;
    RangeDigest sum;
    TokenRange range;
    std::string inside;
    for (bool complete = false; !complete;) {
        RowPage page = run(table.rows(range, 3, inside, Detail::contents));
        for (const Change& change : page.rows) EXPECT_TRUE(seen.insert(change.id).second);
        complete = page.complete;
        sum += page.digest;
        range.after = page.read_upto;
        inside = page.inside;
    }
    EXPECT_EQ(seen.size(), 20U);
    EXPECT_EQ(run(table.digest(TokenRange{})), sum);
}

class MemoryTableWithoutVersionTest : public MemoryTableTest {
protected:
    MemoryTableWithoutVersionTest() : MemoryTableTest(std::nullopt) {}
};

TEST_F(MemoryTableWithoutVersionTest, write_time_alone_is_the_version) {
    EXPECT_EQ(write(text("x"), text("y"), 1'234).kind, Outcome::Kind::applied);
    EXPECT_EQ(look().version, Version{1'234});
    EXPECT_FALSE(look().stamped);
}

}  // namespace
}  // namespace duet
