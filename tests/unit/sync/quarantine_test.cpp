#include "sync/quarantine.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "world.hpp"

namespace duet::sync {
namespace {

struct Ward {
    SettableClock clock;
    NoHooks hooks;
    MemoryNotes notes;
    MemoryState state{notes, hooks, clock};
    Quarantine quarantine{"shop.products", state};

    void put(unsigned number, const std::string& reason = "does not fit") {
        QuarantineEntry entry;
        entry.id = id_of(number);
        entry.refusal.reason = reason;
        run(quarantine.put(std::move(entry)));
    }
    bool unchanged(unsigned number) {
        return quarantine.unchanged(id_of(number), State{}, 0, State{});
    }
};

TEST(Quarantine, an_unchanged_record_is_left_alone_until_its_columns_change) {
    Ward ward;
    ward.put(1);
    EXPECT_TRUE(ward.unchanged(1));
    ward.quarantine.try_all();
    EXPECT_FALSE(ward.unchanged(1));
    run(ward.quarantine.load());  // somebody else's retry must not take that away
    EXPECT_FALSE(ward.unchanged(1));
    ward.put(1);
    EXPECT_TRUE(ward.unchanged(1));
}

TEST(Quarantine, a_hundred_records_refused_for_one_reason_stop_the_pair) {
    Ward ward;
    for (unsigned i = 1; i < refusals_in_a_row; ++i) ward.put(i);
    EXPECT_THROW(ward.put(refusals_in_a_row), Misconfigured);
}

TEST(Quarantine, ten_thousand_records_stop_the_pair_whatever_their_reasons) {
    Ward ward;
    for (unsigned i = 1; i < quarantine_limit; ++i) ward.put(i, i % 2 == 0 ? "even" : "odd");
    EXPECT_THROW(ward.put(quarantine_limit, "one more"), Misconfigured);
}

TEST(Quarantine, records_that_are_refused_once_more_say_nothing_new_of_the_pair) {
    Ward ward;
    for (unsigned i = 1; i < refusals_in_a_row; ++i) ward.put(i);
    for (unsigned i = 1; i < refusals_in_a_row; ++i) ward.put(i);
    EXPECT_EQ(ward.quarantine.size(), static_cast<std::size_t>(refusals_in_a_row - 1));
    EXPECT_THROW(ward.put(refusals_in_a_row), Misconfigured);
    ward.put(1);  // it is tried after the pair has stopped, too
}

}  // namespace
}  // namespace duet::sync
