#include "scene.hpp"

#include <algorithm>

namespace duet::simulation {

namespace {

std::vector<Column> columns() {
    std::vector<Column> all;
    for (const char* name : column_names) {
        all.push_back(Column{name, Type{}});
    }
    return all;
}

MemoryRows::Options row_options(std::uint64_t seed) {
    MemoryRows::Options options;
    options.columns = columns();
    // A third each: no version column, one as CQL's timestamp, one of microseconds.
    constexpr std::array<std::optional<Precision>, 3> kinds{std::nullopt, Precision::milliseconds,
                                                            Precision::microseconds};
    options.version_precision = kinds[seed % kinds.size()];
    return options;
}

MemoryDocuments::Options document_options(const World& world, std::uint64_t seed) {
    MemoryDocuments::Options options;
    options.columns = columns();
    options.shards = world.shards;
    options.version_precision =
        world.coarse_index ? Precision::milliseconds : Precision::microseconds;
    options.seed = seed;
    return options;
}

}  // namespace

std::string text_of(const Value& value) { return value.is_null() ? "-" : value.get<std::string>(); }

Scene::Scene(const World& of, std::uint64_t from_seed, bool with_story)
    : world(of),
      seed(from_seed),
      random(from_seed),
      rows(row_options(from_seed), clock),
      documents(document_options(of, from_seed)),
      with_story_(with_story) {
    for (int i = 0; i < world.records; ++i) {
        const std::uint64_t high = random.next();
        ids.push_back(Uuid::version4(high, random.next()));
    }
    rows.on_write([this](const Id& id, std::int64_t timestamp) { on_row(id, timestamp); });
    documents.on_write([this](const Id& id) { on_document(id); });
}

void Scene::tick() {
    clock.advance(1 + random.below(600));
    if (random.chance(0.02)) {
        clock.advance(random.below(20'000));
    }
}

std::size_t Scene::record_of(const Id& id) const {
    return static_cast<std::size_t>(std::find(ids.begin(), ids.end(), id) - ids.begin());
}

std::optional<std::int64_t> Scene::row_version(std::size_t record) const {
    const RowView view = rows.view(ids[record]);
    const auto newest = view.newest();
    if (newest && view.stamp && view.stamp_write_time == newest) {
        return view.stamp->micros;
    }
    return newest;
}

std::string Scene::row_text(std::size_t record) const {
    const RowView view = rows.view(ids[record]);
    if (!view.exists) {
        return "nothing";
    }
    std::string text;
    for (std::size_t i = 0; i < column_count; ++i) {
        text += (i == 0 ? "{" : ", ") + text_of(view.values[i]);
        if (view.write_times[i]) {
            text += fmt::format("@{}", *view.write_times[i] - epoch);
        }
    }
    text += "}";
    if (view.stamp) {
        text +=
            fmt::format(" stamp {}@{}", view.stamp->micros - epoch, *view.stamp_write_time - epoch);
    }
    if (view.changes_at) {
        text += fmt::format(" changes at {}", *view.changes_at - epoch);
    }
    if (view.expires_at) {
        text += fmt::format(" ends at {}", *view.expires_at - epoch);
    }
    return text;
}

std::string Scene::document_text(std::size_t record) const {
    const Document* document = documents.find(ids[record]);
    if (document == nullptr) {
        return "nothing";
    }
    std::string text;
    for (const char* name : column_names) {
        const auto field = document->fields.find(name);
        text += (text.empty() ? "{" : ", ") +
                (field == document->fields.end() ? "-" : text_of(field->second));
    }
    text += document->stamp ? fmt::format("}} stamp {}", document->stamp->micros - epoch)
                            : "} unstamped";
    if (document->expires_at) {
        text += fmt::format(" ends at {}", *document->expires_at - epoch);
    }
    return text + fmt::format(" seq {}", document->seq_no);
}

void Scene::on_row(const Id& id, std::int64_t timestamp) {
    const std::size_t record = record_of(id);
    journal.emplace_back(id, timestamp);
    if (user_acts) {
        return;
    }
    duet_wrote.push_back({record, Side::cassandra, clock.now(), timestamp});
    tell("duet  row {} written USING TIMESTAMP {}: {}", record, timestamp - epoch,
         row_text(record));
    // V7, at every moment: Duet's own WRITETIMEs are not far ahead unless a user's are.
    const std::int64_t limit = clock.now() + world.skew + max_ahead;
    if (timestamp > limit && !world.future_times) {
        violation = fmt::format("V7: row {} was written with a WRITETIME {} us ahead", record,
                                timestamp - clock.now());
    }
}

void Scene::on_document(const Id& id) {
    if (user_acts) {
        return;
    }
    const std::size_t record = record_of(id);
    const Document* document = documents.find(id);
    const bool stamped = document != nullptr && document->stamp;
    const std::int64_t stamp = stamped ? document->stamp->micros : 0;
    duet_wrote.push_back({record, Side::elasticsearch, clock.now(), stamp});
    tell("duet  document {} := {}", record, document_text(record));
    if (document != nullptr) seen(record, stamp);
}

bool Scene::agreed(std::size_t record) const {
    const Id& id = ids[record];
    const RowView row = rows.view(id);
    const Document* document = documents.find(id);
    if (!row.exists || document == nullptr || !row.newest()) return false;
    for (std::size_t i = 0; i < column_count; ++i) {
        const auto field = document->fields.find(column_names[i]);
        const Value value = field == document->fields.end() ? Value() : field->second;
        if (!(value == row.values[i])) return false;
    }
    const auto quarantined = notes.quarantine.find(pair_name);
    if (quarantined != notes.quarantine.end() && quarantined->second.contains(id)) return false;
    const auto noted = notes.agreed.find(pair_name);
    if (noted == notes.agreed.end()) return false;
    const auto note = noted->second.find({rows.token(id), id});
    if (note == noted->second.end()) return false;
    const Agreed& agreed = note->second.agreed;
    const auto same = [&](std::int64_t version) {
        return version / 1'000 == agreed.version.micros / 1'000;
    };
    return agreed.kind == Agreed::Kind::record && same(*row_version(record)) &&
           (!document->stamp || same(document->stamp->micros));
}

void Scene::seen(std::size_t record, std::int64_t stamp) {
    for (UserWrite& write : writes) {
        if (write.side == Side::elasticsearch && write.record == record &&
            write.highest == open_end) {
            write.highest = std::max(clock.now() + 1 + world.skew, stamp);
        }
    }
}

void Scene::seen_upto(const Cursor& cursor) {
    if (cursor.index_uuid != met_uuid && cursor.same_index(documents.position())) {
        met_uuid = cursor.index_uuid;
        met_generation = clock.now();
    }
    for (UserWrite& write : writes) {
        const bool passed = write.side == Side::elasticsearch && write.generation == generation &&
                            write.shard < cursor.shards.size() &&
                            write.seq_no <= cursor.shards[write.shard];
        if (passed && write.highest == open_end) {
            const auto row = row_version(write.record);
            write.highest = std::max(clock.now() + 1 + world.skew, row.value_or(0) + 1);
        }
    }
}

}  // namespace duet::simulation
