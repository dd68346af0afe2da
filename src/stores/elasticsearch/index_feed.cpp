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

constexpr char token_separator = '\n';  // between the sort values and the point in time

std::int64_t at_or_none(const std::vector<std::int64_t>& shards, std::size_t shard) {
    return shard < shards.size() ? shards[shard] : -1;
}

}  // namespace

Task<Cursor> ElasticIndex::position() {
    Cursor cursor;
    if (!exists_) co_return cursor;
    try {
        elastic::IndexPosition position = co_await elastic::index_position(client_, options_.index);
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
    if (!exists_) co_return;
    try {
        co_await elastic::refresh(client_, options_.index);
    } catch (const elastic::RequestError& error) {
        rethrow(error, options_.index);
    }
}

/// `upto`, or less where a refresh would come too soon after the last one.
Task<Cursor> ElasticIndex::visible(const Cursor& upto) {
    if (!refreshed_.same_index(upto)) {
        refreshed_ = upto;
        std::fill(refreshed_.shards.begin(), refreshed_.shards.end(), -1);
        refreshed_at_ = 0;
    }
    bool moved = false;
    for (std::size_t shard = 0; shard < upto.shards.size(); ++shard) {
        moved = moved || upto.shards[shard] > refreshed_.shards[shard];
    }
    const std::int64_t now = clock_.now();
    const Micros by_interval = refreshes_slowly_ ? Micros(slow_refresh) : Micros(0);
    const std::int64_t pause =
        options_.refresh_at_most ? Micros(*options_.refresh_at_most).count() : by_interval.count();
    const bool due = refreshed_at_ == 0 || now < refreshed_at_ || now - refreshed_at_ >= pause;
    if (moved && due) {
        co_await refresh();
        refreshed_at_ = now;
        // The checkpoints were read before the refresh, so it covers them.
        for (std::size_t shard = 0; shard < upto.shards.size(); ++shard) {
            refreshed_.shards[shard] = std::max(refreshed_.shards[shard], upto.shards[shard]);
        }
    }
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

/// One page; `content` becomes false where a document alone is larger than an answer may be.
Task<std::string> ElasticIndex::search_shard(const ShardPage& page, std::size_t size,
                                             bool& content) {
    try {
        co_return co_await elastic::seq_no_page(client_, options_.index, page.shard, page.after,
                                                page.upto, size, content);
    } catch (const elastic::RequestError& error) {
        if (error.type() != elastic::answer_too_large) rethrow(error, options_.index);
    }
    content = content && size > 1;
    bytes_per_document_ = std::max(bytes_per_document_ * 4, 2 * answer_limit / size);
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

Task<IdPage> ElasticIndex::ids(std::string from, std::size_t limit) {
    IdPage page;
    if (!exists_) co_return page;
    elastic::PointInTimePage request;
    request.keep_alive_seconds = point_in_time_seconds;
    request.size = std::clamp<std::size_t>(limit, 1, window_);
    request.source = false;
    try {
        if (from.empty()) {
            request.pit = co_await elastic::open_point_in_time(client_, options_.index,
                                                               point_in_time_seconds);
        } else {
            const std::size_t cut = from.find(token_separator);
            request.search_after = from.substr(0, cut);
            request.pit = from.substr(std::min(cut, from.size() - 1) + 1);
        }
        const std::size_t size = request.size;
        std::string pit = request.pit;
        const std::string body = co_await elastic::point_in_time_page(client_, std::move(request));
        const JsonDocument answer = parse_answer(body, options_.index);
        const Json hits = answer.root()["hits"]["hits"];
        std::size_t found = 0;
        for (const Json hit : hits) {
            ++found;
            if (const auto id = id_of(hit)) page.ids.push_back(*id);
            page.next = hit["sort"].raw();
        }
        if (const Json renewed = answer.root()["pit_id"]; renewed.exists()) pit = renewed.text();
        if (found < size) {
            page.next.clear();
            co_await elastic::close_point_in_time(client_, std::move(pit));
        } else {
            page.next += token_separator;
            page.next += pit;
        }
    } catch (const elastic::RequestError& error) {
        // Kept for point_in_time_seconds only: the caller begins again.
        if (error.status() == 404)
            throw Unavailable("index " + options_.index + ": " + error.what());
        rethrow(error, options_.index);
    }
    co_return page;
}

}  // namespace duet
