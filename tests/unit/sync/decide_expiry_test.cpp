// V10: records that end by themselves (TTL), one test a clause; and what remembers their ends.

#include <gtest/gtest.h>

#include "story.hpp"
#include "sync/expiries.hpp"
#include "world.hpp"

namespace duet::sync {
namespace {

constexpr std::int64_t tolerance = Micros(expiry_tolerance).count();

/// A document that ends so much after now; its row is not there.
Story ends_in(std::int64_t micros) {
    Story story;
    story.without_row().document_stamped(now - 60 * second);
    story.document.expires_at = now + micros;
    return story;
}

TEST(DecideExpiry, a_document_whose_time_has_run_out_goes_with_its_row) {
    Story story = ends_in(-tolerance);
    story.settled = true;
    EXPECT_FALSE(story.expect<ExpireDocument>().keep_document);
}

TEST(DecideExpiry, one_that_was_never_level_is_kept_before_it_goes) {
    EXPECT_TRUE(ends_in(-tolerance).expect<ExpireDocument>().keep_document);
}

TEST(DecideExpiry, about_the_moment_itself_nothing_is_decided) {
    Story story = ends_in(-tolerance + 1);
    EXPECT_EQ(story.expect<Wait>().until, now + 1);
    EXPECT_TRUE(story.expect<Wait>().keep_document) << "the cursor will pass it by";
    story = ends_in(tolerance);
    story.settled = true;
    EXPECT_EQ(story.expect<Wait>().until, now + 2 * tolerance);
    EXPECT_FALSE(story.expect<Wait>().keep_document);
}

TEST(DecideExpiry, a_row_gone_before_its_time_was_deleted) {
    Story story = ends_in(tolerance + 1);
    story.settled = true;
    story.expect<WriteRow>();
    story.agreed_on(now - 60 * second).rules.deletes = Deletes::propagate;
    story.expect<DeleteDocument>();
}

TEST(DecideExpiry, the_end_of_a_record_is_no_deletion) {
    Story story = ends_in(-tolerance);
    story.settled = true;
    story.agreed_on(now - 60 * second).rules.deletes = Deletes::propagate;
    story.expect<ExpireDocument>();
}

TEST(DecideExpiry, an_unstamped_document_that_has_ended_is_not_stamped) {
    Story story = ends_in(-tolerance);
    story.document.version.reset();
    story.expect<ExpireDocument>();
}

TEST(DecideExpiry, a_document_that_has_ended_says_nothing_of_a_row_that_is_there) {
    Story story;
    story.written(now - 9 * second).document_stamped(now - second);
    story.document.expires_at = now;
    const auto write = story.expect<WriteDocument>();
    EXPECT_EQ(write.version.micros, now - 9 * second);
    EXPECT_TRUE(write.keep_document);
    story.same = true;
    story.expect<Settle>();
}

TEST(DecideExpiry, ends_within_the_tolerance_are_the_same) {
    const Rules rules;
    State row;
    State document;
    row.newest_write = 1;
    EXPECT_TRUE(rules.same_end(row, document));
    row.expires_at = now;
    EXPECT_FALSE(rules.same_end(row, document));
    document.expires_at = now + tolerance;
    EXPECT_TRUE(rules.same_end(row, document));
    document.expires_at = now + tolerance + 1;
    EXPECT_FALSE(rules.same_end(row, document));
    row.expires_at.reset();
    EXPECT_FALSE(rules.same_end(row, document));
}

TEST(DecideExpiry, a_row_without_a_readable_cell_says_nothing_of_its_end) {
    const Rules rules;
    const State row;
    State document;
    document.expires_at = now;
    EXPECT_TRUE(rules.same_end(row, document));
}

TEST(DecideExpiry, a_mirror_of_the_table_drops_what_has_ended) {
    Story mirror(Direction::to_elasticsearch);
    mirror.without_row().document_stamped(now - 60 * second);
    mirror.document.expires_at = now - tolerance;
    mirror.expect<ExpireDocument>();
    mirror.document.expires_at = now + 60 * second;
    mirror.expect<Stay>();
}

TEST(DecideExpiry, a_mirror_of_the_index_writes_no_row_that_has_ended_and_no_document) {
    Story mirror(Direction::to_cassandra);
    mirror.without_row().document_stamped(now - 60 * second);
    mirror.document.expires_at = now - second;
    mirror.expect<Stay>();
    mirror.document.expires_at = now + 60 * second;
    mirror.expect<WriteRow>();
}

TEST(Expiries, nominate_the_soonest_first_and_each_once) {
    Expiries expiries;
    expiries.remember(id_of(1), 300);
    expiries.remember(id_of(2), 100);
    expiries.remember(id_of(2), 100);
    expiries.remember(id_of(3), 200);
    EXPECT_EQ(expiries.due(99, 10), std::vector<Id>());
    EXPECT_EQ(expiries.due(200, 10), (std::vector<Id>{id_of(2), id_of(3)}));
    EXPECT_EQ(expiries.due(300, 10), std::vector<Id>{id_of(1)});
    EXPECT_EQ(expiries.size(), 0U);
}

TEST(Expiries, give_no_more_than_asked_for) {
    Expiries expiries;
    expiries.remember(id_of(1), 100);
    expiries.remember(id_of(2), 200);
    EXPECT_EQ(expiries.due(900, 1), std::vector<Id>{id_of(1)});
    EXPECT_EQ(expiries.due(900, 1), std::vector<Id>{id_of(2)});
}

TEST(Expiries, beyond_the_limit_only_the_soonest_are_remembered) {
    Expiries expiries;
    for (unsigned i = 0; i < expiries_limit; ++i) expiries.remember(id_of(i), 1'000 + i);
    expiries.remember(id_of(expiries_limit), 1'000 + expiries_limit);  // the latest of all
    EXPECT_EQ(expiries.size(), expiries_limit);
    expiries.remember(id_of(expiries_limit + 1), 1);
    EXPECT_EQ(expiries.size(), expiries_limit);
    EXPECT_EQ(expiries.due(1, 10), std::vector<Id>{id_of(expiries_limit + 1)});
}

}  // namespace
}  // namespace duet::sync
