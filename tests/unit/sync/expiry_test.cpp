// V10: records that end by themselves (TTL), told as whole stories.

#include <gtest/gtest.h>

#include "sync/verifier.hpp"
#include "world.hpp"

namespace duet::sync {
namespace {

constexpr std::int64_t second = 1'000'000;

/// What a pair agrees on with an index that has such a field, or not.
Task<Schema> agree_with(World& world, bool expiry_field) {
    Schema schema = co_await world.agree();
    if (!expiry_field) schema.expiry_field.clear();
    co_return schema;
}

/// What a pair agrees on that sees the index through another client.
Task<Schema> agree_through(World& world, MemoryIndex& index) {
    Schema schema = co_await world.agree();
    co_await index.provision(schema, false);
    co_return schema;
}

struct ExpiringWorld : World {
    using World::World;

    std::int64_t after(std::int64_t seconds) const { return clock.micros + seconds * second; }
    void insert_with_end(unsigned number, std::string name, std::int64_t end) {
        RowWrite write;
        write.timestamp = clock.micros;
        write.values = {{"name", Value(std::move(name))}, {"stock", Value(std::int64_t{1})}};
        write.expires_at = end;
        rows.insert(id_of(number), write);
    }
    void put_with_end(unsigned number, std::string name, std::int64_t end) {
        DocumentWrite write;
        write.fields = {{"name", Value(std::move(name))}, {"stock", Value(std::int64_t{1})}};
        write.stamp = Version{clock.micros};
        write.expires_at = end;
        documents.index(id_of(number), write);
    }
    std::optional<std::int64_t> document_end(unsigned number) const {
        const Document* document = documents.find(id_of(number));
        return document == nullptr ? std::nullopt : document->expires_at;
    }
    /// One pass a second, for so many seconds.
    Report pass(int seconds) {
        Report total;
        for (int i = 0; i < seconds; ++i) {
            clock.micros += second;
            Report report = run(pair->pass());
            total += report;
        }
        return total;
    }
};

TEST(Expiry, a_row_with_a_ttl_tells_its_end_in_its_document_and_takes_it_along) {
    ExpiringWorld world;
    const std::int64_t end = world.after(30);
    world.insert_with_end(1, "lamp", end);
    world.insert(2, "chair", 1, world.clock.micros);
    (void)world.level();
    EXPECT_EQ(world.names(1), "lamp|lamp");
    EXPECT_EQ(world.document_end(1), end);
    EXPECT_FALSE(world.document_end(2));
    EXPECT_TRUE(world.pass(20).idle()) << "an end that is the same is no change";
    const Report report = world.pass(15);
    EXPECT_EQ(report.expired, 1U);
    EXPECT_EQ(report.rows_written, 0U);
    EXPECT_EQ(world.names(1), "-|-");
    EXPECT_EQ(world.names(2), "chair|chair");
    EXPECT_TRUE(world.notes.beaten["shop.products"].empty());
}

TEST(Expiry, a_document_with_an_end_gives_its_row_the_remaining_ttl) {
    ExpiringWorld world;
    (void)world.level();
    const std::int64_t end = world.after(30);
    world.put_with_end(1, "lamp", end);
    (void)world.pass(2);
    EXPECT_EQ(world.rows.view(id_of(1)).expires_at, end);
    (void)world.pass(35);
    EXPECT_EQ(world.names(1), "-|-");
}

TEST(Expiry, a_first_copy_of_documents_brings_their_ends) {
    ExpiringWorld world;
    const std::int64_t end = world.after(30);
    world.put_with_end(1, "lamp", end);
    world.put_with_end(2, "past", world.after(-30));
    (void)world.level();
    EXPECT_EQ(world.rows.view(id_of(1)).expires_at, end);
    EXPECT_EQ(world.names(2), "-|-");
    ASSERT_EQ(world.notes.beaten["shop.products"].size(), 1U) << "it was never level";
    (void)world.pass(35);
    EXPECT_EQ(world.names(1), "-|-");
}

TEST(Expiry, an_end_alone_that_changes_is_brought_across) {
    ExpiringWorld world;
    world.insert_with_end(1, "lamp", world.after(30));
    (void)world.level();
    const std::int64_t later = world.after(300);
    DocumentWrite longer;
    longer.expires_at = later;
    world.documents.update(id_of(1), longer);
    (void)world.pass(2);
    EXPECT_EQ(world.rows.view(id_of(1)).expires_at, later);
    DocumentWrite for_ever;
    for_ever.lives_on = true;
    world.documents.update(id_of(1), for_ever);
    (void)world.pass(2);
    EXPECT_TRUE(world.rows.view(id_of(1)).exists);
    EXPECT_FALSE(world.rows.view(id_of(1)).expires_at);
    EXPECT_TRUE(world.pass(20).idle());
}

TEST(Expiry, a_row_written_again_with_another_ttl_moves_the_documents_end) {
    ExpiringWorld world;
    world.insert_with_end(1, "lamp", world.after(30));
    (void)world.level();
    world.clock.micros += second;
    const std::int64_t later = world.after(300);
    world.insert_with_end(1, "lamp", later);
    (void)world.pass(10);
    EXPECT_EQ(world.document_end(1), later);
}

TEST(Expiry, a_cell_that_ends_alone_is_cleared_in_the_document_at_once) {
    ExpiringWorld world;
    world.insert(1, "lamp", 7, world.clock.micros);
    RowWrite update;
    update.timestamp = world.clock.micros + 1;
    update.values = {{"stock", Value(std::int64_t{8})}};
    update.expires_at = world.after(30);
    world.rows.update(id_of(1), update);
    (void)world.level();
    EXPECT_FALSE(world.document_end(1)) << "the name keeps the row for ever";
    EXPECT_TRUE(world.documents.find(id_of(1))->fields.contains("stock"));
    (void)world.pass(31);
    EXPECT_FALSE(world.documents.find(id_of(1))->fields.contains("stock"));
    EXPECT_EQ(world.names(1), "lamp|lamp");
}

TEST(Expiry, a_row_whose_key_outlives_its_cells_keeps_a_document) {
    ExpiringWorld world;
    RowWrite key_only;
    key_only.timestamp = world.clock.micros;
    world.rows.insert(id_of(1), key_only);
    RowWrite update;
    update.timestamp = world.clock.micros;
    update.values = {{"name", Value(std::string("lamp"))}};
    update.expires_at = world.after(30);
    world.rows.update(id_of(1), update);
    (void)world.level();
    EXPECT_EQ(world.document_end(1), update.expires_at);
    (void)world.pass(40);
    ASSERT_NE(world.documents.find(id_of(1)), nullptr);
    EXPECT_TRUE(world.documents.find(id_of(1))->fields.empty());
    EXPECT_TRUE(world.pass(20).idle());
}

TEST(Expiry, an_edit_of_a_document_that_has_ended_does_not_bring_it_back_but_is_kept) {
    ExpiringWorld world;
    world.insert_with_end(1, "lamp", world.after(30));
    (void)world.level();
    world.clock.micros += 31 * second;
    DocumentWrite edit;
    edit.fields = {{"name", Value(std::string("too late"))}};
    world.documents.update(id_of(1), edit);
    (void)world.pass(10);
    EXPECT_EQ(world.names(1), "-|-");
    ASSERT_FALSE(world.notes.beaten["shop.products"].empty());
    const Beaten& kept = world.notes.beaten["shop.products"].front().beaten;
    EXPECT_NE(kept.json.find("too late"), std::string::npos);
    EXPECT_EQ(kept.reason, "its time had run out (TTL)");
}

TEST(Expiry, a_document_given_more_time_after_its_row_ended_brings_it_back) {
    ExpiringWorld world;
    world.insert_with_end(1, "lamp", world.after(30));
    (void)world.level();
    world.clock.micros += 31 * second;
    world.put_with_end(1, "again", world.after(300));
    (void)world.pass(10);
    EXPECT_EQ(world.names(1), "again|again");
}

TEST(Expiry, ends_that_were_forgotten_are_found_by_the_sweep) {
    ExpiringWorld world;
    for (unsigned i = 0; i < 20; ++i) world.insert_with_end(i, "lamp", world.after(30));
    (void)world.level();
    world.pair = world.new_pair({});
    world.clock.micros += 40 * second;
    (void)world.level();
    EXPECT_EQ(world.names(3), "-|-");
    EXPECT_EQ(world.rows.view(id_of(3)).exists, false);
}

TEST(Expiry, a_fast_clock_removes_nothing_before_the_server_says_so) {
    ExpiringWorld world;
    SettableClock fast;
    world.insert_with_end(1, "lamp", world.after(30));
    (void)world.level();
    fast.micros = world.clock.micros + 35 * second;
    world.table.read_by(fast);
    MemoryIndex index(world.documents, world.hooks, fast);
    Pair hasty("shop.products", world.table, index, world.state, fast, {},
               [&] { return agree_through(world, index); });
    run(hasty.open());
    const Report early = run(hasty.reconcile({id_of(1)}));
    EXPECT_FALSE(early.schema_moved);
    EXPECT_EQ(early.expired, 0U);
    EXPECT_EQ(world.document_end(1).has_value(), true);
    world.clock.micros += 30 * second;
    fast.micros += 30 * second;
    EXPECT_EQ(run(hasty.reconcile({id_of(1)})).expired, 1U);
}

TEST(Expiry, many_ends_at_once_blow_no_fuse) {
    PairSettings settings;
    settings.rules.deletes = Deletes::propagate;
    ExpiringWorld world(settings);
    for (unsigned i = 0; i < 50; ++i) world.insert_with_end(i, "lamp", world.after(30));
    (void)world.level();
    EXPECT_EQ(world.pass(40).expired, 50U);
    EXPECT_EQ(world.names(7), "-|-");
}

TEST(Expiry, verify_takes_another_end_for_a_difference_and_the_same_one_for_none) {
    ExpiringWorld world;
    world.insert_with_end(1, "lamp", world.after(300));
    (void)world.level();
    const bool stopping = false;
    VerifierOptions options;
    options.deep = true;
    options.second_look = std::chrono::milliseconds(0);
    Verifier equal(world.pair->context(), options, stopping);
    EXPECT_EQ(run(equal.compare()).equal, 1U);
    DocumentWrite longer;
    longer.expires_at = world.after(900);
    world.documents.update(id_of(1), longer);
    Verifier other(world.pair->context(), options, stopping);
    const Comparison found = run(other.compare());
    EXPECT_EQ(found.different, 1U);
    ASSERT_EQ(found.by_column.size(), 1U);
    EXPECT_EQ(found.by_column.begin()->first, "expires_at");
}

TEST(Expiry, a_row_that_ends_waits_until_the_index_has_a_field_for_it) {
    ExpiringWorld world;
    bool has_field = false;
    bool asked_for = false;
    std::unique_ptr<Pair> pair;
    pair = std::make_unique<Pair>("shop.products", world.table, world.index, world.state,
                                  world.clock, PairSettings{}, [&]() -> Task<Schema> {
                                      asked_for = pair && pair->context().lacks_expiry_field;
                                      has_field = has_field || asked_for;
                                      return agree_with(world, has_field);
                                  });
    world.insert_with_end(1, "lamp", world.after(300));
    run(pair->open());
    (void)run(pair->level());
    EXPECT_TRUE(asked_for);
    EXPECT_EQ(world.document_end(1), world.rows.view(id_of(1)).expires_at);
}

}  // namespace
}  // namespace duet::sync
