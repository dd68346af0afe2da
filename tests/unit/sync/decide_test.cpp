// One test a clause of the rules (docs/how-it-works.md): each fails if its clause is taken out of
// decide().

#include <gtest/gtest.h>

#include "story.hpp"

namespace duet::sync {
namespace {

TEST(Decide, nothing_on_either_side_is_settled) {
    Story story;
    story.row = State{};
    story.document = State{};
    story.expect<Settle>();
}

TEST(Decide, v1_a_row_without_readable_writetime_is_older_than_any_document) {
    Story story;
    const auto write = story.document_stamped(100).expect<WriteRow>();
    EXPECT_EQ(write.version.micros, 100);
    EXPECT_EQ(write.timestamp, 100);
}

TEST(Decide, v1_stamps_are_compared_cut_to_the_columns_precision) {
    Story story;
    story.rules.column_precision = Precision::milliseconds;
    story.row_stamped(1'031'000, 1'031'000).document_stamped(1'031'400);
    story.same = true;
    story.expect<Settle>();
}

TEST(Decide, v1_a_writetime_is_compared_exactly_even_where_the_column_is_coarse) {
    Story story;
    story.rules.column_precision = Precision::milliseconds;
    story.written(1'031'000).document_stamped(1'031'400);
    story.same = true;
    EXPECT_EQ(story.expect<WriteRow>().version.micros, 1'031'400);
}

TEST(Decide, v1_a_format_of_milliseconds_does_not_make_the_row_newer_for_ever) {
    Story story;
    story.rules.document_precision = Precision::milliseconds;
    story.written(1'031'400).document_stamped(1'031'000);
    story.same = true;
    story.expect<Settle>();
}

TEST(Decide, v2_an_unstamped_document_is_stamped_with_the_clock_read_before_it) {
    Story story;
    story.document.seen_at = now - 5;
    const auto stamp = story.written(100).expect<StampDocument>();
    EXPECT_EQ(stamp.version.micros, now - 5);
    EXPECT_TRUE(stamp.keep_row);
}

TEST(Decide, v2_a_row_newer_than_the_sight_of_an_unstamped_document_does_not_lose) {
    Story story;
    EXPECT_FALSE(story.written(now + 1).expect<StampDocument>().keep_row);
}

TEST(Decide, v2_an_unstamped_document_without_a_row_is_stamped_first) {
    Story story;
    story.row = State{};
    EXPECT_EQ(story.expect<StampDocument>().version.micros, now);
}

TEST(Decide, v2_an_unstamped_document_equal_to_its_row_is_settled_as_it_is) {
    Story story;
    story.same = true;
    story.written(100).expect<Settle>();
}

TEST(Decide, v2_a_settled_document_without_a_stamp_is_older_than_its_row) {
    Story story;
    story.settled = true;
    const auto write = story.written(100).expect<WriteDocument>();
    EXPECT_EQ(write.version.micros, 100);
    EXPECT_FALSE(write.keep_document);
}

TEST(Decide, v2_what_cannot_be_read_goes_to_quarantine) {
    Story story;
    story.document.problem = Refusal{"updated_at", "soon", "no date"};
    EXPECT_EQ(story.written(100).expect<Refuse>().side, "elasticsearch");
}

TEST(Decide, v2_a_document_that_feeds_leave_out_was_never_level) {
    Story story;
    story.settled = true;
    story.document.problem = Refusal{"_routing", "here", "was written with a routing"};
    story.document.left_out = true;
    EXPECT_EQ(story.written(100).expect<Refuse>().side, "elasticsearch");
}

TEST(Decide, first_meeting_an_old_unstamped_document_without_a_row_is_copied_as_of_then) {
    Story story;
    story.row = State{};
    story.old = true;
    const auto write = story.expect<WriteRow>();
    EXPECT_EQ(write.version.micros, 500 * second);
    EXPECT_EQ(write.timestamp, 500 * second);
}

TEST(Decide, first_meeting_an_old_unstamped_document_does_not_beat_the_row_and_is_kept) {
    Story story;
    story.old = true;
    const auto write = story.written(100).expect<WriteDocument>();
    EXPECT_EQ(write.version.micros, 100);
    EXPECT_TRUE(write.keep_document);
}

TEST(Decide, first_meeting_may_prefer_the_document_and_keeps_the_row) {
    Story story;
    story.old = true;
    story.rules.first_meeting = FirstMeeting::elasticsearch;
    const auto write = story.written(100).expect<WriteRow>();
    EXPECT_EQ(write.version.micros, 500 * second);
    EXPECT_TRUE(write.keep_row);
}

TEST(Decide, first_meeting_may_ask_a_person) {
    Story story;
    story.old = true;
    story.rules.first_meeting = FirstMeeting::stop;
    story.written(100).expect<StopPair>();
}

TEST(Decide, first_meeting_compares_stamped_documents_as_ever) {
    Story story;
    story.old = true;
    EXPECT_EQ(story.written(100).document_stamped(200).expect<WriteRow>().version.micros, 200);
}

TEST(Decide, v3_the_new_stamp_is_older_than_either_look) {
    Story story;
    story.written(100).document_stamped(100);
    story.row.seen_at = now - 50;  // it came with a page, and its document was looked at later
    story.document.seen_at = now - 5;
    EXPECT_EQ(story.expect<StampDocument>().version.micros, now - 50);
    story.row.seen_at = now - 1;
    EXPECT_EQ(story.expect<StampDocument>().version.micros, now - 5);
}

TEST(Decide, v3_equal_versions_and_an_unsettled_document_it_was_changed_without_a_stamp) {
    Story story;
    const auto stamp = story.written(100).document_stamped(100).expect<StampDocument>();
    EXPECT_EQ(stamp.version.micros, now);
    EXPECT_TRUE(stamp.keep_row);
}

TEST(Decide, v3_the_new_stamp_is_newer_than_the_row_even_if_the_clock_is_not) {
    Story story;
    const std::int64_t ahead = now + 5;
    EXPECT_EQ(story.written(ahead).document_stamped(ahead).expect<StampDocument>().version.micros,
              ahead + 1);
}

TEST(Decide, v3_the_new_stamp_is_told_apart_at_the_coarser_precision) {
    Story story;
    story.rules.column_precision = Precision::milliseconds;
    const std::int64_t ahead = now + 5'000;
    story.row_stamped(ahead, ahead).document_stamped(ahead + 400);
    EXPECT_EQ(story.expect<StampDocument>().version.micros, ahead + 1'000);
}

TEST(Decide, v4_equal_versions_and_a_settled_document_the_row_changed) {
    Story story;
    story.settled = true;
    EXPECT_EQ(story.written(100).document_stamped(100).expect<WriteDocument>().version.micros, 100);
}

TEST(Decide, v4_a_cleared_column_wins_though_the_rows_version_went_back) {
    Story story;
    story.settled = true;
    const auto write = story.written(100).document_stamped(200).expect<WriteDocument>();
    EXPECT_EQ(write.version.micros, 100);
    EXPECT_FALSE(write.keep_document);
}

TEST(Decide, v4_a_row_that_lost_all_its_versions_wins_with_the_documents) {
    Story story;
    story.settled = true;
    EXPECT_EQ(story.document_stamped(200).expect<WriteDocument>().version.micros, 200);
}

TEST(Decide, v4_a_row_that_says_itself_that_it_is_older_loses) {
    Story story;
    story.settled = true;
    EXPECT_EQ(story.row_stamped(100, 300).document_stamped(200).expect<WriteRow>().version.micros,
              200);
}

TEST(Decide, v5_the_newer_row_goes_to_the_document) {
    Story story;
    const auto write = story.written(300).document_stamped(200).expect<WriteDocument>();
    EXPECT_EQ(write.version.micros, 300);
}

TEST(Decide, v5_the_newer_document_is_written_after_every_cell_of_the_row) {
    Story story;
    const auto write = story.row_stamped(100, 900).document_stamped(200).expect<WriteRow>();
    EXPECT_EQ(write.version.micros, 200);
    EXPECT_EQ(write.timestamp, 901);
}

TEST(Decide, v5_a_row_without_a_document_makes_one) {
    Story story;
    story.document = State{};
    const auto write = story.written(300).expect<WriteDocument>();
    EXPECT_EQ(write.version.micros, 300);
    EXPECT_FALSE(write.keep_document);
}

TEST(Decide, v6_equal_content_and_a_row_without_a_version_is_settled) {
    Story story;
    story.same = true;
    story.document_stamped(200).expect<Settle>();
}

TEST(Decide, v6_equal_content_with_different_versions_still_takes_the_higher_one_across) {
    Story story;
    story.same = true;
    EXPECT_EQ(story.written(100).document_stamped(200).expect<WriteRow>().version.micros, 200);
    EXPECT_EQ(story.written(300).document_stamped(200).expect<WriteDocument>().version.micros, 300);
}

TEST(Decide, v7_a_version_far_ahead_never_becomes_a_writetime) {
    Story story;
    const std::int64_t far = now + 3'600 * second;
    const auto write = story.row_stamped(100, 100).document_stamped(far).expect<WriteRow>();
    EXPECT_EQ(write.version.micros, far);
    EXPECT_EQ(write.timestamp, now);
    EXPECT_TRUE(write.future);
}

TEST(Decide, v7_without_a_version_column_the_document_comes_down_first) {
    Story story;
    const auto stamp =
        story.written(100).document_stamped(now + 3'600 * second).expect<StampDocument>();
    EXPECT_EQ(stamp.version.micros, now);
    EXPECT_TRUE(stamp.future);
}

TEST(Decide, v7_a_little_ahead_is_taken_as_it_is) {
    Story story;
    const auto write = story.written(100).document_stamped(now + 59 * second).expect<WriteRow>();
    EXPECT_EQ(write.timestamp, now + 59 * second);
    EXPECT_FALSE(write.future);
}

TEST(Decide, v8_a_document_that_is_not_settled_is_kept_before_the_row_overwrites_it) {
    Story story;
    EXPECT_TRUE(story.written(300).document_stamped(200).expect<WriteDocument>().keep_document);
    story.settled = true;
    EXPECT_FALSE(story.expect<WriteDocument>().keep_document);
    story.settled = false;
    story.same = true;
    EXPECT_FALSE(story.expect<WriteDocument>().keep_document);
}

TEST(Decide, v10_a_vanished_row_is_restored) {
    Story story;
    story.row = State{};
    story.settled = true;
    EXPECT_EQ(story.document_stamped(200).expect<WriteRow>().version.micros, 200);
}

// --- V10, deletes = "propagate" ------------------------------------------------------------------

TEST(Decide, v10_a_record_gone_from_cassandra_is_deleted_where_both_had_agreed_on_it) {
    Story story;
    story.without_row().document_stamped(100).agreed_on(100).settled = true;
    const auto deletion = story.expect<DeleteDocument>();
    EXPECT_EQ(deletion.version.micros, 100);
    EXPECT_FALSE(deletion.late);
}

TEST(Decide, v10_without_a_note_whatever_vanished_is_restored) {
    Story row_gone;
    row_gone.without_row().document_stamped(100).settled = true;
    row_gone.expect<WriteRow>();
    Story document_gone;
    document_gone.written(100).without_document().expect<WriteDocument>();
}

TEST(Decide, v10_a_document_written_since_both_agreed_is_not_deleted) {
    Story story;
    story.without_row().document_stamped(100).agreed_on(100).expect<WriteRow>();
}

TEST(Decide, v10_a_document_newer_than_its_note_is_not_deleted) {
    Story story;
    story.without_row().document_stamped(101).agreed_on(100).settled = true;
    story.expect<WriteRow>();
}

TEST(Decide, v10_a_document_is_held_against_its_note_at_the_coarser_precision) {
    Story story;
    story.rules.column_precision = Precision::milliseconds;
    story.without_row().document_stamped(1'031'400).agreed_on(1'031'000).settled = true;
    story.expect<DeleteDocument>();
}

TEST(Decide, v10_an_unstamped_settled_document_is_deleted_with_its_row) {
    Story story;
    story.without_row().agreed_on(100).settled = true;
    story.expect<DeleteDocument>();
}

TEST(Decide, v10_a_record_gone_from_elasticsearch_is_deleted_where_its_row_is_what_was_agreed) {
    Story story;
    const auto deletion =
        story.row_stamped(100, 170).without_document().agreed_on(100).expect<DeleteRow>();
    EXPECT_EQ(deletion.timestamp, 170);  // whatever is written later survives
    EXPECT_EQ(deletion.version.micros, 100);
}

TEST(Decide, v10_a_row_written_since_both_agreed_is_restored) {
    Story story;
    story.written(101).without_document().agreed_on(100).expect<WriteDocument>();
}

TEST(Decide, v10_a_row_whose_version_went_back_is_restored) {
    Story story;
    story.written(99).without_document().agreed_on(100).expect<WriteDocument>();
}

TEST(Decide, v10_the_version_of_an_unstamped_row_is_compared_exactly) {
    Story story;
    story.rules.column_precision = Precision::milliseconds;
    story.written(1'031'400).without_document().agreed_on(1'031'000).expect<WriteDocument>();
}

TEST(Decide, v10_the_stamp_of_a_row_is_compared_as_exactly_as_the_column_can) {
    Story story;
    story.rules.column_precision = Precision::milliseconds;
    story.row_stamped(1'031'000, 1'031'400).without_document().agreed_on(1'031'400);
    story.expect<DeleteRow>();
}

TEST(Decide, v10_a_row_without_readable_writetime_is_restored) {
    Story story;
    story.without_document().agreed_on(0).expect<WriteDocument>();
}

TEST(Decide, v10_a_deletion_that_was_cut_off_goes_on) {
    Story story;
    story.written(100).without_document().deletion_agreed_on(100, 100);
    EXPECT_FALSE(story.expect<DeleteRow>().late);
}

TEST(Decide, v10_what_is_inserted_again_after_a_deletion_lives) {
    Story row;
    row.written(101).without_document().deletion_agreed_on(100, 100).expect<WriteDocument>();
    Story row_of_a_user;  // who had deleted it: upto is not known
    row_of_a_user.written(101).without_document().deletion_agreed_on(100).expect<WriteDocument>();
    Story document;
    document.without_row().document_stamped(101).deletion_agreed_on(100).expect<WriteRow>();
    Story same_stamp;
    same_stamp.without_row().document_stamped(100).deletion_agreed_on(100).expect<WriteRow>();
}

TEST(Decide, v10_a_late_write_of_a_deleted_record_is_deleted_and_kept) {
    Story document;
    document.without_row().document_stamped(99).deletion_agreed_on(100);
    EXPECT_TRUE(document.expect<DeleteDocument>().late);
    Story row;
    row.row_stamped(99, 170).without_document().deletion_agreed_on(100, 160);
    EXPECT_TRUE(row.expect<DeleteRow>().late);
}

TEST(Decide, v10_a_writetime_is_never_late) {
    Story story;  // the record that was deleted had a stamp of the future
    story.written(99).without_document().deletion_agreed_on(100).expect<WriteDocument>();
}

TEST(Decide, v10_an_unstamped_document_after_a_deletion_is_stamped_as_newer_than_it) {
    Story story;
    story.without_row().deletion_agreed_on(now + second);
    EXPECT_EQ(story.expect<StampDocument>().version.micros, now + second + 1);
}

TEST(Decide, v4_a_document_that_was_level_before_and_cannot_be_read_any_more_is_replaced_and_kept) {
    Story story;
    story.written(100).document_stamped(200);
    story.document.problem = Refusal{"home", "{}", "has zip, which the type has not"};
    EXPECT_EQ(story.expect<Refuse>().side, "elasticsearch");
    story.settled = true;
    const auto write = story.expect<WriteDocument>();
    EXPECT_EQ(write.version.micros, 200);
    EXPECT_TRUE(write.keep_document);
    story.row = State{};
    EXPECT_EQ(story.expect<Refuse>().side, "elasticsearch");
}

TEST(Decide, v4_what_a_row_says_in_a_column_that_came_back_was_written_since) {
    Story story;
    story.written(100).document_stamped(100);
    story.joined = true;
    EXPECT_TRUE(story.expect<WriteDocument>().keep_document);
    story.document_stamped(200);
    story.expect<WriteRow>();
}

}  // namespace
}  // namespace duet::sync
