// A segment of Cassandra's commit log made of any bytes. The first byte says how much of the file
// is there at the first look; the rest comes later, as in a file that is being written.

#include <algorithm>

#include "journal/segment.hpp"

using namespace duet;

namespace {

void look(journal::SegmentParser& parser, ByteView file) {
    using State = journal::SegmentParser::State;
    const journal::SegmentParser::Sink sink = [](const journal::WrittenKey& written) {
        if (written.key.size() > journal::key_limit) __builtin_trap();
    };
    State state = State::ready;
    while (state == State::ready || (state == State::torn && parser.give_up_section())) {
        const std::size_t at = std::min<std::size_t>(parser.position(), file.size());
        state = parser.feed(file.subspan(at, std::min(parser.wanted(), file.size() - at)), sink);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 14) return 0;
    const ByteView file(data + 1, size - 1);
    // The name's numbers are the header's: a file under another name is not worth a run.
    journal::SegmentParser parser(
        {load_big<std::int32_t>(file.data()), load_big<std::int64_t>(&file[4])});
    look(parser, file.first(file.size() * data[0] / 255));
    look(parser, file);
    return 0;
}
