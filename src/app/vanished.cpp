#include "app/vanished.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"

namespace duet::app {

void Vanished::remember(const Schema& table, const Schema& index, const TableTraits& traits) {
    index_was_there_ = index_was_there_ || index.exists;
    if (!table.exists) return;
    // A table that was made again knows nothing of what was dropped from the one before.
    std::vector<std::string> dropped = std::exchange(traits_.dropped, {});
    traits_ = traits;
    for (std::string& name : dropped) {
        const bool known = std::ranges::find(traits_.dropped, name) != traits_.dropped.end();
        if (!known && !table.find(name)) traits_.dropped.push_back(std::move(name));
    }
    table_ = table;
    table_->exists = false;
}

void Vanished::check_source(const Schema& table, const Schema& index) const {
    if (!table.exists && !index.exists)
        throw Unavailable("table " + pair_ + " and index " + index.name + " are both gone");
    const bool from_table = direction_ == sync::Direction::to_elasticsearch;
    const bool from_index = direction_ == sync::Direction::to_cassandra;
    if (from_table && !table.exists)
        throw Unavailable("table " + pair_ + " is gone, and the pair goes to_elasticsearch");
    if (from_index && !index.exists)
        throw Unavailable("index " + index.name + " is gone, and the pair goes to_cassandra");
}

void Vanished::wait_for_owner(const std::string& what, std::int64_t now) {
    if (gone_since_ == 0) gone_since_ = now;
    if (now - gone_since_ >= std::chrono::microseconds(made_again_after).count()) return;
    throw Unavailable(fmt::format("{} is gone: unless somebody makes it anew, Duet does so in {} s",
                                  what, made_again_after.count()));
}

void Vanished::look(Schema& table, const Schema& index, TableTraits& traits, std::int64_t now) {
    remember(table, index, traits);
    traits.dropped = traits_.dropped;
    check_source(table, index);
    if (table.exists && index.exists) {
        gone_since_ = 0;
    } else if (!index.exists && index_was_there_) {
        wait_for_owner("index " + index.name, now);
    } else if (!table.exists && table_) {
        wait_for_owner("table " + pair_, now);
        if (!traits_.statics.empty()) {
            throw Misconfigured(
                fmt::format("table {} is gone, and it had static columns ({}), which Duet does not "
                            "make",
                            pair_, fmt::join(traits_.statics, ", ")),
                fmt::format("make it again: CREATE TABLE {} ..., or delete index {}", pair_,
                            index.name));
        }
        table = *table_;
    }
}

}  // namespace duet::app
