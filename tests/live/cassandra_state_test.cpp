// CassandraState against a real Cassandra.

#include <chrono>

#include "live/cassandra_world.hpp"

namespace duet {
namespace {

using namespace std::chrono_literals;

std::unique_ptr<CassandraState> open(live::CassandraWorld& world) {
    StateOptions options;
    options.keyspace = live::CassandraWorld::keyspace;
    return std::make_unique<CassandraState>(*world.session, world.clock, std::move(options));
}

/// A pair that no earlier test run has used.
std::string new_pair(live::CassandraWorld& world) {
    return "shop.orders_" + std::to_string(world.clock.now());
}

Cursor cursor_at(std::int64_t position) {
    Cursor cursor;
    cursor.index_uuid = "index";
    cursor.history_uuid = "history";
    cursor.shards = {position, -1};
    cursor.first_met = 17;
    cursor.first_positions = {4, -1};
    cursor.table_id = "5f1c2d30-cb4f-11f0-8de9-0242ac120002";
    cursor.columns = {"name", "Größe"};
    cursor.carried = {"*"};
    cursor.joined = {"colour"};
    cursor.joined_positions = {9, 0};
    return cursor;
}

CASSANDRA_STORY(CassandraStateLive, makes_what_is_missing_and_nothing_else) {
    auto state = open(world);
    co_await state->ensure();
    co_await state->ensure();
    const std::vector<std::string> statements = co_await state->ddl_statements();
    EXPECT_EQ(statements.size(), 8U);
    EXPECT_NE(statements[0].find("NetworkTopologyStrategy"), std::string::npos) << statements[0];
    for (std::string statement : statements) {
        (void)co_await world.cql(std::move(statement));  // what people are told to run does run
    }
}

CASSANDRA_STORY(CassandraStateLive, says_the_way_out_where_another_release_made_its_tables) {
    StateOptions options;
    options.keyspace = "duet_of_another_release";
    CassandraState state(*world.session, world.clock, std::move(options));
    (void)co_await world.cql("DROP KEYSPACE IF EXISTS duet_of_another_release");
    co_await state.ensure();
    (void)co_await world.cql("ALTER TABLE duet_of_another_release.cursors DROP joined");
    co_await state.ensure();  // makes tables, and never columns
    std::string remedy;
    try {
        const std::optional<Cursor> cursor = co_await state.load_cursor("shop.orders");
        EXPECT_FALSE(cursor);
    } catch (const Misconfigured& error) {
        remedy = error.hint();
    }
    EXPECT_NE(remedy.find("DROP KEYSPACE \"duet_of_another_release\""), std::string::npos)
        << "remedy: " << remedy;
    (void)co_await world.cql("DROP KEYSPACE duet_of_another_release");
}

CASSANDRA_STORY(CassandraStateLive, a_cursor_is_saved_only_over_the_one_that_was_read) {
    auto state = open(world);
    co_await state->ensure();
    const std::string pair = new_pair(world);
    const std::optional<Cursor> nothing = co_await state->load_cursor(pair);
    EXPECT_FALSE(nothing);
    EXPECT_TRUE(co_await state->save_cursor(pair, cursor_at(1), std::nullopt));
    EXPECT_TRUE(co_await state->save_cursor(pair, cursor_at(2), cursor_at(1)));
    EXPECT_FALSE(co_await state->save_cursor(pair, cursor_at(3), cursor_at(1)));
    EXPECT_FALSE(co_await state->save_cursor(pair, cursor_at(3), std::nullopt));
    const std::optional<Cursor> loaded = co_await state->load_cursor(pair);
    EXPECT_EQ(loaded, cursor_at(2));
    // A reply that was lost: the same save again is not a conflict.
    EXPECT_TRUE(co_await state->save_cursor(pair, cursor_at(2), cursor_at(1)));
    Cursor empty;
    EXPECT_TRUE(co_await state->save_cursor(pair, empty, cursor_at(2)));
    EXPECT_TRUE(co_await state->save_cursor(pair, cursor_at(5), empty));
}

CASSANDRA_STORY(CassandraStateLive, what_the_sweep_knows_comes_back_as_it_was) {
    auto state = open(world);
    co_await state->ensure();
    const std::string pair = new_pair(world);
    const std::optional<SweepNotes> nothing = co_await state->load_sweep(pair);
    EXPECT_FALSE(nothing);
    SweepNotes notes{-17, 3, {}, {4, -1}};
    for (const TokenRange range : {TokenRange{INT64_MIN, -5}, TokenRange{7, INT64_MAX}}) {
        RangeDigest digest{2, UINT64_MAX - 1, {}, INT64_MAX, INT64_MIN};
        if (range.after == 7) digest.columns = {1, UINT64_MAX};
        notes.segments.push_back(Segment{range, digest, digest.count});
    }
    co_await state->save_sweep(pair, notes);
    const std::optional<SweepNotes> loaded = co_await state->load_sweep(pair);
    EXPECT_EQ(loaded, notes);
    notes.copying = true;
    co_await state->save_sweep(pair, notes);
    const std::optional<SweepNotes> half = co_await state->load_sweep(pair);
    EXPECT_EQ(half, notes);
    notes.ends = true;
    notes.round_due = -3;
    for (const std::vector<std::int64_t>& position : {std::vector<std::int64_t>{5}, {1, 2, 3}}) {
        notes.position = position;
        co_await state->save_sweep(pair, notes);
        const std::optional<SweepNotes> known = co_await state->load_sweep(pair);
        EXPECT_EQ(known, notes);
    }
    const SweepNotes empty;
    co_await state->save_sweep(pair, empty);
    const std::optional<SweepNotes> emptied = co_await state->load_sweep(pair);
    EXPECT_EQ(emptied, empty);
}

CASSANDRA_STORY(CassandraStateLive, quarantine_keeps_all_of_an_entry) {
    auto state = open(world);
    co_await state->ensure();
    const std::string pair = new_pair(world);
    QuarantineEntry entry;
    entry.id = world.new_id();
    entry.side = "elasticsearch";
    entry.refusal = Refusal{"price", "abc\xFF", "no number"};
    entry.row_version = Version{5};
    entry.row_digest = UINT64_MAX - 3;
    entry.document_guard = Guard{2, 77, 3};
    entry.row_json = "{\"a\":1}";
    entry.first_seen = 1;
    entry.last_seen = 2;
    entry.tries = 3;
    QuarantineEntry copy = entry;
    co_await state->put_quarantine(pair, std::move(copy));
    const std::vector<QuarantineEntry> entries = co_await state->list_quarantine(pair);
    EXPECT_EQ(entries.size(), 1U);
    const QuarantineEntry& found = entries.at(0);
    EXPECT_EQ(found.id, entry.id);
    EXPECT_EQ(found.side, entry.side);
    EXPECT_EQ(found.refusal.field, "price");
    EXPECT_EQ(found.refusal.reason, "no number");
    EXPECT_EQ(found.row_version, entry.row_version);
    EXPECT_FALSE(found.document_version);
    EXPECT_FALSE(found.row_newest_write);
    EXPECT_EQ(found.row_digest, entry.row_digest);
    EXPECT_EQ(found.document_guard, entry.document_guard);
    EXPECT_EQ(found.tries, 3);
    EXPECT_EQ(found.last_seen, 2);
    const auto whole = co_await state->find_quarantine(pair, entry.id);
    EXPECT_EQ(whole.value().row_json, entry.row_json);
    EXPECT_EQ(whole.value().document_json, "");
    EXPECT_EQ(whole.value().refusal.reason, "no number");
    co_await state->remove_quarantine(pair, entry.id);
    const std::vector<QuarantineEntry> none = co_await state->list_quarantine(pair);
    EXPECT_TRUE(none.empty());
    const auto nothing = co_await state->find_quarantine(pair, entry.id);
    EXPECT_FALSE(nothing);
}

CASSANDRA_STORY(CassandraStateLive, a_retry_moves_the_guard_and_nothing_else) {
    auto state = open(world);
    co_await state->ensure();
    const std::string pair = new_pair(world);
    QuarantineEntry entry;
    entry.id = world.new_id();
    entry.side = "cassandra";
    entry.document_guard = Guard{2, 77, 3};
    entry.document_json = "{\"a\":1}";
    entry.tries = 3;
    QuarantineEntry copy = entry;
    co_await state->put_quarantine(pair, std::move(copy));
    co_await state->retry_quarantine(pair, entry.id);
    const auto retried = co_await state->find_quarantine(pair, entry.id);
    EXPECT_EQ(retried.value().document_guard, (Guard{-1, -2, 0}));
    EXPECT_EQ(retried.value().document_json, entry.document_json);
    EXPECT_EQ(retried.value().side, "cassandra");
    EXPECT_EQ(retried.value().tries, 3);
    const Id released = world.new_id();
    co_await state->retry_quarantine(pair, released);
    EXPECT_EQ(co_await state->find_quarantine(pair, released), std::nullopt);
    const std::vector<QuarantineEntry> entries = co_await state->list_quarantine(pair);
    EXPECT_EQ(entries.size(), 1U);
}

CASSANDRA_STORY(CassandraStateLive, what_is_listed_may_be_more_than_an_answer_holds) {
    auto state = open(world);
    co_await state->ensure();
    const std::string pair = new_pair(world);
    constexpr std::size_t records = 9;  // of 8 MiB each: an answer has 64 MiB at most
    const std::string half = "{\"a\":\"" + std::string(4U << 20, 'x') + "\"}";
    const std::string whole = "{\"a\":\"" + std::string(8U << 20, 'x') + "\"}";
    for (std::size_t i = 0; i < records; ++i) {
        QuarantineEntry entry;
        entry.id = world.new_id();
        entry.side = "cassandra";
        entry.row_json = half;
        entry.document_json = half;
        std::vector<Beaten> beaten(1);
        beaten[0].id = entry.id;
        beaten[0].beaten_at = world.clock.now();
        beaten[0].side = "cassandra";
        beaten[0].json = whole;
        co_await state->put_quarantine(pair, std::move(entry));
        co_await state->put_beaten(pair, std::move(beaten), 1h);
    }
    const std::vector<QuarantineEntry> entries = co_await state->list_quarantine(pair);
    EXPECT_EQ(entries.size(), records);
    EXPECT_EQ(entries.at(0).row_json, "");
    const auto found = co_await state->find_quarantine(pair, entries.at(8).id);
    EXPECT_TRUE(found.value().row_json == half);
    EXPECT_TRUE(found.value().document_json == half);
    const std::vector<Beaten> all = co_await state->list_beaten(pair, 1'000);
    EXPECT_EQ(all.size(), records);
    EXPECT_EQ(all.at(0).json, "");
    const auto content = co_await state->beaten_json(pair, all.at(8));
    EXPECT_TRUE(content == whole);
    for (const QuarantineEntry& entry : entries) co_await state->remove_quarantine(pair, entry.id);
}

CASSANDRA_STORY(CassandraStateLive, what_is_kept_of_one_record_is_found_among_others) {
    auto state = open(world);
    co_await state->ensure();
    const std::string pair = new_pair(world);
    constexpr std::int64_t day = 86'400'000'000;
    const std::int64_t now = world.clock.now();
    const Id wanted = Id::of("sensor.1");
    std::vector<Beaten> beaten(1'500);  // more than a page
    for (std::size_t i = 0; i < beaten.size(); ++i) {
        beaten[i].id = i == 1'400 ? wanted : world.new_id();
        beaten[i].beaten_at = now - static_cast<std::int64_t>(i);
        beaten[i].side = "cassandra";
        beaten[i].json = "{\"n\":" + std::to_string(i) + "}";
    }
    beaten[3].id = wanted;
    beaten[3].beaten_at = now - 2 * day;
    co_await state->put_beaten(pair, beaten, 1h);
    const std::vector<Beaten> both = co_await state->find_beaten(pair, wanted, 10);
    EXPECT_EQ(both.size(), 2U);
    const auto newest = co_await state->beaten_json(pair, both.at(0));
    EXPECT_EQ(newest, "{\"n\":1400}");
    const auto oldest = co_await state->beaten_json(pair, both.at(1));
    EXPECT_EQ(oldest, "{\"n\":3}");
    const std::vector<Beaten> one = co_await state->find_beaten(pair, wanted, 1);
    EXPECT_EQ(one.size(), 1U);
    const Id other = world.new_id();
    const std::vector<Beaten> none = co_await state->find_beaten(pair, other, 10);
    EXPECT_TRUE(none.empty());
}

CASSANDRA_STORY(CassandraStateLive, the_beaten_are_listed_newest_first_over_days) {
    auto state = open(world);
    co_await state->ensure();
    const std::string pair = new_pair(world);
    constexpr std::int64_t day = 86'400'000'000;
    const std::int64_t now = world.clock.now();
    std::vector<Beaten> beaten(120);
    for (std::size_t i = 0; i < beaten.size(); ++i) {
        beaten[i].id = world.new_id();
        beaten[i].beaten_at =
            now - static_cast<std::int64_t>(i % 3) * day - static_cast<std::int64_t>(i);
        beaten[i].side = "cassandra";
        beaten[i].winner = Version{9};
        beaten[i].json = "{}";
        beaten[i].reason = "V8";
    }
    co_await state->put_beaten(pair, beaten, 1h);
    const std::vector<Beaten> all = co_await state->list_beaten(pair, 1'000);
    EXPECT_EQ(all.size(), 120U);
    EXPECT_TRUE(std::is_sorted(all.begin(), all.end(), [](const Beaten& a, const Beaten& b) {
        return a.beaten_at > b.beaten_at;
    }));
    EXPECT_EQ(all.at(0).id, beaten[0].id);
    EXPECT_EQ(all.at(0).winner, Version{9});
    EXPECT_FALSE(all.at(0).version);
    const std::vector<Beaten> few = co_await state->list_beaten(pair, 7);
    EXPECT_EQ(few.size(), 7U);
}

CASSANDRA_STORY(CassandraStateLive, the_beaten_are_forgotten_when_their_time_is_up) {
    auto state = open(world);
    co_await state->ensure();
    const std::string pair = new_pair(world);
    std::vector<Beaten> beaten(1);
    beaten[0].beaten_at = world.clock.now();
    co_await state->put_beaten(pair, beaten, 1s);
    co_await sleep_for(2'500ms);
    const std::vector<Beaten> left = co_await state->list_beaten(pair, 10);
    EXPECT_TRUE(left.empty());
}

CASSANDRA_STORY(CassandraStateLive, a_lease_has_one_owner_until_it_ends) {
    auto state = open(world);
    co_await state->ensure();
    const std::string name = new_pair(world);
    EXPECT_TRUE(co_await state->acquire_lease(name, "one", 2s));
    EXPECT_FALSE(co_await state->acquire_lease(name, "other", 2s));
    EXPECT_TRUE(co_await state->acquire_lease(name, "one", 2s));
    co_await sleep_for(3'500ms);
    EXPECT_TRUE(co_await state->acquire_lease(name, "other", 60s));
    co_await state->release_lease(name, "one");  // not its own
    EXPECT_FALSE(co_await state->acquire_lease(name, "one", 2s));
    co_await state->release_lease(name, "other");
    EXPECT_TRUE(co_await state->acquire_lease(name, "one", 2s));
}

CASSANDRA_STORY(CassandraStateLive, notes_of_what_was_agreed_are_found_by_id_and_by_range) {
    auto state = open(world);
    co_await state->ensure();
    const std::string pair = new_pair(world);
    std::vector<AgreedNote> notes;
    for (int i = 0; i < 200; ++i) {
        AgreedNote note;
        note.id = Id::of("record " + std::to_string(i));
        note.token = INT64_MIN + 1 + static_cast<std::int64_t>(i) * (INT64_MAX / 100);
        note.agreed.kind = Agreed::Kind::record;
        note.agreed.version = Version{1'000 + i};
        notes.push_back(std::move(note));
    }
    notes[7].agreed.kind = Agreed::Kind::deletion;
    notes[7].agreed.upto = 77;
    const std::vector<AgreedNote> put = notes;
    co_await state->put_agreed(pair, 5, notes);
    for (AgreedNote& note : notes) note.agreed = Agreed{};
    co_await state->load_agreed(pair, 5, notes);
    for (std::size_t i = 0; i < notes.size(); ++i) {
        EXPECT_TRUE(notes[i].agreed.same_as(put[i].agreed)) << i;
        EXPECT_GT(notes[i].agreed.noted_at, 1'000'000'000'000'000) << i;
    }
    TokenRange rest;
    std::size_t listed = 0;
    for (bool complete = false; !complete;) {
        const AgreedPage page = co_await state->list_agreed(pair, 5, rest, 30);
        complete = page.complete;
        for (const AgreedNote& note : page.notes) {
            EXPECT_EQ(note.id, put[listed].id);
            EXPECT_TRUE(note.agreed.same_as(put[listed].agreed));
            EXPECT_GT(note.token, rest.after);
            ++listed;
        }
        rest.after = page.read_upto;
    }
    EXPECT_EQ(listed, put.size());
    const TokenRange part{put[20].token, put[30].token};
    const AgreedPage page = co_await state->list_agreed(pair, 5, part, 1'000);
    EXPECT_EQ(page.notes.size(), 10U);
    const AgreedPage other = co_await state->list_agreed(pair, 6, part, 1'000);
    EXPECT_TRUE(other.notes.empty());
    // A record again where a deletion was noted.
    std::vector<AgreedNote> again{put[7]};
    again[0].agreed = Agreed{Agreed::Kind::record, Version{9'000}, INT64_MIN, 0};
    const std::vector<AgreedNote> record = again;
    co_await state->put_agreed(pair, 5, record);
    co_await state->load_agreed(pair, 5, again);
    EXPECT_TRUE(again[0].agreed.same_as(record[0].agreed));
}

}  // namespace
}  // namespace duet
