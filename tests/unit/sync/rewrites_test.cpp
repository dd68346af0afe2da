#include "sync/rewrites.hpp"

#include <gtest/gtest.h>

#include "world.hpp"

namespace duet::sync {
namespace {

/// A record that Duet writes into the index pass after pass.
struct Watched {
    Rewrites rewrites;
    Id id = id_of(1);
    State row;
    State document;

    Watched() {
        row.exists = true;
        row.newest_write = 100;
        document.exists = true;
        document.guard = Guard{0, 0, 1};
    }
    /// False: Duet must not write it again. Somebody answers with a content of this digest, as a
    /// new write.
    bool write(std::uint64_t row_digest, std::uint64_t document_digest) {
        rewrites.next_pass();
        const bool may = rewrites.may_write(id, row, row_digest, document, document_digest);
        document.guard.seq_no += 1;
        rewrites.wrote_document(id, document.guard);
        document.guard.seq_no += 1;
        return may;
    }
};

TEST(Rewrites, five_writes_without_a_foreign_change_are_enough) {
    Watched record;
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(record.write(11, 22)) << i;
    EXPECT_FALSE(record.write(11, 22));
}

TEST(Rewrites, a_record_that_people_change_is_written_as_often_as_they_do) {
    Watched record;
    for (std::uint64_t i = 0; i < 50; ++i) EXPECT_TRUE(record.write(1'000 + i, 2'000 + i)) << i;
}

TEST(Rewrites, what_changes_under_duets_own_write_is_no_foreign_change) {
    Watched record;
    bool may = true;
    for (std::uint64_t i = 0; i < 6; ++i) {
        record.rewrites.next_pass();
        may = record.rewrites.may_write(record.id, record.row, 11, record.document, 2'000 + i);
        record.document.guard.seq_no +=
            1;  // a pipeline changed it on its way in: nobody wrote after Duet
        record.rewrites.wrote_document(record.id, record.document.guard);
    }
    EXPECT_FALSE(may);
}

TEST(Rewrites, old_writes_do_not_count) {
    Watched record;
    for (int i = 0; i < 30; ++i) {
        EXPECT_TRUE(record.write(11, 22)) << i;
        for (int pass = 0; pass < 3; ++pass) record.rewrites.next_pass();
    }
}

TEST(Rewrites, counts_anew_once_a_person_has_looked) {
    Watched record;
    for (int i = 0; i < 6; ++i) (void)record.write(11, 22);
    record.rewrites.forget(record.id);
    EXPECT_TRUE(record.write(11, 22));
}

}  // namespace
}  // namespace duet::sync
