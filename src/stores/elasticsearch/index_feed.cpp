// ElasticIndex: the feed of changes, and all ids at one moment.

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "elastic/index.hpp"
#include "elastic/search.hpp"
#include "stores/elasticsearch/answer.hpp"
#include "stores/elasticsearch/bulk_outcome.hpp"
#include "stores/elasticsearch/index.hpp"

namespace duet {

using namespace elasticsearch;

namespace {

std::int64_t at_or_none(const std::vector<std::int64_t>& shards, std::size_t shard) {
    return shard < shards.size() ? shards[shard] : -1;
}

}  // namespace

Task<Cursor> ElasticIndex::position() {
    return position_by([this] { return elastic::index_position(client_, options_.index); });
}

Task<Cursor> ElasticIndex::recent_position() {
    if (options_.positions == nullptr) return position();
    return position_by([this] { return options_.positions->position(options_.index); });
}

Task<Cursor> ElasticIndex::position_by(std::function<Task<elastic::IndexPosition>()> ask) {
    Cursor cursor;
    if (!exists_) co_return cursor;
    try {
        elastic::IndexPosition position = co_await ask();
        cursor.index_uuid = std::move(position.index_uuid);
        cursor.history_uuid = std::move(position.history_uuid);
        for (const elastic::ShardPosition& shard : position.shards)
            cursor.shards.push_back(shard.global_checkpoint);
    } catch (const elastic::RequestError& error) {
        rethrow(error, options_.index);
    }
    co_return cursor;
}

Task<void> ElasticIndex::refresh() {
    const Cursor upto = co_await position();
    if (has_moved(upto)) co_await refresh_to(upto);
}

/// Since the last refresh.
bool ElasticIndex::has_moved(const Cursor& upto) {
    if (!refreshed_.same_index(upto)) {
        refreshed_ = upto;
        std::fill(refreshed_.shards.begin(), refreshed_.shards.end(), -1);
        refreshed_at_ = 0;
    }
    for (std::size_t shard = 0; shard < upto.shards.size(); ++shard) {
        if (upto.shards[shard] > refreshed_.shards[shard]) return true;
    }
    return false;
}

/// The checkpoints were read before, so a refresh covers them.
Task<void> ElasticIndex::refresh_to(const Cursor& upto) {
    const std::int64_t began = clock_.now();
    try {
        co_await elastic::refresh(client_, options_.index);
    } catch (const elastic::RequestError& error) {
        rethrow(error, options_.index);
    }
    refreshed_at_ = began;
    if (!refreshed_.same_index(upto)) co_return;
    for (std::size_t shard = 0; shard < upto.shards.size(); ++shard)
        refreshed_.shards[shard] = std::max(refreshed_.shards[shard], upto.shards[shard]);
}

Task<void> ElasticIndex::set_refresh(std::string interval) {
    std::string body = fmt::format(R"({{"index.refresh_interval":{}}})", interval);
    try {
        co_await elastic::put_settings(client_, options_.index, std::move(body));
    } catch (const elastic::RequestError& error) {
        rethrow(error, options_.index);
    }
}

Task<void> ElasticIndex::pause_refresh() {
    if (!may_pause_) co_return;
    std::string quoted = fmt::format("\"{}\"", paused_refresh);
    co_await set_refresh(std::move(quoted));
    may_pause_ = false;
    paused_ = true;
}

Task<void> ElasticIndex::resume_refresh() {
    if (!paused_) co_return;
    const std::optional<std::string> body = co_await load();
    paused_ = false;
    if (!body) co_return;
    const JsonDocument answer = parse_answer(*body, options_.index);
    const Json root = answer.root();
    const Json index = *root.begin();
    const std::string_view interval = index["settings"]["index"]["refresh_interval"].text();
    // Else somebody has chosen one meanwhile.
    if (interval != paused_refresh) co_return;
    co_await set_refresh("null");
    may_pause_ = true;
}

/// `upto`, or less where a refresh would come too soon after the last one.
Task<Cursor> ElasticIndex::visible(const Cursor& upto) {
    const bool moved = has_moved(upto);
    const std::int64_t now = clock_.now();
    const Micros by_interval = refreshes_slowly_ ? Micros(slow_refresh) : Micros(0);
    const std::int64_t pause =
        options_.refresh_at_most ? Micros(*options_.refresh_at_most).count() : by_interval.count();
    const bool due = refreshed_at_ == 0 || now < refreshed_at_ || now - refreshed_at_ >= pause;
    if (moved && due) co_await refresh_to(upto);
    Cursor seen = upto;
    for (std::size_t shard = 0; shard < seen.shards.size(); ++shard) {
        seen.shards[shard] = std::min(seen.shards[shard], refreshed_.shards[shard]);
    }
    co_return seen;
}

Task<ChangeBatch> ElasticIndex::changes(const Cursor& since, const Cursor& upto, std::size_t limit,
                                        bool content) {
    ChangeBatch batch;
    batch.next = since;
    batch.next.shards.resize(upto.shards.size(), -1);
    bool behind = false;
    for (std::size_t shard = 0; shard < upto.shards.size(); ++shard) {
        behind = behind || at_or_none(since.shards, shard) < upto.shards[shard];
    }
    if (!behind || !exists_) co_return batch;
    const Cursor seen = co_await visible(upto);
    std::size_t bytes = 0;
    for (std::size_t shard = 0; shard < seen.shards.size(); ++shard) {
        std::int64_t& reached = batch.next.shards[shard];
        while (reached < seen.shards[shard]) {
            if (batch.changes.size() >= limit || bytes >= answer_limit) {
                batch.caught_up = false;
                co_return batch;
            }
            ShardPage page;
            page.shard = static_cast<std::int32_t>(shard);
            page.after = reached;
            page.upto = seen.shards[shard];
            page.limit = limit - batch.changes.size();
            page.content = content;
            reached = co_await read_shard(page, batch.changes, bytes);
        }
    }
    co_return batch;
}

/// An answer of so many documents was too large.
void ElasticIndex::shrink_pages(std::size_t size, bool& content) {
    content = content && size > 1;
    bytes_per_document_ = std::max(bytes_per_document_ * 4, 2 * answer_limit / size);
}

/// One page; `content` becomes false where a document alone is larger than an answer may be.
Task<std::string> ElasticIndex::search_shard(const ShardPage& page, std::size_t size,
                                             bool& content) {
    try {
        co_return co_await elastic::seq_no_page(client_, options_.index, page.shard, page.after,
                                                page.upto, size, content);
    } catch (const elastic::RequestError& error) {
        if (error.type() != elastic::answer_too_large) rethrow(error, options_.index);
    }
    shrink_pages(size, content);
    co_return std::string();
}

Task<std::int64_t> ElasticIndex::read_shard(ShardPage page, std::vector<Change>& out,
                                            std::size_t& bytes) {
    std::string body;
    std::size_t size = 0;
    bool content = page.content;
    std::int64_t seen_at = 0;
    while (body.empty()) {
        const std::size_t most = std::min(page.limit, window_);
        size = page.content ? page_size(most) : most;
        seen_at = clock_.now();
        body = co_await search_shard(page, size, content);
    }
    const JsonDocument answer = parse_answer(body, options_.index);
    const Json hits = answer.root()["hits"]["hits"];
    out.reserve(out.size() + hits.size());
    std::size_t found = 0;
    std::int64_t last = page.after;
    for (const Json hit : hits) {
        ++found;
        last = std::max(last, hit["_seq_no"].integer_or(page.after));
        const auto id = id_of(hit);
        if (!id) continue;
        Change change;
        change.id = *id;
        // A document too large to be read here is looked at by its id, which says so.
        if (content || !page.content) change.document = state_of(*id, hit, seen_at);
        out.push_back(std::move(change));
    }
    if (content) measure(body.size(), found);
    bytes += body.size();
    if (found > 0 && last == page.after) {
        throw ProtocolError(fmt::format("index {}: a page of shard {} has no positions",
                                        options_.index, page.shard));
    }
    co_return found < size ? page.upto : last;
}

Task<std::vector<DocumentScan>> ElasticIndex::scan(int slices) {
    DocumentScan scan;
    scan.slices = slices;
    if (exists_) {
        try {
            scan.point_in_time = co_await elastic::open_point_in_time(client_, options_.index,
                                                                      point_in_time_seconds);
        } catch (const elastic::RequestError& error) {
            rethrow(error, options_.index);
        }
    }
    std::vector<DocumentScan> all(static_cast<std::size_t>(slices), scan);
    for (int slice = 0; slice < slices; ++slice) all[static_cast<std::size_t>(slice)].slice = slice;
    co_return all;
}

Task<void> ElasticIndex::end(std::vector<DocumentScan> scan) {
    // Whichever id came last names the same point in time.
    if (!scan.empty() && !scan.front().point_in_time.empty())
        co_await elastic::close_point_in_time(client_, scan.front().point_in_time);
}

/// One page; detail becomes ids where a document alone is larger than an answer may be.
Task<std::string> ElasticIndex::search_slice(const DocumentScan& scan, std::size_t size,
                                             Detail& detail) {
    elastic::PointInTimePage request;
    request.pit = scan.point_in_time;
    request.keep_alive_seconds = point_in_time_seconds;
    request.size = size;
    request.search_after = scan.after;
    request.slice = scan.slice;
    request.slices = scan.slices;
    request.seq_no_after = scan.positions.after;
    request.seq_no_upto = scan.positions.upto;
    request.source = detail == Detail::contents;
    if (detail == Detail::versions) request.date_field = options_.version_field;
    try {
        co_return co_await elastic::point_in_time_page(client_, std::move(request));
    } catch (const elastic::RequestError& error) {
        // Kept for point_in_time_seconds only: the caller begins again.
        if (error.status() == 404)
            throw Unavailable("index " + options_.index + ": " + error.what());
        if (error.type() != elastic::answer_too_large) rethrow(error, options_.index);
    }
    bool content = true;
    shrink_pages(size, content);
    if (!content) detail = Detail::ids;
    co_return std::string();
}

/// Empty: the index could not take the value, so only the source says what it is.
std::optional<State> ElasticIndex::version_of(const Id& id, const Json& hit,
                                              std::int64_t seen_at) const {
    static const StampFormat iso8601;
    State state = missing(id, seen_at);
    state.exists = true;
    const Json held = hit["fields"][options_.version_field];
    state.version = iso8601.read(held);
    const bool unread = held.exists() ? !state.version : hit["_ignored"].exists();
    return unread ? std::nullopt : std::optional(std::move(state));
}

Task<std::vector<Change>> ElasticIndex::read(DocumentScan& scan, std::size_t limit, Detail detail) {
    std::vector<Change> changes;
    scan.complete = scan.complete || scan.point_in_time.empty();  // there was no index
    // Other types of date are kept less exactly than the source says them.
    if (detail == Detail::versions && !exact_versions_) detail = Detail::contents;
    const bool whole = detail == Detail::contents;
    std::string body;
    std::size_t size = 0;
    std::int64_t seen_at = 0;
    while (body.empty() && !scan.complete) {
        const std::size_t most = std::clamp<std::size_t>(limit, 1, window_);
        size = whole ? page_size(most) : most;
        seen_at = clock_.now();
        body = co_await search_slice(scan, size, detail);
    }
    if (scan.complete) co_return changes;
    const JsonDocument answer = parse_answer(body, options_.index);
    const Json hits = answer.root()["hits"]["hits"];
    changes.reserve(hits.size());
    std::size_t found = 0;
    for (const Json hit : hits) {
        ++found;
        scan.after = hit["sort"].raw();
        const auto id = id_of(hit);
        if (!id) {
            ++scan.left_out;
            continue;
        }
        Change change;
        change.id = *id;
        if (detail == Detail::contents) change.document = state_of(*id, hit, seen_at);
        if (detail == Detail::versions) change.document = version_of(*id, hit, seen_at);
        changes.push_back(std::move(change));
    }
    if (const Json renewed = answer.root()["pit_id"]; renewed.exists())
        scan.point_in_time = renewed.text();
    if (detail == Detail::contents) measure(body.size(), found);
    scan.complete = found < size;
    co_return changes;
}

}  // namespace duet
