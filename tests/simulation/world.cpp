#include "world.hpp"

#include <algorithm>
#include <iterator>

namespace duet::simulation {

namespace {

using sync::FirstMeeting;

constexpr World table[] = {
    {.name = "stamped"},
    {.name = "stamped_two", .instances = 2},
    {.name = "stamped_clears_calm", .clears = true, .kills = false, .lost_replies = false},
    {.name = "stamped_clears", .clears = true},
    {.name = "stamped_clears_two", .clears = true, .instances = 2},
    {.name = "whole_calm",
     .unstamped = true,
     .partial = false,
     .kills = false,
     .lost_replies = false},
    {.name = "whole", .unstamped = true, .partial = false},
    {.name = "whole_two", .unstamped = true, .partial = false, .instances = 2},
    {.name = "unstamped_calm", .unstamped = true, .kills = false, .lost_replies = false},
    {.name = "unstamped", .unstamped = true},
    {.name = "unstamped_clears", .unstamped = true, .clears = true},
    {.name = "unstamped_clears_two", .unstamped = true, .clears = true, .instances = 2},
    {.name = "unstamped_skew_two", .unstamped = true, .skew = 9'000, .instances = 2},
    {.name = "sweep_only", .unstamped = true, .clears = true, .journal = false},
    {.name = "ttl", .ttl = true},
    {.name = "key_only", .key_only = true},
    {.name = "deletes", .deletes = true},
    {.name = "deletes_unstamped_two",
     .unstamped = true,
     .clears = true,
     .deletes = true,
     .instances = 2},
    {.name = "old_times", .old_times = true, .journal = false},
    {.name = "own_stamps", .own_stamps = true},
    {.name = "own_stamps_skew", .own_stamps = true, .skew = 9'000},
    {.name = "future_times", .deletes = true, .future_times = true},
    {.name = "shards", .unstamped = true, .clears = true, .shards = 4, .records = 5, .writes = 12},
    {.name = "slow_copies",
     .unstamped = true,
     .slow_copies = true,
     .shards = 2,
     .records = 3,
     .writes = 10},
    {.name = "coarse_index", .clears = true, .coarse_index = true},
    {.name = "carried", .unstamped = true, .carried = true},
    {.name = "settled_limit",
     .unstamped = true,
     .clears = true,
     .records = 6,
     .writes = 16,
     .settled_limit = 2},
    {.name = "quarantine",
     .unstamped = true,
     .unreadable = true,
     .refused = true,
     .records = 4,
     .writes = 10},
    {.name = "pipeline", .pipeline = true, .records = 3},
    {.name = "recreated", .unstamped = true, .recreates = true, .shards = 2, .records = 3},
    {.name = "notes_lost", .unstamped = true, .notes_lost = true},
    {.name = "filled_cassandra", .records = 5, .filled = true},
    {.name = "filled_elasticsearch",
     .records = 5,
     .filled = true,
     .first_meeting = FirstMeeting::elasticsearch},
    {.name = "filled_stop", .records = 5, .filled = true, .first_meeting = FirstMeeting::stop},
    {.name = "level", .records = 5, .writes = 0, .filled = true, .level = true},
    {.name = "everything",
     .unstamped = true,
     .clears = true,
     .key_only = true,
     .ttl = true,
     .deletes = true,
     .old_times = true,
     .own_stamps = true,
     .carried = true,
     .skew = 6'000,
     .slow_copies = true,
     .instances = 2,
     .shards = 2,
     .records = 3,
     .writes = 12,
     .settled_limit = 4},
};

}  // namespace

const std::vector<World>& worlds() {
    static const std::vector<World> all(std::begin(table), std::end(table));
    return all;
}

const World* find_world(std::string_view name) {
    const auto found = std::find_if(worlds().begin(), worlds().end(),
                                    [&](const World& each) { return each.name == name; });
    return found == worlds().end() ? nullptr : &*found;
}

}  // namespace duet::simulation
