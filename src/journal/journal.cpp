#include "journal/journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/log.hpp"
#include "base/metrics.hpp"

namespace duet::journal {

using State = SegmentParser::State;

struct Journal::Segment {
    Segment(SegmentName segment_name, int descriptor)
        : name(segment_name), file(descriptor), parser(segment_name) {}
    ~Segment() { ::close(file); }
    Segment(const Segment&) = delete;
    Segment& operator=(const Segment&) = delete;

    SegmentName name;
    int file;  // Cassandra may remove its name before all of it was read
    SegmentParser parser;
    std::optional<Steady::time_point> torn_since;
};

Journal::Table::Table(Journal& journal, Uuid id, std::string keyspace, Known known)
    : journal_(journal), id_(id), keyspace_(std::move(keyspace)), known_(std::move(known)) {}

Journal::Table::~Table() { std::erase(journal_.tables_, this); }

Journal::Journal(JournalOptions options) : options_(std::move(options)), folder_(options_.folder) {
    begin();
}

Journal::~Journal() = default;

std::unique_ptr<Journal::Table> Journal::table(Uuid id, std::string keyspace, Table::Known known) {
    std::unique_ptr<Table> made(new Table(*this, id, std::move(keyspace), std::move(known)));
    tables_.push_back(made.get());
    return made;
}

/// What was written before this moment is no matter of the journal, unless it is to be deleted.
void Journal::begin() {
    const Listing listing = folder_.list();
    listed_at_ = options_.now();
    for (const ListedSegment& each : listing.segments) newest_ = each.name.id;
    if (options_.owner) {
        take_up(listing);
    } else {
        for (const ListedSegment& each : listing.segments) known_.insert(each.name.id);
        for (auto each = listing.segments.rbegin(); each != listing.segments.rend(); ++each) {
            Segment* segment = open(each->name);
            if (segment == nullptr) {
                known_.erase(each->name.id);
                continue;
            }
            skip_to_end(*segment);
            if (segment->parser.has_sections()) break;  // those before it are written to their end
        }
    }
    note_unread(listing);
    measure(listing);
}

void Journal::skip_to_end(Segment& segment) {
    segment.parser.skip(true);
    State state = State::ready;
    while (state == State::ready) state = step(segment);
    segment.parser.skip(false);
    if (state == State::unsupported) unread_[segment.name.id] = segment.parser.problem();
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
    std::erase_if(known_, [&](std::int64_t id) { return !listing.has(id); });
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
        if (open(name) != nullptr) known_.insert(name.id);
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
    if (!known_.empty() && *known_.begin() <= newest_) return {};
    return fmt::format("{}: no segment before it", name.log_file());
}

bool Journal::was_never_used(std::int64_t id) {
    const auto found = segments_.find(id);
    if (found == segments_.end()) return false;
    const SegmentParser& parser = found->second->parser;
    State state = State::ready;
    while (state == State::ready && !parser.has_sections()) state = step(*found->second);
    return state == State::waiting && !parser.has_sections();
}

Journal::Segment* Journal::open(const SegmentName& name) {
    const std::filesystem::path path = folder_.path() / name.log_file();
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        const std::string reason = std::strerror(errno);
        unread_[name.id] = fmt::format("{} cannot be read: {}", path.string(), reason);
        return nullptr;
    }
    unread_.erase(name.id);
    auto& segment = segments_[name.id];
    segment = std::make_unique<Segment>(name, file);
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
    const double limit = nearly_full * static_cast<double>(space_.limit);
    if (space_.limit == 0 || static_cast<double>(space_.held) < limit) return;
    if (static_cast<double>(space_.unsettled) >= limit) empty_into_one_sweep();
    if (options_.blocks_writes && tell("full")) {
        log::warning("Cassandra is about to refuse writes: cdc_raw is nearly full",
                     {{"folder", folder_.path().string()},
                      {"bytes", std::to_string(space_.held)},
                      {"limit_bytes", std::to_string(space_.limit)},
                      {"journal_owner", options_.owner ? "true" : "false"}});
    }
}

