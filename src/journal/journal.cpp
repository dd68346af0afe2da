#include "journal/journal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "base/metrics.hpp"

namespace duet::journal {

using State = SegmentParser::State;

Journal::Table::Table(Journal& journal, Uuid id, std::string keyspace, Known known)
    : journal_(journal),
      id_(id),
      keyspace_(std::move(keyspace)),
      known_(std::move(known)),
      settled_(journal.place()) {}

Journal::Table::~Table() {
    for (Listeners* listeners : {&journal_.tables_, &journal_.waiting_, &journal_.resuming_})
        std::erase_if(*listeners, [this](const Listener& each) { return each.table == this; });
}

Journal::Journal(JournalOptions options) : options_(std::move(options)), folder_(options_.folder) {
    begin();
}

Journal::~Journal() = default;

std::unique_ptr<Journal::Table> Journal::table(Uuid id, std::string keyspace, Table::Known known) {
    std::unique_ptr<Table> made(new Table(*this, id, std::move(keyspace), std::move(known)));
    tables_.push_back({.table = made.get()});
    return made;
}

/// What was written before this moment is no matter of the journal, unless it is to be deleted.
void Journal::begin() {
    const Listing listing = folder_.list();
    began_at_ = listed_at_ = options_.now();
    for (const ListedSegment& each : listing.segments) newest_ = each.name.id;
    if (options_.owner) {
        take_up(listing);
    } else {
        for (const ListedSegment& each : listing.segments) known_[each.name.id] = each.name;
        for (auto each = listing.segments.rbegin(); each != listing.segments.rend(); ++each) {
            SegmentFile* segment = open(each->name);
            if (segment == nullptr) {
                known_.erase(each->name.id);
                continue;
            }
            skip_to_end(*segment);
            if (segment->parser().has_sections())
                break;  // those before it are written to their end
        }
    }
    note_unread(listing);
    measure(listing);
}

void Journal::skip_to_end(SegmentFile& segment) {
    const State state = segment.skip_to_end(buffer_);
    note_form(segment);
    if (state == State::unsupported) unread_[segment.name().id] = segment.parser().problem();
}

void Journal::list() {
    const Listing listing = folder_.list();
    // What could not be read until now may be gone, or readable from now on.
    if (!problem_.empty()) lose_all("unreadable", problem_);
    if (!listing.problem.empty()) {
        problem_ = listing.problem;
        lose_all("unreadable", problem_);
        return;
    }
    std::erase_if(known_, [&](const auto& entry) { return !listing.has(entry.first); });
    take_up(listing);
    listed_at_ = options_.now();
    note_unread(listing);
    measure(listing);
    delete_settled(listing);
    publish();
}

void Journal::take_up(const Listing& listing) {
    for (const auto& [name, bytes] : listing.segments) {
        if (known_.contains(name.id)) continue;
        if (segments_.size() >= files_limit) return;  // at a later list
        if (name.id > newest_) {
            const std::string reason = lost_before(name);
            if (!reason.empty()) lose_all("gap", reason);
            newest_ = name.id;
        }
        // Older ones come late: Cassandra links what it replays, and what it permits again.
        if (open(name) != nullptr) known_[name.id] = name;
    }
}

std::string Journal::lost_before(const SegmentName& name) {
    if (name.id == newest_ + 1) return {};
    const auto unlisted = options_.now() - listed_at_;
    if (unlisted > proof_limit) {
        return fmt::format(
            "{}: segments before it may have come and gone, the folder was not listed for {} s",
            name.log_file(), std::chrono::duration_cast<std::chrono::seconds>(unlisted).count());
    }
    // Another run of the node: its ids begin with the time. The last one ended with a segment that
    // was made and not used, and those are used in their order.
    if (name.id - newest_ >= run_gap && was_never_used(newest_)) return {};
    // Cassandra drops the oldest first. One that is older and still there proves that none was
    // dropped; any other that is not there held no rows of a table with CDC.
    if (!known_.empty() && known_.begin()->first <= newest_) return {};
    return fmt::format("{}: no segment before it", name.log_file());
}

bool Journal::was_never_used(std::int64_t id) {
    const auto found = segments_.find(id);
    if (found == segments_.end()) return false;
    SegmentFile& segment = *found->second;
    const SegmentParser& parser = segment.parser();
    if (parser.has_sections()) return false;
    std::size_t budget = read_limit;
    return read(segment, budget) == State::waiting && !parser.has_sections();
}

SegmentFile* Journal::open(const SegmentName& name) {
    std::string reason;
    std::unique_ptr<SegmentFile> opened = SegmentFile::open(folder_.path(), name, reason);
    if (opened == nullptr) {
        unread_[name.id] = reason;
        return nullptr;
    }
    unread_.erase(name.id);
    auto& segment = segments_[name.id];
    segment = std::move(opened);
    return segment.get();
}

void Journal::note_unread(const Listing& listing) {
    std::erase_if(unread_, [&](const auto& entry) {
        // Once a later one is read, nothing more is written there.
        return !listing.has(entry.first) || entry.first < written_;
    });
    problem_ = listing.problem;
    if (problem_.empty() && !unread_.empty()) problem_ = unread_.rbegin()->second;
}

void Journal::measure(const Listing& listing) {
    space_ = {.held = listing.bytes, .unsettled = 0, .limit = options_.space_limit};
    for (const auto& [name, bytes] : listing.segments) {
        const bool behind = name.id < written_ && segments_.contains(name.id);
        if (behind || holds(name.id)) space_.unsettled += bytes;
    }
    if (!is_nearly_full(space_.held)) return;
    if (is_nearly_full(space_.unsettled)) empty_into_one_sweep();
    if (options_.blocks_writes && tell("full")) {
        log::warning("Cassandra is about to refuse writes: cdc_raw is nearly full",
                     {{"folder", folder_.path().string()},
                      {"bytes", std::to_string(space_.held)},
                      {"limit_bytes", std::to_string(space_.limit)},
                      {"journal_owner", options_.owner ? "true" : "false"}});
    }
}

bool Journal::is_nearly_full(std::uint64_t bytes) const {
    const double limit = nearly_full * static_cast<double>(space_.limit);
    return space_.limit != 0 && static_cast<double>(bytes) >= limit;
}

void Journal::empty_into_one_sweep() {
    for (const auto& [id, segment] : segments_) skip_to_end(*segment);
    for (const Listener& each : tables_) each.table->queue_.abandon();
    waiting_.clear();
    resuming_.clear();
    replay_.reset();
    ++counts_.emptied;
    if (tell("emptied")) {
        log::warning("journal nearly full, emptied into one sweep",
                     {{"folder", folder_.path().string()},
                      {"unsettled_bytes", std::to_string(space_.unsettled)},
                      {"limit_bytes", std::to_string(space_.limit)}});
    }
    space_.unsettled = 0;
}

bool Journal::look() {
    if (looks_++ % looks_between_lists == 0 || folder_.may_have_changed()) list();
    // Cassandra writes in a segment only when those before it are written to their end.
    for (const auto& [id, segment] : segments_) {
        if (segment->parser().has_sections()) written_ = std::max(written_, id);
    }
    std::size_t budget = look_limit;
    bool more = false;
    for (auto at = segments_.begin(); at != segments_.end() && budget > 0;) {
        SegmentFile& segment = *at->second;
        const State state = read(segment, budget);
        more = more || state == State::ready;
        if (goes_on(segment, state, segment.name().id < written_)) {
            ++at;
            continue;
        }
        if (options_.owner) finished_[segment.name().id] = segment.name();
        at = segments_.erase(at);
        looks_ = 0;  // another has taken its place
    }
    return replay() || more;
}

State Journal::read(SegmentFile& segment, std::size_t& budget) {
    const SegmentParser::Sink sink = [this, &segment](const WrittenKey& written) {
        deliver(written, segment.place(), tables_);
    };
    State state = State::ready;
    while (state == State::ready && budget > 0) state = segment.step(buffer_, sink, budget);
    note_form(segment);
    return state;
}

void Journal::note_form(const SegmentFile& segment) {
    const SegmentParser& parser = segment.parser();
    if (parser.has_sections() && segment.name().id >= written_) compressed_ = parser.compressed();
}

bool Journal::goes_on(SegmentFile& segment, State state, bool is_closed) {
    SegmentParser& parser = segment.parser();
    if (state != State::torn) segment.torn_since.reset();
    switch (state) {
        case State::ready: return true;
        case State::waiting: return !is_closed;
        case State::torn:
            if (!segment.torn_since) segment.torn_since = options_.now();
            if (!is_closed && options_.now() - *segment.torn_since < torn_limit) return true;
            lose_all("corrupt", parser.problem());
            segment.torn_since.reset();
            return parser.give_up_section();
        case State::unsupported:
            unread_[segment.name().id] = problem_ = parser.problem();
            lose_all("unreadable", problem_);
            return false;
    }
    return false;
}

void Journal::deliver(const WrittenKey& written, Place place, const Listeners& listeners) {
    const auto named = std::ranges::find(listeners, written.table,
                                         [](const Listener& each) { return each.table->id_; });
    if (!written.several) {
        if (named != listeners.end() && named->from <= place)
            nominate(*named->table, written, place.segment);
        return;
    }
    for (const Listener& each : listeners) {
        const bool other =
            named != listeners.end() && each.table->keyspace_ != named->table->keyspace_;
        if (!other && each.from <= place) nominate(*each.table, written, place.segment);
    }
}

void Journal::nominate(Table& table, const WrittenKey& written, std::int64_t segment) {
    ++table.delivered_;
    const bool known = !written.several && written.oldest_write &&
                       table.known_(written.key, *written.oldest_write);
    if (known) {
        ++counts_.echoes;
        return;
    }
    ++counts_.nominated;
    if (table.queue_.push(written.key, segment)) return;
    ++counts_.incomplete;
    if (tell("queue")) {
        log::warning(
            "journal incomplete, a table is swept",
            {{"keyspace", table.keyspace_}, {"reason", "more keys wait than queue_limit"}});
    }
}

bool Journal::tell(const char* kind) {
    const auto now = options_.now();
    const auto [last, first] = told_.try_emplace(kind, now);
    if (!first && now - last->second < told_again) return false;
    last->second = now;
    return true;
}

void Journal::lose_all(const char* kind, const std::string& reason) { lose(tables_, kind, reason); }

void Journal::lose(const Listeners& listeners, const char* kind, const std::string& reason) {
    bool fresh = false;
    for (const Listener& each : listeners) fresh = each.table->queue_.lose() || fresh;
    if (fresh) ++counts_.incomplete;
    if (fresh && tell(kind)) {
        log::warning("journal incomplete, tables are swept", {{"reason", reason}});
    }
}

bool Journal::holds(std::int64_t segment) const {
    return std::ranges::any_of(tables_, [segment](const Listener& each) {
        return each.table->queue_.holds(segment) ||
               (each.table->is_resuming() && each.table->settled_.segment <= segment);
    });
}

void Journal::delete_settled(const Listing& listing) {
    // A table may go on from any of them.
    if (options_.now() - began_at_ < latecomers && !is_nearly_full(space_.held)) return;
    std::erase_if(finished_, [&](const auto& entry) {
        const auto& [id, name] = entry;
        // Those without rows of a table with CDC are Cassandra's to remove.
        if (!listing.has(id)) return true;
        if (holds(id) || !folder_.is_complete(name)) return false;
        const std::string reason = folder_.remove(name);
        if (reason.empty()) {
            ++counts_.deleted;
        } else {
            log::error("journal segment cannot be deleted",
                       {{"file", (folder_.path() / name.log_file()).string()}, {"reason", reason}});
        }
        return true;
    });
}

void Journal::publish() {
    const auto count = [this](const char* name, std::uint64_t JournalCounts::*of) {
        const std::uint64_t more = counts_.*of - published_.*of;
        if (more > 0) metrics::add(name, {}, static_cast<double>(more));
    };
    count("duet_journal_keys_total", &JournalCounts::nominated);
    count("duet_journal_echoes_total", &JournalCounts::echoes);
    count("duet_journal_incomplete_total", &JournalCounts::incomplete);
    count("duet_journal_emptied_total", &JournalCounts::emptied);
    count("duet_journal_segments_deleted_total", &JournalCounts::deleted);
    published_ = counts_;
    metrics::set("duet_journal_bytes", {}, static_cast<double>(space_.held));
    metrics::set("duet_journal_unsettled_bytes", {}, static_cast<double>(space_.unsettled));
    metrics::set("duet_journal_limit_bytes", {}, static_cast<double>(space_.limit));
}

Task<void> Journal::follow(const bool& stopping) {
    while (!stopping) {
        const bool more = look();
        co_await sleep_for(more ? std::chrono::milliseconds(0) : look_every);
    }
}

}  // namespace duet::journal
