// ElasticIndex: what is read by id. Feeds are in index_feed.cpp.

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "elastic/index.hpp"
#include "stores/elasticsearch/answer.hpp"
#include "stores/elasticsearch/bulk_outcome.hpp"
#include "stores/elasticsearch/index.hpp"
#include "stores/elasticsearch/reader.hpp"

namespace duet {

using namespace elasticsearch;

namespace {

void note(std::unordered_set<std::string>& names, std::string_view name, std::size_t limit) {
    if (names.size() < limit) names.emplace(name);
}

std::vector<std::string> texts_of(std::span<const Id> ids) {
    std::vector<std::string> texts;
    texts.reserve(ids.size());
    for (const Id& id : ids) texts.push_back(id.to_string());
    return texts;
}

/// An _mget answers for each document by itself, errors included.
void check_found(const Json& found, const std::string& index) {
    const Json error = found["error"];
    if (!error.exists()) return;
    const elastic::RequestError told(400, std::string(error["type"].text()),
                                     std::string(error["reason"].text()));
    if (told.type() == "index_closed_exception") rethrow(told, index);
    throw Unavailable(fmt::format("index {}: {}: {}", index, told.type(), told.what()));
}

}  // namespace

std::size_t ElasticIndex::page_size(std::size_t limit) const {
    return std::clamp<std::size_t>(answer_limit / bytes_per_document_, 1,
                                   std::max<std::size_t>(limit, 1));
}

void ElasticIndex::measure(std::size_t bytes, std::size_t documents) {
    if (documents == 0) return;
    // Falls slowly: large documents rarely come alone.
    bytes_per_document_ = std::max({bytes / documents, bytes_per_document_ / 2, std::size_t{256}});
}

/// Empty: one document alone is larger than an answer may be; else bytes_per_document_ has grown
/// and less is to be asked.
Task<std::optional<JsonDocument>> ElasticIndex::sources(std::span<const Id> ids) {
    const std::vector<std::string> texts = texts_of(ids);
    std::string body;
    try {
        body = co_await elastic::mget(client_, options_.index, texts);
    } catch (const elastic::RequestError& error) {
        if (error.type() != elastic::answer_too_large) rethrow(error, options_.index);
        bytes_per_document_ = std::max(bytes_per_document_ * 4, 2 * answer_limit / ids.size());
        co_return std::nullopt;
    }
    measure(body.size(), ids.size());
    co_return parse_answer(body, options_.index);
}

Task<JsonDocument> ElasticIndex::guards(std::span<const Id> ids) {
    const std::vector<std::string> texts = texts_of(ids);
    try {
        const std::string body = co_await elastic::mget_guards(client_, options_.index, texts);
        co_return parse_answer(body, options_.index);
    } catch (const elastic::RequestError& error) {
        rethrow(error, options_.index);
    }
}

Task<std::vector<State>> ElasticIndex::look(std::span<const Id> ids) {
    std::vector<State> states;
    states.reserve(ids.size());
    while (states.size() < ids.size()) {
        const std::int64_t seen_at = clock_.now();
        const std::size_t count = exists_ ? page_size(ids.size() - states.size()) : 0;
        if (count == 0) {
            states.push_back(missing(ids[states.size()], seen_at));
            continue;
        }
        const std::span<const Id> page = ids.subspan(states.size(), count);
        std::optional<JsonDocument> answer = co_await sources(page);
        const bool oversized = !answer && count == 1;
        if (!answer && !oversized) continue;
        if (oversized) answer = co_await guards(page);
        const Json documents = answer->root()["docs"];
        if (documents.size() != count)
            throw ProtocolError("index " + options_.index + ": _mget answers for others");
        for (const Json found : documents) {
            check_found(found, options_.index);
            const Id& id = ids[states.size()];
            const bool exists = found["found"].text() == "true";
            states.push_back(exists ? state_of(id, found, seen_at) : missing(id, seen_at));
            if (oversized && exists) {
                states.back().problem =
                    Refusal{"", "",
                            "the document is larger than an answer of Elasticsearch may "
                            "be: make it smaller"};
            }
        }
    }
    co_return states;
}

State ElasticIndex::missing(const Id& id, std::int64_t seen_at) const {
    State state;
    state.seen_at = seen_at;
    state.guard.shard = routing_.shard_of(id);
    state.content.values.resize(layout_.fields().size());
    return state;
}

State ElasticIndex::state_of(const Id& id, const Json& found, std::int64_t seen_at) {
    State state = missing(id, seen_at);
    state.exists = true;
    state.guard.seq_no = found["_seq_no"].integer_or(-1);
    state.guard.primary_term = found["_primary_term"].integer_or(0);
    const Json source = found["_source"];
    if (!source.exists()) return state;
    if (const Json routing = found["_routing"]; routing.exists()) {
        // Feeds leave such documents out; a row with its id must not take the routing away.
        state.problem = Refusal{"_routing", std::string(routing.text()),
                                "the document was written with a routing, so that its _id does not "
                                "tell its shard: index it anew without it"};
        state.left_out = true;
        state.unread = std::string(source.raw());
        return state;
    }
    ReadDocument read = read_document(id, source, layout_);
    state.content = std::move(read.content);
    state.version = read.version;
    state.expires_at = read.expires_at;
    state.problem = std::move(read.problem);
    for (const std::string& name : read.unknown) {
        if (familiar_.contains(name) || newcomers_.size() >= noted_limit) continue;
        newcomers_.insert(name);
        state.unfamiliar = true;
    }
    if (state.problem) state.unread = std::string(source.raw());
    if (source.raw().size() > record_limit && !state.problem) {
        state.problem = Refusal{
            "", "",
            fmt::format("the document is larger than {} bytes: make it smaller", record_limit)};
    }
    return state;
}

/// Empty: a document that is left out.
std::optional<Id> ElasticIndex::id_of(const Json& hit) {
    const std::string_view text = hit["_id"].text();
    const Id id = Id::of(text);
    if (!layout_.key().accepts(id)) {
        note(foreign_, text, noted_limit);
        return std::nullopt;
    }
    if (hit["_routing"].exists()) {
        note(routed_, text, noted_limit);
        return std::nullopt;
    }
    return id;
}

std::string ElasticIndex::left_out() const {
    std::string text;
    if (!foreign_.empty()) {
        text = fmt::format(
            "{}{} with an _id that is no key of the table ({}), such as {:.64}: index "
            "them anew under one, or make a table with such a key",
            foreign_.size(), foreign_.size() < noted_limit ? "" : " or more", layout_.key().shape(),
            *foreign_.begin());
    }
    if (!routed_.empty()) {
        text += fmt::format(
            "{}{}{} written with a routing, such as {:.64}: index them anew "
            "without it",
            text.empty() ? "" : "; ", routed_.size(),
            routed_.size() < noted_limit ? "" : " or more", *routed_.begin());
    }
    return text;
}

Task<std::vector<Id>> ElasticIndex::absent(std::span<const Id> ids) {
    std::vector<Id> absent;
    for (std::size_t first = 0; first < ids.size(); first += batch_limit) {
        const std::span<const Id> page =
            ids.subspan(first, std::min(batch_limit, ids.size() - first));
        if (!exists_) throw Unavailable("index " + options_.index + " is not there yet");
        const JsonDocument answer = co_await guards(page);
        const Json documents = answer.root()["docs"];
        if (documents.size() != page.size())
            throw ProtocolError("index " + options_.index + ": _mget answers for others");
        std::size_t i = 0;
        for (const Json found : documents) {
            check_found(found, options_.index);
            if (found["found"].text() != "true") absent.push_back(page[i]);
            ++i;
        }
    }
    co_return absent;
}

Task<std::uint64_t> ElasticIndex::deletes() {
    if (!exists_) co_return 0;
    try {
        co_return co_await elastic::deletes(client_, options_.index);
    } catch (const elastic::RequestError& error) {
        rethrow(error, options_.index);
    }
}

Task<std::uint64_t> ElasticIndex::count() {
    if (!exists_) co_return 0;
    try {
        co_return co_await elastic::count(client_, options_.index);
    } catch (const elastic::RequestError& error) {
        rethrow(error, options_.index);
    }
}

}  // namespace duet
