#include "journal/journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/log.hpp"

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
    int torn_looks = 0;
};

Journal::Table::Table(Journal& journal, Uuid id, std::string keyspace, Known known)
    : journal_(journal), id_(id), keyspace_(std::move(keyspace)), known_(std::move(known)) {}

Journal::Table::~Table() { std::erase(journal_.tables_, this); }

Journal::Journal(JournalOptions options) : options_(std::move(options)) { begin(); }

Journal::~Journal() = default;

std::unique_ptr<Journal::Table> Journal::table(Uuid id, std::string keyspace, Table::Known known) {
    std::unique_ptr<Table> made(new Table(*this, id, std::move(keyspace), std::move(known)));
    tables_.push_back(made.get());
    return made;
}

/// What was written before this moment is no matter of the journal, unless it is to be deleted.
void Journal::begin() {
    const std::vector<SegmentName> names = list();
    if (names.empty()) return;
    if (options_.owner) {
        newest_ = names.front().id - 1;
        open_new();
        return;
    }
    for (auto name = names.rbegin(); name != names.rend(); ++name) {
        Segment* segment = open(*name);
        if (segment == nullptr) continue;
        skip_to_end(*segment);
        if (segment->parser.has_sections()) break;  // those before it are written to their end
    }
    newest_ = names.back().id;
}

void Journal::skip_to_end(Segment& segment) {
    segment.parser.skip(true);
    State state = State::ready;
    while (state == State::ready) state = step(segment);
    segment.parser.skip(false);
    if (state == State::unsupported) problem_ = segment.parser.problem();
}

std::vector<SegmentName> Journal::list() {
    std::vector<SegmentName> names;
    std::error_code error;
    std::filesystem::directory_iterator entry(options_.folder, error);
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
        if (const auto name = SegmentName::parse(entry->path().filename().string())) {
            names.push_back(*name);
        }
    }
    if (error) {
        problem_ = fmt::format("{} cannot be read: {}", options_.folder.string(), error.message());
        return {};
    }
    std::ranges::sort(names, {}, &SegmentName::id);
    return names;
}

Journal::Segment* Journal::open(SegmentName name) {
    const std::filesystem::path path = options_.folder / name.log_file();
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        const std::string reason = std::strerror(errno);
        problem_ = fmt::format("{} cannot be read: {}", path.string(), reason);
        return nullptr;
    }
    problem_.clear();
    auto& segment = segments_[name.id];
    segment = std::make_unique<Segment>(name, file);
    return segment.get();
}

void Journal::open_new() {
    for (const SegmentName& name : list()) {
        if (name.id <= newest_) continue;
        if (segments_.size() >= files_limit) return;  // at a later look
        // Also after a start of Cassandra, whose ids jump then: one sweep too many.
        if (name.id != newest_ + 1) {
            lose_all(fmt::format("{}: no segment before it", name.log_file()));
        }
        newest_ = name.id;
        if (open(name) == nullptr) lose_all(problem_);
    }
}

bool Journal::look() {
    if (looks_++ % looks_between_lists == 0) {
        open_new();
        delete_settled();
    }
    // Cassandra writes in a segment only when those before it are written to their end.
    std::int64_t written = -1;
    for (const auto& [id, segment] : segments_) {
        if (segment->parser.has_sections()) written = id;
    }
    std::size_t budget = look_limit;
    bool more = false;
    for (auto at = segments_.begin(); at != segments_.end() && budget > 0;) {
        Segment& segment = *at->second;
        const State state = read(segment, budget);
        more = more || state == State::ready;
        if (goes_on(segment, state, segment.name.id < written)) {
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
    if (segment.parser.compressed()) compressed_ = true;
    if (buffer_.capacity() > read_limit) Bytes().swap(buffer_);
    return state;
}

bool Journal::goes_on(Segment& segment, State state, bool is_closed) {
    if (state != State::torn) segment.torn_looks = 0;
    switch (state) {
        case State::ready: return true;
        case State::waiting: return !is_closed;
        case State::torn:
            if (!is_closed && ++segment.torn_looks < torn_limit) return true;
            lose_all(segment.parser.problem());
            segment.torn_looks = 0;
            return segment.parser.give_up_section();
        case State::unsupported:
            problem_ = segment.parser.problem();
            lose_all(problem_);
            return false;
    }
    return false;
}

void Journal::deliver(const WrittenKey& written, std::int64_t segment) {
    const auto named = std::ranges::find(tables_, written.table, &Table::id_);
    if (!written.several) {
        if (named == tables_.end()) return;
        Table& table = **named;
        if (written.oldest_write && table.known_(written.key, *written.oldest_write)) return;
        table.queue_.push(written.key, segment);
        return;
    }
    for (Table* table : tables_) {
        const bool other = named != tables_.end() && table->keyspace_ != (*named)->keyspace_;
        if (!other) table->queue_.push(written.key, segment);
    }
}

void Journal::lose_all(const std::string& reason) {
    log::warning("journal incomplete, tables are swept", {{"reason", reason}});
    for (Table* table : tables_) table->queue_.lose();
}

void Journal::delete_settled() {
    std::erase_if(finished_, [this](const auto& entry) {
        const auto& [id, name] = entry;
        const std::filesystem::path log = options_.folder / name.log_file();
        const std::filesystem::path index = options_.folder / name.index_file();
        std::error_code error;
        // Those without rows of a table with CDC are Cassandra's to remove.
        if (!std::filesystem::exists(log, error)) return true;
        std::ifstream stream(index);
        const std::string text{std::istreambuf_iterator<char>(stream), {}};
        if (text.find("COMPLETED") == std::string::npos) return false;
        const auto holds = [segment = id](Table* table) { return table->queue_.holds(segment); };
        if (std::ranges::any_of(tables_, holds)) return false;
        std::filesystem::remove(log, error);
        if (!error) std::filesystem::remove(index, error);
        if (error) {
            log::error("journal segment cannot be deleted",
                       {{"file", log.string()}, {"reason", error.message()}});
        }
        return true;
    });
}

Task<void> Journal::follow(const bool& stopping) {
    while (!stopping) {
        const bool more = look();
        co_await sleep_for(more ? std::chrono::milliseconds(0) : look_every);
    }
}

}  // namespace duet::journal
