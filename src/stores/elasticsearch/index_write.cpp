// ElasticIndex: what is written, in bulk and always by compare-and-swap.

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "stores/elasticsearch/answer.hpp"
#include "stores/elasticsearch/bulk_outcome.hpp"
#include "stores/elasticsearch/index.hpp"
#include "stores/elasticsearch/reader.hpp"
#include "stores/elasticsearch/writer.hpp"

namespace duet {

using namespace elasticsearch;

struct ElasticIndex::Bulk {
    elastic::BulkBody body;
    std::vector<std::size_t> places;  // of the items' outcomes

    /// The source is then rendered into body.text().
    void begin(const Id& id, const Guard& guard) {
        if (guard.seq_no < 0) {
            body.begin_create(id.to_string());
        } else {
            body.begin_index(id.to_string(), guard.seq_no, guard.primary_term);
        }
    }
    void end(std::size_t place) {
        body.end_item();
        places.push_back(place);
    }
};

namespace {

/// As it was, but for the blanks.
void append_member(std::string& out, const Json& member, char& separator) {
    out += separator;
    separator = ',';
    member.append_key(out);
    out += ':';
    append_compact(out, member.raw());
}

/// The document with another version, and with the fields of its key; all else as it was, but for
/// the blanks.
void restamp(std::string& out, const Id& id, const Json& source, const Layout& layout,
             Version version) {
    char separator = '{';
    const auto& key_fields = layout.key_fields();
    std::vector<bool> present(key_fields.size());
    for (const Json member : source) {
        if (member.key() == layout.version_field()) continue;
        for (std::size_t i = 0; i < key_fields.size(); ++i) {
            if (member.key() == key_fields[i].name) present[i] = true;
        }
        append_member(out, member, separator);
    }
    append_key_fields(out, id, layout, present, separator);
    out += separator;
    out += layout.version_prefix();
    layout.stamps().append(out, version);
    out += '}';
}

/// On one line, as in a bulk body; of a member that both have, the first one's.
void append_merged(std::string& out, const Json& first, const Json& second) {
    char separator = '{';
    for (const Json member : first) append_member(out, member, separator);
    for (const Json member : second) {
        if (!first[member.key()].exists()) append_member(out, member, separator);
    }
    out += separator == '{' ? "{}" : "}";
}

}  // namespace

Task<void> ElasticIndex::send(Bulk& bulk, std::vector<Outcome>& outcomes) {
    if (bulk.places.empty()) co_return;
    std::vector<elastic::BulkItem> items;
    try {
        items = co_await client_.bulk(options_.index, bulk.body);
    } catch (const elastic::RequestError& error) {
        rethrow(error, options_.index);
    }
    if (items.size() != bulk.places.size()) {
        throw ProtocolError(fmt::format("index {}: _bulk answers {} of {} items", options_.index,
                                        items.size(), bulk.places.size()));
    }
    for (std::size_t i = 0; i < items.size(); ++i) {
        Outcome& outcome = outcomes[bulk.places[i]];
        const std::int32_t shard = outcome.guard.shard;
        outcome = outcome_of(items[i], options_.index);
        outcome.guard.shard = shard;
        if (outcome.kind == Outcome::Kind::refused)
            outcome.refusal.value = value_in(bulk.body.item(i), outcome.refusal.field);
    }
    bulk.body.clear();
    bulk.places.clear();
}

Task<std::vector<Outcome>> ElasticIndex::apply(std::span<const Write> writes) {
    std::vector<Outcome> outcomes(writes.size());
    if (!exists_) throw Unavailable("index " + options_.index + " is not there yet");
    Bulk bulk;
    for (std::size_t i = 0; i < writes.size(); ++i) {
        const Write& write = writes[i];
        outcomes[i].guard.shard = routing_.shard_of(write.id);
        bulk.begin(write.id, write.guard);
        const std::size_t before = bulk.body.bytes();
        std::optional<Refusal> refusal = append_document(bulk.body.text(), write.id, *write.content,
                                                         write.version, layout_, write.expires_at);
        if (!refusal && bulk.body.bytes() - before > record_limit) {
            refusal = Refusal{
                "", "",
                fmt::format("the document would be larger than {} bytes: make the row smaller",
                            record_limit)};
        }
        if (refusal) {
            bulk.body.drop_item();
            outcomes[i].kind = Outcome::Kind::refused;
            outcomes[i].refusal = std::move(*refusal);
            continue;
        }
        bulk.end(i);
        if (bulk.body.bytes() >= bulk_bytes) co_await send(bulk, outcomes);
    }
    co_await send(bulk, outcomes);
    co_return outcomes;
}

Task<Outcome> ElasticIndex::restore(Id id, const std::string& json, const std::string& carried,
                                    Guard guard) {
    std::vector<Outcome> outcomes(1);
    if (!exists_) throw Unavailable("index " + options_.index + " is not there yet");
    outcomes.front().guard.shard = guard.shard;
    Bulk bulk;
    bulk.begin(id, guard);
    const JsonDocument content = parse_answer(json, options_.index);
    const JsonDocument others = parse_answer("{" + carried + "}", options_.index);
    append_merged(bulk.body.text(), content.root(), others.root());
    bulk.end(0);
    co_await send(bulk, outcomes);
    co_return outcomes.front();
}

Task<std::vector<Outcome>> ElasticIndex::remove(std::span<const Removal> removals) {
    std::vector<Outcome> outcomes(removals.size());
    if (!exists_) throw Unavailable("index " + options_.index + " is not there yet");
    Bulk bulk;
    for (std::size_t i = 0; i < removals.size(); ++i) {
        const Removal& removal = removals[i];
        outcomes[i].guard.shard = routing_.shard_of(removal.id);
        bulk.body.remove(removal.id.to_string(), removal.guard.seq_no, removal.guard.primary_term);
        bulk.places.push_back(i);
    }
    co_await send(bulk, outcomes);
    co_return outcomes;
}

Task<std::vector<Outcome>> ElasticIndex::stamp(std::span<const Stamp> stamps) {
    std::vector<Outcome> outcomes(stamps.size());
    if (!exists_) throw Unavailable("index " + options_.index + " is not there yet");
    Bulk bulk;
    for (std::size_t first = 0; first < stamps.size();) {
        const std::size_t count = page_size(stamps.size() - first);
        std::vector<Id> ids;
        for (const Stamp& stamp : stamps.subspan(first, count)) ids.push_back(stamp.id);
        const std::optional<JsonDocument> answer = co_await sources(ids);
        if (!answer && count > 1) continue;
        auto stamping = stamps.subspan(first, count);
        Json found = answer ? answer->root()["docs"] : Json();
        if (answer) {
            add_stamps(stamping, found, first, bulk, outcomes);
        } else {
            // Too large to be read here: the server merges the stamp in, and may write numbers
            // anew.
            outcomes[first].guard.shard = routing_.shard_of(stamping[0].id);
            std::string partial = "{" + layout_.version_prefix();
            layout_.stamps().append(partial, stamping[0].version);
            bulk.body.update(stamping[0].id.to_string(), stamping[0].guard.seq_no,
                             stamping[0].guard.primary_term, partial + "}");
            bulk.places.push_back(first);
        }
        first += count;
        if (bulk.body.bytes() >= bulk_bytes) co_await send(bulk, outcomes);
    }
    co_await send(bulk, outcomes);
    co_return outcomes;
}

void ElasticIndex::add_stamps(std::span<const Stamp> stamps, const Json& found, std::size_t first,
                              Bulk& bulk, std::vector<Outcome>& outcomes) {
    std::size_t i = 0;
    for (const Json document : found) {
        if (i == stamps.size()) break;
        const Stamp& stamp = stamps[i];
        Outcome& outcome = outcomes[first + i];
        ++i;
        outcome.guard.shard = routing_.shard_of(stamp.id);
        const Json error = document["error"];
        if (error.exists()) {
            throw Unavailable(fmt::format("index {}: {}", options_.index, error["reason"].text()));
        }
        const bool unchanged =
            document["_seq_no"].integer_or(-1) == stamp.guard.seq_no &&
            document["_primary_term"].integer_or(0) == stamp.guard.primary_term &&
            document["_source"].is(Json::Kind::object);
        if (!unchanged) {
            outcome.kind = Outcome::Kind::superseded;
            continue;
        }
        bulk.begin(stamp.id, stamp.guard);
        restamp(bulk.body.text(), stamp.id, document["_source"], layout_, stamp.version);
        bulk.end(first + i - 1);
    }
    if (i != stamps.size())
        throw ProtocolError("index " + options_.index + ": _mget answers for others");
}

}  // namespace duet
