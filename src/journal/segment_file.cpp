#include "journal/segment_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace duet::journal {

using State = SegmentParser::State;

namespace {

constexpr std::size_t smallest_cost = 8;  // of a step: a marker

}  // namespace

std::unique_ptr<SegmentFile> SegmentFile::open(const std::filesystem::path& folder,
                                               const SegmentName& name, std::string& reason) {
    const std::filesystem::path path = folder / name.log_file();
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        reason = fmt::format("{} cannot be read: {}", path.string(), std::strerror(errno));
        return nullptr;
    }
    return std::unique_ptr<SegmentFile>(new SegmentFile(name, file));
}

SegmentFile::~SegmentFile() { ::close(file_); }

State SegmentFile::step(Bytes& buffer, const SegmentParser::Sink& sink, std::size_t& budget) {
    const std::uint64_t before = parser_.position();
    const std::size_t wanted = parser_.wanted();
    buffer.resize(wanted);
    const auto offset = static_cast<off_t>(before);
    std::size_t size = 0;
    while (size < wanted) {
        const auto got =
            ::pread(file_, &buffer[size], wanted - size, offset + static_cast<off_t>(size));
        failed_ = got < 0;
        if (got <= 0) break;  // an error reads as the end: the look is repeated, and then given up
        size += static_cast<std::size_t>(got);
    }
    parser_.skip(parser_.section_at() < begin_at_);
    const State state = parser_.feed(ByteView(buffer).first(size), sink);
    if (buffer.capacity() > read_limit) Bytes().swap(buffer);
    // What lies in a compressed section costs as much as it would in the file.
    const std::uint64_t cost = std::max<std::uint64_t>(
        parser_.position() - before, parser_.wanted() == 0 ? read_limit : smallest_cost);
    budget -= std::min<std::uint64_t>(budget, cost);
    return state;
}

State SegmentFile::skip_to_end(Bytes& buffer) {
    begin_at_ = UINT64_MAX;
    const SegmentParser::Sink nobody = [](const WrittenKey&) {};
    State state = State::ready;
    for (std::size_t budget = 0; state == State::ready;) state = step(buffer, nobody, budget);
    begin_at_ = parser_.section_at();
    return state;
}

}  // namespace duet::journal
