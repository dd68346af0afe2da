#include "oracle.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>

namespace duet::simulation {

namespace {

using Kind = UserWrite::Kind;
using Fields = std::array<std::string, column_count>;  // empty: null

/// The longest time between a look at a row and the write that follows.
constexpr std::int64_t one_step = 60'000;

std::int64_t floor_to(std::int64_t micros, std::int64_t unit) {
    const std::int64_t rest = micros % unit;
    return micros - (rest < 0 ? rest + unit : rest);
}

class Judge {
public:
    explicit Judge(const Scene& scene) : scene_(scene) {
        const bool coarse = scene.world.coarse_index ||
                            scene.rows.options().version_precision == Precision::milliseconds;
        unit_ = coarse ? 1'000 : 1;
    }

    Verdict verdict() {
        fail(scene_.violation);
        for (std::size_t record = 0; record < scene_.ids.size(); ++record) {
            judge_level(record);
            judge_whole(record);
            judge_carried(record);
            judge_first_meeting(record);
            judge_deletion(record);
            judge_end(record);
        }
        if (scene_.world.level && scene_.duet_writes() > 0) {
            fail(fmt::format("a level pair was written {} times", scene_.duet_writes()));
        }
        if (scene_.documents.refresh_paused()) fail("the index no longer refreshes by itself");
        for (const UserWrite& write : scene_.writes) judge_write(write);
        return std::move(verdict_);
    }

    Verdict verdict_of_stop(bool stopped) {
        for (std::size_t record = 0; record < scene_.ids.size(); ++record) {
            const Met met = met_first(record);
            if (!met.conflict()) continue;
            if (!stopped)
                fail(fmt::format("the pair went on although record {} asks for a choice", record));
            const bool touched = row_fields(record) != whole(*met.row) ||
                                 document_fields(record) != whole(*met.document);
            if (touched) fail(fmt::format("record {} was touched before a person chose", record));
        }
        return std::move(verdict_);
    }

private:
    const Scene& scene_;
    std::int64_t unit_ = 1;
    Verdict verdict_;

    void fail(std::string text) {
        if (verdict_.failure.empty()) verdict_.failure = std::move(text);
    }

    [[nodiscard]] const QuarantineEntry* quarantined(std::size_t record) const {
        const auto pair = scene_.notes.quarantine.find(pair_name);
        if (pair == scene_.notes.quarantine.end()) return nullptr;
        const auto entry = pair->second.find(scene_.ids[record]);
        return entry == pair->second.end() ? nullptr : &entry->second;
    }

    [[nodiscard]] std::optional<Fields> row_fields(std::size_t record) const {
        const RowView view = scene_.rows.view(scene_.ids[record]);
        if (!view.exists) return std::nullopt;
        Fields fields;
        for (std::size_t i = 0; i < column_count; ++i) {
            if (!view.values[i].is_null()) fields[i] = view.values[i].get<std::string>();
        }
        return fields;
    }

    [[nodiscard]] std::optional<Fields> document_fields(std::size_t record) const {
        const Document* document = scene_.documents.find(scene_.ids[record]);
        if (document == nullptr) return std::nullopt;
        Fields fields;
        for (std::size_t i = 0; i < column_count; ++i) {
            const auto field = document->fields.find(column_names[i]);
            if (field != document->fields.end()) fields[i] = field->second.get<std::string>();
        }
        return fields;
    }

    /// Both sides hold the same content under the same version, or the record is in quarantine with
    /// both.
    void judge_level(std::size_t record) {
        const auto row = row_fields(record);
        const auto document = document_fields(record);
        if (const QuarantineEntry* entry = quarantined(record)) {
            judge_quarantine(record, *entry, row, document);
            return;
        }
        if (row != document && !(scene_.world.pipeline && record == 0)) {
            fail(fmt::format("diverged: row {} is {}, its document is {}", record,
                             scene_.row_text(record), scene_.document_text(record)));
            return;
        }
        judge_same_end(record);
        const auto row_version = scene_.row_version(record);
        const Document* found = scene_.documents.find(scene_.ids[record]);
        if (found == nullptr || !found->stamp || !row_version) return;
        if (floor_to(*row_version, unit_) != floor_to(found->stamp->micros, unit_)) {
            fail(fmt::format("versions differ: row {} is {}, its document is {}", record,
                             scene_.row_text(record), scene_.document_text(record)));
        }
    }

