#include "stores/memory/index.hpp"

#include <algorithm>

#include "stores/memory/json.hpp"

namespace duet {

MemoryIndex::MemoryIndex(MemoryDocuments& documents, MemoryHooks& hooks, const Clock& clock)
    : documents_(documents), hooks_(hooks), clock_(clock) {}

Task<Schema> MemoryIndex::describe() {
    co_await hooks_.before("index.describe");
    Schema schema;
    schema.name = documents_.options().name;
    schema.exists = documents_.options().exists;
    schema.columns = documents_.options().columns;
    schema.document_precision = documents_.options().version_precision;
    schema.expiry_field = "expires_at";
    co_await hooks_.after("index.describe");
    co_return schema;
}

Task<void> MemoryIndex::provision(const Schema& schema, bool may_create) {
    co_await hooks_.before("index.provision");
    if (may_create) {
        documents_.create();
    }
    schema_ = schema;
    for (const Column& column : schema.columns) {
        const auto& mapped = documents_.options().columns;
        const bool known = std::any_of(mapped.begin(), mapped.end(), [&](const Column& each) {
            return each.name == column.name;
        });
        if (may_create && !known) {
            documents_.add(column);
        }
    }
    co_await hooks_.after("index.provision");
}

State MemoryIndex::state_of(const Guard& guard, const Document* document,
                            std::int64_t seen_at) const {
    State state;
    state.guard = guard;
    state.seen_at = seen_at;
    state.content.values.resize(schema_.columns.size());
    if (document == nullptr) {
        return state;
    }
    state.exists = true;
    state.version = document->stamp;
    state.expires_at = document->expires_at;
    state.problem = document->problem;
    state.content.carried = document->carried;
    for (const auto& [name, value] : document->fields) {
        if (const auto column = schema_.find(name)) {
            state.content.values[*column] = value;
            continue;
        }
        state.unfamiliar = true;
        std::string& carried = state.content.carried;
        carried += (carried.empty() ? "" : ",") + json_of(Value(name)) + ":" + json_of(value);
    }
    return state;
}

Task<std::vector<State>> MemoryIndex::look(std::span<const Id> ids) {
    std::vector<State> states;
    for (const Id& id : ids) {
        const std::int64_t seen_at = clock_.now();
        co_await hooks_.before("index.read");
        states.push_back(state_of(documents_.guard_of(id), documents_.find(id), seen_at));
        co_await hooks_.after("index.read");
    }
    co_return states;
}

Document MemoryIndex::document_of(const Write& write) const {
    Document next;
    for (std::size_t i = 0; i < schema_.columns.size(); ++i) {
        if (!is_empty(write.content->values[i])) {
            next.fields.emplace(schema_.columns[i].name, write.content->values[i]);
        }
    }
    next.carried = write.content->carried;
    next.stamp = cut(write.version);
    next.expires_at = write.expires_at;
    return next;
}

Version MemoryIndex::cut(Version version) const {
    const auto unit = static_cast<std::int64_t>(documents_.options().version_precision);
    const std::int64_t rest = version.micros % unit;
    return Version{version.micros - (rest < 0 ? rest + unit : rest)};
}

Task<Outcome> MemoryIndex::replace(const Id& id, const Guard& guard, Document next) {
    Outcome outcome;
    co_await hooks_.before("index.write");
    const std::optional<Guard> written = documents_.replace(id, guard, std::move(next));
    co_await hooks_.after("index.write");
    if (written) {
        outcome.guard = *written;
    } else {
        outcome.kind = Outcome::Kind::superseded;
    }
    co_return outcome;
}

Task<std::vector<Outcome>> MemoryIndex::apply(std::span<const Write> writes) {
    std::vector<Outcome> outcomes;
    for (const Write& write : writes) {
        Guard guard = write.guard;
        // `create` says nothing of a shard.
        guard.shard = static_cast<std::int32_t>(documents_.shard_of(write.id));
        Document next = document_of(write);
        outcomes.push_back(co_await replace(write.id, guard, std::move(next)));
    }
    co_return outcomes;
}

Task<std::vector<Outcome>> MemoryIndex::stamp(std::span<const Stamp> stamps) {
    std::vector<Outcome> outcomes;
    for (const Stamp& stamp : stamps) {
        // A scripted or partial update with the same guard: whatever else is in the document stays.
        const Document* document = documents_.find(stamp.id);
        Document next = document == nullptr ? Document{} : *document;
        next.stamp = cut(stamp.version);
        Guard guard = stamp.guard;
        guard.seq_no = document == nullptr ? -2 : guard.seq_no;
        outcomes.push_back(co_await replace(stamp.id, guard, std::move(next)));
    }
    co_return outcomes;
}

Task<std::vector<Outcome>> MemoryIndex::remove(std::span<const Removal> removals) {
    std::vector<Outcome> outcomes;
    for (const Removal& removal : removals) {
        co_await hooks_.before("index.delete");
        Outcome outcome;
        if (!documents_.remove(removal.id, removal.guard)) {
            outcome.kind = Outcome::Kind::superseded;
        }
        co_await hooks_.after("index.delete");
        outcomes.push_back(outcome);
    }
    co_return outcomes;
}

Task<Cursor> MemoryIndex::position() {
    co_await hooks_.before("index.position");
    Cursor cursor = documents_.position();
    co_await hooks_.after("index.position");
    co_return cursor;
}

Task<ChangeBatch> MemoryIndex::changes(const Cursor& since, const Cursor& upto, std::size_t limit,
                                       bool content) {
    ChangeBatch batch;
    batch.next = since;
    if (since.shards == upto.shards) {
        co_return batch;
    }
    co_await refresh();
    const std::int64_t seen_at = clock_.now();
    co_await hooks_.before("index.search");
    const std::size_t shards =
        std::min({since.shards.size(), upto.shards.size(), documents_.options().shards});
    for (std::size_t shard = 0; shard < shards; ++shard) {
        std::map<std::int64_t, Id> found;
        for (const auto& [id, document] : documents_.visible(shard)) {
            if (document.seq_no > since.shards[shard] && document.seq_no <= upto.shards[shard]) {
                found.emplace(document.seq_no, id);
            }
        }
        batch.next.shards[shard] = std::max(since.shards[shard], upto.shards[shard]);
        for (const auto& [seq_no, id] : found) {
            if (batch.changes.size() == limit) {
                batch.next.shards[shard] = std::max(since.shards[shard], seq_no - 1);
                batch.caught_up = false;
                break;
            }
            const Document& document = documents_.visible(shard).at(id);
            const Guard guard{static_cast<std::int32_t>(shard), seq_no, document.primary_term};
            Change change{id, std::nullopt, std::nullopt};
            if (content) {
                change.document = state_of(guard, &document, seen_at);
            } else {
                change.document.emplace();
                change.document->exists = true;
                change.document->guard = guard;
            }
            batch.changes.push_back(std::move(change));
        }
    }
    co_await hooks_.after("index.search");
    co_return batch;
}

Task<void> MemoryIndex::refresh() {
    co_await hooks_.before("index.refresh");
    documents_.refresh();
    co_await hooks_.after("index.refresh");
}

Task<void> MemoryIndex::pause_refresh() {
    co_await hooks_.before("index.settings");
    documents_.pause_refresh(true);
    co_await hooks_.after("index.settings");
}

Task<void> MemoryIndex::resume_refresh() {
    if (!documents_.refresh_paused()) co_return;
    co_await hooks_.before("index.settings");
    documents_.pause_refresh(false);
    co_await hooks_.after("index.settings");
}

Task<std::uint64_t> MemoryIndex::count() {
    co_await hooks_.before("index.count");
    std::uint64_t count = documents_.left_out();
    for (std::size_t shard = 0; shard < documents_.options().shards; ++shard) {
        count += documents_.visible(shard).size();
    }
    co_await hooks_.after("index.count");
    co_return count;
}

Task<std::uint64_t> MemoryIndex::deletes() {
    co_await hooks_.before("index.deletes");
    const std::uint64_t deletes = documents_.deletes();
    co_await hooks_.after("index.deletes");
    co_return deletes;
}

Task<std::vector<Id>> MemoryIndex::absent(std::span<const Id> ids) {
    co_await hooks_.before("index.read");
    std::vector<Id> absent;
    for (const Id& id : ids) {
        if (documents_.find(id) == nullptr) absent.push_back(id);
    }
    co_await hooks_.after("index.read");
    co_return absent;
}

Task<std::vector<DocumentScan>> MemoryIndex::scan(int slices) {
    co_await hooks_.before("index.scan");
    std::vector<DocumentScan> all(static_cast<std::size_t>(slices));
    for (int slice = 0; slice < slices; ++slice) {
        all[static_cast<std::size_t>(slice)].slice = slice;
        all[static_cast<std::size_t>(slice)].slices = slices;
    }
    co_await hooks_.after("index.scan");
    co_return all;
}

Task<void> MemoryIndex::end(std::vector<DocumentScan> /*scan*/) {
    co_return;  // what is visible is not kept for a scan: a page shows the moment of its reading
}

Task<std::vector<Change>> MemoryIndex::read(DocumentScan& scan, std::size_t limit, Detail detail) {
    const std::int64_t seen_at = clock_.now();
    co_await hooks_.before("index.scan");
    if (scan.after.empty() && scan.slice == 0) scan.left_out += documents_.left_out();
    std::map<std::string, Change> all;
    for (std::size_t shard = 0; shard < documents_.options().shards; ++shard) {
        for (const auto& [id, document] : documents_.visible(shard)) {
            if (std::hash<Id>{}(id) % static_cast<std::size_t>(scan.slices) !=
                static_cast<std::size_t>(scan.slice))
                continue;
            if (document.seq_no <= scan.positions.after || document.seq_no > scan.positions.upto)
                continue;
            const Guard guard{static_cast<std::int32_t>(shard), document.seq_no,
                              document.primary_term};
            Change change{id, std::nullopt, std::nullopt};
            if (detail != Detail::ids) change.document = state_of(guard, &document, seen_at);
            all.emplace(id.to_string(), std::move(change));
        }
    }
    std::vector<Change> page;
    auto each = scan.after.empty() ? all.begin() : all.upper_bound(scan.after);
    for (; each != all.end() && page.size() < limit; ++each) {
        scan.after = each->first;
        page.push_back(std::move(each->second));
    }
    scan.complete = each == all.end();
    co_await hooks_.after("index.scan");
    co_return page;
}

std::string MemoryIndex::to_json(const Content& content) const {
    std::string members;
    for (std::size_t i = 0; i < schema_.columns.size() && i < content.values.size(); ++i) {
        if (is_empty(content.values[i])) {
            continue;
        }
        members += members.empty() ? "" : ",";
        members += json_of(Value(schema_.columns[i].name)) + ":" + json_of(content.values[i]);
    }
    if (!content.carried.empty()) {
        members += (members.empty() ? "" : ",") + content.carried;
    }
    return "{" + members + "}";
}

}  // namespace duet