void Journal::empty_into_one_sweep() {
    for (const auto& [id, segment] : segments_) skip_to_end(*segment);
    for (Table* table : tables_) table->queue_.abandon();
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
        if (segment->parser.has_sections()) written_ = std::max(written_, id);
    }
    std::size_t budget = look_limit;
    bool more = false;
    for (auto at = segments_.begin(); at != segments_.end() && budget > 0;) {
        Segment& segment = *at->second;
        const State state = read(segment, budget);
        more = more || state == State::ready;
        if (goes_on(segment, state, segment.name.id < written_)) {
            ++at;
            continue;
        }
        if (options_.owner) finished_[segment.name.id] = segment.name;
        at = segments_.erase(at);
        looks_ = 0;  // another has taken its place
    }
    return more;
}

State Journal::read(Segment& segment, std::size_t& budget) {
    State state = State::ready;
    while (state == State::ready && budget > 0) {
        const std::uint64_t before = segment.parser.position();
        state = step(segment);
        const std::uint64_t taken = std::max<std::uint64_t>(
            segment.parser.position() - before, segment.parser.wanted() == 0 ? read_limit : 8);
        budget -= std::min<std::uint64_t>(budget, taken);
    }
    return state;
}

State Journal::step(Segment& segment) {
    const std::size_t wanted = segment.parser.wanted();
    buffer_.resize(wanted);
    const auto offset = static_cast<off_t>(segment.parser.position());
    std::size_t size = 0;
    while (size < wanted) {
        const auto got =
            ::pread(segment.file, &buffer_[size], wanted - size, offset + static_cast<off_t>(size));
        if (got <= 0) break;  // an error reads as the end: the look is repeated, and then given up
        size += static_cast<std::size_t>(got);
    }
    const SegmentParser::Sink sink = [this, &segment](const WrittenKey& written) {
        deliver(written, segment.name.id);
    };
    const State state = segment.parser.feed(ByteView(buffer_).first(size), sink);
    const SegmentParser& parser = segment.parser;
    if (parser.has_sections() && segment.name.id >= written_) compressed_ = parser.compressed();
    if (buffer_.capacity() > read_limit) Bytes().swap(buffer_);
    return state;
}

bool Journal::goes_on(Segment& segment, State state, bool is_closed) {
    if (state != State::torn) segment.torn_since.reset();
    switch (state) {
        case State::ready: return true;
        case State::waiting: return !is_closed;
        case State::torn:
            if (!segment.torn_since) segment.torn_since = options_.now();
            if (!is_closed && options_.now() - *segment.torn_since < torn_limit) return true;
            lose_all("corrupt", segment.parser.problem());
            segment.torn_since.reset();
            return segment.parser.give_up_section();
        case State::unsupported:
            unread_[segment.name.id] = problem_ = segment.parser.problem();
            lose_all("unreadable", problem_);
            return false;
    }
    return false;
}

void Journal::deliver(const WrittenKey& written, std::int64_t segment) {
    const auto named = std::ranges::find(tables_, written.table, &Table::id_);
    if (!written.several) {
        if (named == tables_.end()) return;
        Table& table = **named;
        if (written.oldest_write && table.known_(written.key, *written.oldest_write)) {
            ++counts_.echoes;
            return;
        }
        nominate(table, written.key, segment);
        return;
    }
    for (Table* table : tables_) {
        const bool other = named != tables_.end() && table->keyspace_ != (*named)->keyspace_;
        if (!other) nominate(*table, written.key, segment);
    }
}

void Journal::nominate(Table& table, ByteView key, std::int64_t segment) {
    ++counts_.nominated;
    if (table.queue_.push(key, segment)) return;
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

void Journal::lose_all(const char* kind, const std::string& reason) {
    bool fresh = false;
    for (Table* table : tables_) fresh = table->queue_.lose() || fresh;
    if (fresh) ++counts_.incomplete;
    if (fresh && tell(kind)) {
        log::warning("journal incomplete, tables are swept", {{"reason", reason}});
    }
}

bool Journal::holds(std::int64_t segment) const {
    return std::ranges::any_of(tables_,
                               [segment](Table* table) { return table->queue_.holds(segment); });
}

void Journal::delete_settled(const Listing& listing) {
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