    /// Both sides end at the same moment; a row of nothing but a key does not tell when.
    void judge_same_end(std::size_t record) {
        const RowView row = scene_.rows.view(scene_.ids[record]);
        const Document* document = scene_.documents.find(scene_.ids[record]);
        if (document == nullptr || !row.newest()) return;
        const std::int64_t apart = row.expires_at.value_or(0) - document->expires_at.value_or(0);
        if (std::abs(apart) > 2 * scene_.world.skew + 500) {
            fail(fmt::format("other ends: row {} is {}, its document is {}", record,
                             scene_.row_text(record), scene_.document_text(record)));
        }
    }

    [[nodiscard]] bool has_ended(const UserWrite& write) const {
        return write.ends && *write.ends <= scene_.clock.now();
    }

    /// A kill, a lost reply or another instance may come between a level record and its cursor.
    [[nodiscard]] bool has_gaps() const {
        return scene_.kills + scene_.lost > 0 || scene_.world.instances > 1 ||
               scene_.world.notes_lost;
    }

    /// Users gave cells of the record different ends, so that one may end alone.
    [[nodiscard]] bool has_mixed_ends(std::size_t record) const {
        std::set<std::optional<std::int64_t>> ends;
        for (const UserWrite& write : scene_.writes) {
            if (write.record == record && write.kind != Kind::remove) ends.insert(write.ends);
        }
        return ends.size() > 1;
    }

    /// A user's partial update has given the document more time, and its other fields with it.
    [[nodiscard]] bool lives_on(const UserWrite& write) const {
        return std::ranges::any_of(scene_.writes, [&](const UserWrite& each) {
            return each.record == write.record && each.kind == Kind::partial &&
                   (!each.ends || *each.ends > *write.ends);
        });
    }

    /// A later write of the row has ended as well: it may have come and gone between two looks,
    /// and what Duet restores then is the document of before, with cells that have ended since.
    [[nodiscard]] bool came_and_went_after(const UserWrite& write) const {
        return std::ranges::any_of(scene_.writes, [&](const UserWrite& each) {
            return each.record == write.record && each.side == Side::cassandra &&
                   each.time > write.time && has_ended(each);
        });
    }

    /// The row's version column has another end than an unstamped write: when its cells have
    /// ended, the older stamp is all there is to read, and the document wins by it (V4).
    [[nodiscard]] bool stamp_outlives(const UserWrite& write) const {
        if (write.side != Side::cassandra || write.stamped) return false;
        return std::ranges::any_of(scene_.writes, [&](const UserWrite& each) {
            return each.record == write.record && each.stamped && each.time < write.time &&
                   (!each.ends || *each.ends > *write.ends);
        });
    }

    /// What has ended is nowhere.
    void judge_end(std::size_t record) {
        const Fields row = row_fields(record).value_or(Fields{});
        const Fields document = document_fields(record).value_or(Fields{});
        const bool gone = !row_fields(record) && !document_fields(record);
        for (const UserWrite& write : scene_.writes) {
            if (write.record != record || !has_ended(write)) continue;
            verdict_.ends += gone ? 1 : 0;
            bool back = false;
            for (std::size_t i = 0; i < column_count; ++i) {
                const bool value = write.fields[i] && !write.fields[i]->empty();
                back = back ||
                       (value && (row[i] == *write.fields[i] || document[i] == *write.fields[i]));
            }
            if (!back || lives_on(write)) continue;
            if (has_gaps() && has_mixed_ends(record)) {
                ++verdict_.exceptions["ended before the cursor was saved"];
                continue;
            }
            if (came_and_went_after(write) && has_mixed_ends(record)) {
                ++verdict_.exceptions["came and went between two looks"];
                continue;
            }
            if (stamp_outlives(write)) {
                ++verdict_.exceptions["the stamp outlived what it dated"];
                continue;
            }
            fail(fmt::format("came back: \"{}\" of t={}; row is {}, document is {}", write.text,
                             write.time - epoch, scene_.row_text(record),
                             scene_.document_text(record)));
        }
    }

    /// A cell of a column of this write had a TTL that has run out: it hides what is not newer.
    [[nodiscard]] bool under_an_end(const UserWrite& write) const {
        return std::ranges::any_of(scene_.writes, [&](const UserWrite& each) {
            if (each.record != write.record || !has_ended(each)) return false;
            for (std::size_t i = 0; i < column_count; ++i) {
                if (each.fields[i] && write.fields[i]) return true;
            }
            return false;
        });
    }

