#include "users.hpp"

#include <algorithm>

namespace duet::simulation {

namespace {

using Kind = UserWrite::Kind;

/// While it lives, what is written is written by a user.
class Acting {
public:
    explicit Acting(Scene& scene) : scene_(scene) { scene_.user_acts = true; }
    ~Acting() { scene_.user_acts = false; }
    Acting(const Acting&) = delete;
    Acting& operator=(const Acting&) = delete;

private:
    Scene& scene_;
};

std::string fresh_value(const Scene& scene) { return fmt::format("v{}", scene.writes.size() * 10); }

std::vector<std::pair<std::string, Value>> values_of(const UserWrite& write) {
    std::vector<std::pair<std::string, Value>> values;
    for (std::size_t i = 0; i < column_count; ++i) {
        if (write.fields[i]) {
            values.emplace_back(column_names[i],
                                write.fields[i]->empty() ? Value() : Value(*write.fields[i]));
        }
    }
    return values;
}

std::string fields_text(const UserWrite& write) {
    std::string text;
    for (std::size_t i = 0; i < column_count; ++i) {
        if (write.fields[i]) {
            text += fmt::format(" {}={}", column_names[i],
                                write.fields[i]->empty() ? "null" : *write.fields[i]);
        }
    }
    return text;
}

/// A stamp that a user gives: mostly now, in some worlds of the past or the future.
std::int64_t own_stamp(Scene& scene) {
    const std::int64_t now = scene.clock.now();
    if (scene.world.own_stamps && scene.random.chance(0.5)) {
        return now + scene.random.below(120'000) - 60'000;
    }
    return now;
}

std::int64_t own_timestamp(Scene& scene) {
    const std::int64_t now = scene.clock.now();
    if (scene.world.old_times && scene.random.chance(0.3)) {
        return now - scene.random.below(20'000);
    }
    if (scene.world.future_times && scene.random.chance(0.3)) {
        return now + scene.random.below(2 * max_ahead);
    }
    return now;
}

/// When something ends that a user gives a TTL now: mostly soon, now and then after the story.
std::int64_t own_end(Scene& scene) {
    const std::int64_t now = scene.clock.now();
    constexpr std::int64_t after_the_story = 60'000'000;
    return scene.random.chance(0.2) ? now + after_the_story
                                    : now + 2'000 + scene.random.below(20'000);
}

void choose_row_kind(Scene& scene, UserWrite& write) {
    const World& world = scene.world;
    const std::int64_t dice = world.partial ? scene.random.below(10) : 0;
    const auto column = static_cast<std::size_t>(scene.random.below(column_count));
    if (world.deletes && (dice == 9 || (world.propagate && dice == 8) ||
                          (!world.partial && scene.random.chance(0.1)))) {
        write.kind = Kind::remove;
    } else if (dice < 4) {
        write.kind = Kind::insert;
        for (std::size_t i = 0; i < column_count; ++i) {
            write.fields[i] = fresh_value(scene) + column_names[i];
        }
    } else if (world.key_only && dice == 4) {
        write.kind = Kind::key_only;
    } else if (world.clears && dice < 7) {
        write.kind = Kind::clear;
        write.fields[column] = "";
    } else {
        write.kind = Kind::update;
        write.fields[column] = fresh_value(scene);
    }
}

/// Whether what was just written shows; Cassandra may have acknowledged and hidden it.
bool shows(const Scene& scene, const UserWrite& write) {
    const RowView view = scene.rows.view(scene.ids[write.record]);
    for (std::size_t i = 0; i < column_count; ++i) {
        const std::string now = view.values[i].is_null() ? "" : view.values[i].get<std::string>();
        if (write.fields[i] && *write.fields[i] != now) {
            return false;
        }
    }
    return write.kind == Kind::remove ? !view.exists : true;
}

void write_row(Scene& scene, UserWrite write) {
    const World& world = scene.world;
    const Id& id = scene.ids[write.record];
    choose_row_kind(scene, write);
    write.timestamp = own_timestamp(scene);
    RowWrite row;
    row.timestamp = write.timestamp;
    row.values = values_of(write);
    const bool may_stamp = scene.rows.options().version_precision && write.kind != Kind::remove;
    if (may_stamp && scene.random.chance(0.5)) {
        row.stamp = Version{own_stamp(scene)};
        write.stamped = true;
    }
    const bool writes_value = write.kind == Kind::insert || write.kind == Kind::update;
    if (world.ttl && writes_value && scene.random.chance(0.4)) {
        row.expires_at = own_end(scene);
        write.ends = row.expires_at;
    }
    const Acting acting(scene);
    write.of_nothing = write.kind == Kind::clear && !scene.rows.view(id).exists;
    if (write.kind == Kind::remove) {
        const Document* document = scene.documents.find(id);
        const auto cursor = scene.notes.cursors.find(pair_name);
        const bool settled =
            cursor != scene.notes.cursors.end() && document != nullptr &&
            document->seq_no <= cursor->second.shards[scene.documents.shard_of(id)];
        write.removed = scene.row_version(write.record);
        write.binding = scene.agreed(write.record) && (settled || !world.kills);
        scene.rows.remove(id, write.timestamp);
        write.binding = write.binding && !scene.rows.view(id).exists;
    } else if (write.kind == Kind::insert || write.kind == Kind::key_only) {
        scene.rows.insert(id, row);
    } else {
        scene.rows.update(id, row);
    }
    const std::int64_t unit = static_cast<std::int64_t>(
        scene.rows.options().version_precision.value_or(Precision::microseconds));
    write.lowest = write.stamped ? row.stamp->micros / unit * unit : write.timestamp;
    write.highest = write.lowest;
    write.hidden_at_once = !shows(scene, write);
    const Document* document = scene.documents.find(id);
    const auto cursor = scene.notes.cursors.find(pair_name);
    write.was_level = document != nullptr && cursor != scene.notes.cursors.end() &&
                      document->seq_no <= cursor->second.shards[scene.documents.shard_of(id)];
    write.version_went_back = document != nullptr && document->stamp &&
                              scene.row_version(write.record).value_or(0) < document->stamp->micros;
    constexpr std::array<const char*, 5> names{"insert", "update", "clear",
                                               "insert of the key only", "delete"};
    write.text = fmt::format("user  row {}: {}{} ts {}{}{}", write.record,
                             names[static_cast<std::size_t>(write.kind)], fields_text(write),
                             write.timestamp - epoch,
                             write.stamped ? fmt::format(" stamp {}", write.lowest - epoch) : "",
                             write.ends ? fmt::format(" ends {}", row.expires_at - epoch) : "");
    scene.tell("{}: row is {}", write.text, scene.row_text(write.record));
    scene.writes.push_back(std::move(write));
}

void choose_document_kind(Scene& scene, UserWrite& write) {
    const World& world = scene.world;
    const bool exists = scene.documents.find(scene.ids[write.record]) != nullptr;
    const std::int64_t dice = scene.random.below(10);
    if (world.deletes && exists && (dice == 9 || (world.propagate && dice == 7))) {
        write.kind = Kind::remove;
        return;
    }
    if (world.unreadable && dice == 8) {
        write.kind = Kind::broken;
        return;
    }
    const bool whole = !exists || dice < 5 || !world.partial;
    write.kind = whole ? Kind::index : Kind::partial;
    const auto only = static_cast<std::size_t>(scene.random.below(column_count));
    for (std::size_t i = 0; i < column_count; ++i) {
        if (whole || i == only) {
            const bool clear = world.clears && scene.random.chance(0.15);
            write.fields[i] = clear ? "" : fresh_value(scene) + column_names[i];
        }
    }
}

std::string text_of_document(const UserWrite& write) {
    constexpr std::array<const char*, 9> names{
        "", "", "", "", "delete", "index", "partial", "index of unreadable", ""};
    return fmt::format(
        "user  document {}: {}{} {}{}", write.record, names[static_cast<std::size_t>(write.kind)],
        fields_text(write),
        write.stamped ? fmt::format("stamp {}", write.lowest - epoch) : "no new stamp",
        write.ends ? fmt::format(" ends {}", *write.ends - epoch) : "");
}

void write_document(Scene& scene, UserWrite write) {
    const World& world = scene.world;
    const Id& id = scene.ids[write.record];
    choose_document_kind(scene, write);
    write.side = Side::elasticsearch;
    write.shard = scene.documents.shard_of(id);
    write.generation = scene.generation;
    write.stamped = !world.unstamped || scene.random.chance(0.5);
    DocumentWrite document;
    document.fields = values_of(write);
    if (write.stamped) {
        document.stamp = Version{own_stamp(scene)};
    }
    if (world.carried && write.kind == Kind::index && scene.random.chance(0.5)) {
        document.carried = fmt::format("\"extra\":\"{}\"", fresh_value(scene));
    }
    write.carried = document.carried;
    if (world.ttl && scene.random.chance(0.4)) document.expires_at = own_end(scene);
    if (world.ttl && !document.expires_at) document.lives_on = scene.random.chance(0.3);
    const RowView view = scene.rows.view(id);
    for (std::size_t i = 0; i < column_count; ++i) {
        write.met_null = write.met_null || (write.fields[i] && view.values[i].is_null());
    }
    const Document* old = scene.documents.find(id);
    write.was_level =
        old != nullptr && old->stamp && scene.row_version(write.record) == old->stamp->micros;
    const Acting acting(scene);
    switch (write.kind) {
        case Kind::remove:
            if (old->stamp) write.removed = old->stamp->micros;
            write.binding = scene.agreed(write.record);
            scene.documents.remove(id);
            break;
        case Kind::partial: {
            const std::int64_t before = scene.documents.find(id)->seq_no;
            write.seq_no = scene.documents.update(id, document);
            // It says what is there already: Elasticsearch calls it no write.
            if (write.seq_no == before) return;
            break;
        }
        case Kind::broken:
            document.problem = Refusal{"updated_at", "yesterday", "is no date"};
            write.seq_no = scene.documents.index(id, document);
            break;
        default: write.seq_no = scene.documents.index(id, document); break;
    }
    if (write.kind != Kind::remove) write.ends = scene.documents.find(id)->expires_at;
    write.lowest = write.stamped ? document.stamp->micros : write.time - world.skew;
    // V7: without a version column a stamp too far ahead comes down to the time at which Duet sees
    // it.
    const bool comes_down = write.stamped && !scene.rows.options().version_precision &&
                            write.lowest - (write.time - world.skew) > max_ahead;
    if (comes_down) write.lowest = write.time - world.skew;
    write.highest = write.stamped ? document.stamp->micros : open_end;
    write.text = text_of_document(write);
    scene.tell("{}: document is {}", write.text, scene.document_text(write.record));
    scene.writes.push_back(std::move(write));
}

/// What stood on one side before Duet came.
void fill_record(Scene& scene, std::size_t record) {
    const Id& id = scene.ids[record];
    const std::int64_t one_side = scene.world.empty_table ? 1 : 0;
    const bool both_sides = !scene.world.empty_table && !scene.world.empty_index;
    const std::int64_t dice = both_sides ? scene.random.below(4) : one_side;
    const std::int64_t when = scene.clock.now() - scene.random.below(50'000);
    const bool level = scene.world.level;
    const auto add = [&](Side side, bool stamped, std::string value) {
        UserWrite write;
        write.record = record;
        write.side = side;
        write.kind = Kind::fill;
        write.time = scene.clock.now();
        write.timestamp = when;
        write.stamped = stamped;
        write.fields = {value + "a", value + "b"};
        write.lowest = when;
        write.highest = when;
        write.text =
            fmt::format("fill  {} {} {} {}", side == Side::cassandra ? "row" : "document", record,
                        value, stamped ? fmt::format("stamp {}", when - epoch) : "no stamp");
        scene.tell("{}", write.text);
        scene.writes.push_back(write);
        return scene.writes.back();
    };
    const std::string value = fresh_value(scene);
    if (dice != 1 || level) {
        RowWrite row;
        const UserWrite write = add(Side::cassandra, false, value);
        row.timestamp = when;
        row.values = values_of(write);
        scene.rows.insert(id, row);
    }
    if (dice != 0 || level) {
        // A level pair: the same content, and either no stamp or the very same version.
        const bool stamped = scene.random.chance(0.4);
        const UserWrite write = add(Side::elasticsearch, stamped, level ? value : value + "x");
        DocumentWrite document;
        document.fields = values_of(write);
        if (stamped) {
            document.stamp = Version{when + (level ? 0 : scene.random.below(20'000) - 10'000)};
            scene.writes.back().lowest = document.stamp->micros;
            scene.writes.back().highest = document.stamp->micros;
        }
        scene.writes.back().shard = scene.documents.shard_of(id);
        scene.writes.back().seq_no = scene.documents.index(id, document);
    }
}

}  // namespace

void fill(Scene& scene) {
    const Acting acting(scene);
    for (std::size_t record = 0; record < scene.ids.size(); ++record) {
        fill_record(scene, record);
    }
    scene.tick();
}

void write_something(Scene& scene) {
    UserWrite write;
    write.record = static_cast<std::size_t>(scene.random.below(scene.world.records));
    write.time = scene.clock.now();
    if (scene.random.chance(0.5)) {
        write_row(scene, std::move(write));
    } else {
        write_document(scene, std::move(write));
    }
}

void disturb(Scene& scene) {
    const Acting acting(scene);
    const World& world = scene.world;
    const auto record = static_cast<std::size_t>(scene.random.below(world.records));
    if (world.slow_copies && scene.random.chance(0.5)) {
        // A write that never ends holds the checkpoint back until another copy takes over.
        (void)scene.documents.begin(scene.ids[record]);
        scene.tell("index shard {}: a write hangs", scene.documents.shard_of(scene.ids[record]));
    } else if (world.slow_copies) {
        scene.documents.fail_over(scene.documents.shard_of(scene.ids[record]));
        scene.tell("index shard {}: fails over", scene.documents.shard_of(scene.ids[record]));
    }
    if (world.recreates && scene.random.chance(0.3)) {
        ++scene.generation;
        scene.documents.recreate();
        scene.tell("index deleted and made again");
    }
    if (world.truncates && scene.random.chance(0.3)) {
        const bool dropped = scene.random.chance(0.5);
        if (dropped) {
            scene.rows.recreate();
        } else {
            scene.rows.truncate();
        }
        scene.truncated_at = scene.clock.now();
        scene.tell("table {}", dropped ? "dropped and made again" : "truncated");
    }
    scene.lost_notes = scene.lost_notes || world.notes_lost;
    if (world.notes_lost && scene.random.chance(0.3)) {
        scene.notes.agreed.clear();
        scene.tell("notes of what was agreed lost");
    } else if (world.notes_lost && !scene.old_cursors.empty() && scene.random.chance(0.5)) {
        const auto any = scene.random.below(static_cast<std::int64_t>(scene.old_cursors.size()));
        scene.notes.cursors[pair_name] = scene.old_cursors[static_cast<std::size_t>(any)];
        scene.tell("an older cursor restored from a backup");
    } else if (world.notes_lost) {
        scene.notes.cursors.clear();
        scene.tell("notes of the cursor lost");
    }
}

}  // namespace duet::simulation
