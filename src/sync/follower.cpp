#include "sync/follower.hpp"

#include <algorithm>

namespace duet::sync {

Task<Report> Follower::pass(bool polls) {
    context_.rewrites.next_pass();
    Cursor position;
    if (polls) {
        position = co_await context_.recent_position();
    } else {
        position = co_await context_.position();
    }
    co_await context_.checkpoint.open(position);
    const Cursor saved = context_.checkpoint.cursor();
    // What Duet settled itself needs no reading. Never beyond the checkpoint: a fail-over may use
    // those numbers again.
    Cursor from = context_.settled.extend(saved);
    for (std::size_t shard = 0; shard < from.shards.size(); ++shard) {
        const std::int64_t limit = std::max(saved.shards[shard], position.shards[shard]);
        from.shards[shard] = std::min(from.shards[shard], limit);
    }
    bool reached = true;
    for (std::size_t shard = 0; shard < from.shards.size(); ++shard) {
        reached = reached && from.shards[shard] >= position.shards[shard];
    }
    Report report;
    if (reached) {
        co_await context_.checkpoint.advance(std::move(from));
        co_return report;
    }
    const bool content =
        context_.settled.remembered() == 0;  // else many of them are echoes: do not carry those
    ChangeBatch batch = co_await context_.documents.changes(from, position, batch_limit, content);
    std::erase_if(batch.changes, [this](const Change& change) {
        return change.document && context_.settled.contains(change.document->guard);
    });
    if (!content) {
        for (Change& change : batch.changes) change.document.reset();
    }
    report = co_await reconciler_.reconcile(std::move(batch.changes));
    report.caught_up = batch.caught_up;
    if (!report.unsettled.empty()) {
        report.caught_up = false;  // the same page again in the next pass
        co_return report;
    }
    co_await context_.checkpoint.advance(std::move(batch.next));
    co_return report;
}

}  // namespace duet::sync