    void judge_quarantine(std::size_t record, const QuarantineEntry& entry,
                          const std::optional<Fields>& row, const std::optional<Fields>& document) {
        if (row && !holds(entry.row_json, *row))
            fail(fmt::format("quarantine of {} lacks its row", record));
        if (document && !holds(entry.document_json, *document)) {
            fail(fmt::format("quarantine of {} lacks its document", record));
        }
        const World& world = scene_.world;
        const bool rewritten = entry.refusal.reason.find("five times") != std::string::npos;
        const bool hidden = entry.refusal.reason.find("deletion") != std::string::npos;
        if (rewritten && deletes_of(record) > 0) {
            // Each of Duet's writes was undone by a deletion, which is no change of content that V9
            // could see.
            ++verdict_.exceptions["V9 against deletes"];
        } else if (rewritten && !(world.pipeline && record == 0)) {
            fail(fmt::format("livelock: only V9 ended it for record {}", record));
        } else if (hidden && !world.future_times) {
            fail(fmt::format("record {} is in quarantine for a deletion that is not in the future",
                             record));
        } else if (!rewritten && !hidden && !world.unreadable && !world.refused) {
            fail(fmt::format("record {} is in quarantine: {}", record, entry.refusal.reason));
        }
        ++verdict_.exceptions["in quarantine"];
    }

    [[nodiscard]] std::ptrdiff_t deletes_of(std::size_t record) const {
        return std::ranges::count_if(scene_.writes, [record](const UserWrite& write) {
            return write.record == record && write.kind == Kind::remove;
        });
    }

    [[nodiscard]] static std::string member(std::size_t column, const std::string& value) {
        return fmt::format("\"{}\":\"{}\"", column_names[column], value);
    }

    [[nodiscard]] static bool holds(const std::string& json, const Fields& fields) {
        for (std::size_t i = 0; i < column_count; ++i) {
            const bool there =
                fields[i].empty()
                    ? json.find(fmt::format("\"{}\":", column_names[i])) == std::string::npos
                    : json.find(member(i, fields[i])) != std::string::npos;
            if (!there) return false;
        }
        return true;
    }

    /// A content in which what this write said can be read.
    [[nodiscard]] static bool tells(const std::string& json, const UserWrite& write) {
        if (json.empty()) return false;
        for (std::size_t i = 0; i < column_count; ++i) {
            if (!write.fields[i]) continue;
            const std::string& value = *write.fields[i];
            const bool there = value.empty() ? json.find(fmt::format("\"{}\":", column_names[i])) ==
                                                   std::string::npos
                                             : json.find(member(i, value)) != std::string::npos;
            if (!there) return false;
        }
        return true;
    }

    [[nodiscard]] bool kept(const UserWrite& write) const {
        if (const QuarantineEntry* entry = quarantined(write.record)) {
            if (tells(entry->row_json, write) || tells(entry->document_json, write)) return true;
        }
        const auto pair = scene_.notes.beaten.find(pair_name);
        if (pair == scene_.notes.beaten.end()) return false;
        return std::ranges::any_of(pair->second, [&](const MemoryNotes::Kept& each) {
            return each.beaten.id == scene_.ids[write.record] && tells(each.beaten.json, write);
        });
    }

    /// Where everybody writes whole records, nobody's record may be a mixture (V5).
    void judge_whole(std::size_t record) {
        const World& world = scene_.world;
        const auto row = row_fields(record);
        if (world.partial || world.clears || world.deletes || !row) return;
        const bool whole = std::ranges::any_of(scene_.writes, [&](const UserWrite& write) {
            return write.record == record && write.fields[0] == (*row)[0] &&
                   write.fields[1] == (*row)[1];
        });
        if (!whole)
            fail(fmt::format("mixed: nobody wrote row {} as {}", record, scene_.row_text(record)));
    }

    /// deletes = "propagate": what was agreed on and then deleted is gone from both sides, if
    /// nobody wrote it since.
    void judge_deletion(std::size_t record) {
        const bool stories_of_restoring =
            scene_.truncated_at > 0 || scene_.generation > 0 || scene_.lost_notes;
        if (!scene_.world.propagate || stories_of_restoring) return;
        const UserWrite* last = nullptr;
        for (const UserWrite& write : scene_.writes) {
            if (write.record == record) last = &write;
        }
        if (last == nullptr || last->kind != Kind::remove || !last->binding) return;
        if (!row_fields(record) && !document_fields(record)) {
            ++verdict_.deletions;
        } else if (scene_.world.instances > 1) {
            // The other one had looked before, or knows an older cursor: it restores.
            ++verdict_.exceptions["restored by the other instance"];
        } else {
            fail(fmt::format("resurrected: \"{}\" of t={}; row is {}, document is {}", last->text,
                             last->time - epoch, scene_.row_text(record),
                             scene_.document_text(record)));
        }
    }

