#include "journal/replay.hpp"

#include <fmt/format.h>

#include <utility>

namespace duet::journal {

void Replay::add(std::unique_ptr<SegmentFile> file, std::uint64_t upto) {
    parts_.push_back({std::move(file), upto});
}

Replay::State Replay::read(Bytes& buffer, const Sink& sink, std::size_t budget) {
    while (!parts_.empty()) {
        const State state = read_part(parts_.front(), buffer, sink, budget);
        if (state != State::done) return state;
        parts_.pop_front();
    }
    return State::done;
}

Replay::State Replay::read_part(Part& part, Bytes& buffer, const Sink& sink, std::size_t& budget) {
    SegmentFile& file = *part.file;
    const SegmentParser::Sink with_place = [&](const WrittenKey& written) {
        sink(written, file.place());
    };
    while (file.place().offset < part.upto) {
        if (budget == 0) return State::more;
        switch (file.step(buffer, with_place, budget)) {
            case SegmentParser::State::ready: break;
            case SegmentParser::State::waiting:
                if (part.upto == UINT64_MAX && !file.failed()) return State::done;
                problem_ = fmt::format("{}: it cannot be read beyond offset {}",
                                       file.name().log_file(), file.place().offset);
                return State::lost;
            case SegmentParser::State::torn:
            case SegmentParser::State::unsupported:
                problem_ = file.parser().problem();
                return State::lost;
        }
    }
    return State::done;
}

}  // namespace duet::journal