    /// deletes = "propagate": the removal has not seen the write, and the write is no late one.
    [[nodiscard]] bool spares(const UserWrite& removal, const UserWrite& write) const {
        const bool same_side = removal.side == write.side;
        const bool later =
            write.time > removal.time || (write.time == removal.time && &write > &removal);
        if (same_side && write.side == Side::cassandra && removal.timestamp >= write.timestamp)
            return false;
        if (!later && (same_side || removal.binding)) return false;
        if (!removal.removed) return true;
        const std::int64_t removed = floor_to(*removal.removed, unit_);
        // A document without a stamp counts from the clock before it was looked at.
        const bool by_clock = !write.stamped && write.side == Side::elasticsearch;
        const std::int64_t lowest =
            floor_to(write.lowest, unit_) - (by_clock && !later ? one_step : 0);
        // What was inserted again without a stamp is of now.
        if (later && !write.stamped && write.side == Side::elasticsearch) return true;
        if (later && !write.stamped && same_side) return true;
        return later && same_side ? lowest >= removed : lowest > removed;
    }

    /// `other` is out of the way of `write`: provably older, or no change of content.
    [[nodiscard]] bool gives_way(const UserWrite& other, const UserWrite& write) const {
        if (other.kind == Kind::key_only && !other.stamped) return !follows_a_delete(other);
        const bool same_side = other.side == write.side;
        const bool later = other.time > write.time || (other.time == write.time && &other > &write);
        if (other.kind == Kind::remove && scene_.world.propagate) return spares(other, write);
        if (same_side && later) return false;
        if (other.kind == Kind::remove) return !same_side || other.timestamp < write.timestamp;
        // V4: a row that changed after its document was settled wins, although its version went
        // back.
        if (!same_side && other.side == Side::cassandra && later && other.version_went_back &&
            !other.stamped)
            return false;
        // On one side the store itself decides between two writes of the same column.
        if (same_side && write.side == Side::cassandra && other.timestamp >= write.timestamp)
            return false;
        return floor_to(other.highest, unit_) < floor_to(write.lowest, unit_);
    }

    /// What the row overwrites is gone, but what the document holds beside the columns stays
    /// (docs/types.md).
    void judge_carried(std::size_t record) {
        const World& world = scene_.world;
        const Document* document = scene_.documents.find(scene_.ids[record]);
        if (!world.carried || world.deletes || world.recreates || document == nullptr) return;
        std::string expected;
        for (const UserWrite& write : scene_.writes) {
            if (write.record == record && write.kind == Kind::index) expected = write.carried;
        }
        if (document->carried != expected) {
            fail(
                fmt::format("document {} carries {}, not {}", record, document->carried, expected));
        }
    }

    /// What stood on both sides of a record that no user wrote since: for the rules of the first
    /// meeting.
    struct Met {
        const UserWrite* row = nullptr;
        const UserWrite* document = nullptr;
        bool written_since = false;

        [[nodiscard]] bool conflict() const {
            return row != nullptr && document != nullptr && !document->stamped && !written_since &&
                   row->fields != document->fields;
        }
    };

    [[nodiscard]] Met met_first(std::size_t record) const {
        Met met;
        for (const UserWrite& write : scene_.writes) {
            if (write.record != record) continue;
            if (write.kind != Kind::fill) {
                met.written_since = true;
            } else if (write.side == Side::cassandra) {
                met.row = &write;
            } else {
                met.document = &write;
            }
        }
        return met;
    }

    [[nodiscard]] static Fields whole(const UserWrite& write) {
        Fields fields;
        for (std::size_t i = 0; i < column_count; ++i) fields[i] = write.fields[i].value_or("");
        return fields;
    }

    void judge_first_meeting(std::size_t record) {
        const Met met = met_first(record);
        if (met.written_since || met.document == nullptr || met.document->stamped) return;
        const Document* document = scene_.documents.find(scene_.ids[record]);
        const bool same = met.row != nullptr && met.row->fields == met.document->fields;
        if ((met.row == nullptr || same) && document->stamp) {
            fail(fmt::format("the old document {} was given a stamp", record));
        }
        if (!met.conflict()) return;
        const bool row_wins = scene_.world.first_meeting == sync::FirstMeeting::cassandra;
        const UserWrite& winner = row_wins ? *met.row : *met.document;
        const UserWrite& loser = row_wins ? *met.document : *met.row;
        if (row_fields(record) != whole(winner)) {
            fail(fmt::format("first meeting of {}: \"{}\" should have won", record, winner.text));
        }
        if (!kept(loser))
            fail(fmt::format("first meeting of {}: \"{}\" was not kept", record, loser.text));
    }

    /// A key inserted where the row was deleted makes a row of nulls: V4 takes that for a change of
    /// the content.
    [[nodiscard]] bool follows_a_delete(const UserWrite& key_only) const {
        return std::ranges::any_of(scene_.writes, [&](const UserWrite& each) {
            return each.record == key_only.record && each.side == Side::cassandra &&
                   each.kind == Kind::remove && each.time < key_only.time;
        });
    }

    void judge_write(const UserWrite& write) {
        const bool silent =
            write.kind == Kind::key_only || write.kind == Kind::remove || has_ended(write);
        if (silent) return;
        for (const UserWrite& other : scene_.writes) {
            if (&other == &write || other.record != write.record) continue;
            if (!gives_way(other, write)) return;
        }
        const auto row = row_fields(write.record);
        const auto document = document_fields(write.record);
        // A record that is not there has null everywhere.
        const Fields in_row = row.value_or(Fields{});
        const Fields in_document = document.value_or(Fields{});
        bool there = true;
        for (std::size_t i = 0; there && i < column_count; ++i) {
            there = !write.fields[i] ||
                    (*write.fields[i] == in_row[i] && *write.fields[i] == in_document[i]);
        }
        if (there || (kept(write) && !provable(write))) return;
        const std::string name = exception(write);
        if (!name.empty()) {
            ++verdict_.exceptions[name];
            return;
        }
        fail(fmt::format("lost: \"{}\" of t={}; row is {}, document is {}", write.text,
                         write.time - epoch, scene_.row_text(write.record),
                         scene_.document_text(write.record)));
    }

    /// V3: a document that was level and then changed without a new stamp wins; being kept is not
    /// enough. Nor is it where every moment is known: one instance, no kills, no lost replies.
    [[nodiscard]] bool provable(const UserWrite& write) const {
        const World& world = scene_.world;
        const bool calm = !world.kills && !world.lost_replies && world.instances == 1;
        if (!calm || world.unreadable || world.refused || world.filled) return false;
        // An old, unstamped document loses to the row at a first meeting.
        const bool old = write.side == Side::elasticsearch && write.time < scene_.met_generation;
        if (old && !write.stamped) return false;
        // Only V4 can see a clear, and only where the document is known to be settled.
        if (write.kind == Kind::clear) return write.was_level;
        if (write.kind == Kind::partial && !write.stamped) return write.was_level;
        return true;
    }

    /// V7: it carries a newer stamp, but an older WRITETIME than what Duet was about to write, not
    /// having seen it.
    [[nodiscard]] bool covered(const UserWrite& write) const {
        if (write.side != Side::cassandra || !write.stamped || write.lowest <= write.timestamp)
            return false;
        return std::ranges::any_of(scene_.duet_wrote, [&](const DuetWrite& each) {
            return each.record == write.record && each.side == Side::cassandra &&
                   each.time >= write.time && each.time <= write.time + one_step &&
                   each.version >= write.timestamp;
        });
    }

    /// USING TIMESTAMP of the past: the document had a newer stamp from Duet already (V3) when it
    /// was written.
    [[nodiscard]] bool dated_back(const UserWrite& write) const {
        if (write.timestamp >= write.time) return false;
        return std::ranges::any_of(scene_.duet_wrote, [&](const DuetWrite& each) {
            return each.record == write.record && each.side == Side::elasticsearch &&
                   each.time <= write.time && each.version >= write.lowest;
        });
    }

    /// What the rules cannot decide (docs/how-it-works.md#what-cannot-be-decided), by name. Each
    /// asks for exactly the circumstances that make it undecidable.
    [[nodiscard]] std::string exception(const UserWrite& write) const {
        if (write.hidden_at_once) return "hidden by WRITETIME";
        if (write.side == Side::cassandra && write.time <= scene_.truncated_at)
            return "truncated with its table";
        if (covered(write)) return "covered by WRITETIME in the same moment";
        if (write.side == Side::cassandra && dated_back(write))
            return "older than a stamp that stood there";
        if (write.of_nothing) return "cleared a row that was not there";
        if (write.kind == Kind::clear && write.version_went_back && has_gaps())
            return "cleared before the cursor was saved";
        if (write.kind == Kind::partial && !write.stamped && write.met_null)
            return "old stamp onto a null";
        if (write.kind == Kind::partial && !write.stamped && under_an_end(write))
            return "old stamp under a cell that ended";
        if (write.side == Side::elasticsearch && write.generation != scene_.generation)
            return "index deleted";
        return "";
    }
};

}  // namespace

Verdict judge(const Scene& scene) { return Judge(scene).verdict(); }

Verdict judge_stop(const Scene& scene, bool stopped) {
    return Judge(scene).verdict_of_stop(stopped);
}

}  // namespace duet::simulation
