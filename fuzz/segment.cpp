// A segment of Cassandra's commit log. The first byte says how much of the file is there at the
// first look; the rest comes later, as in a file that is being written. The others are the file,
// or, where they do not begin as one, mutations for a file whose checksums are right: chance finds
// none.

#include <algorithm>

#include "choices.hpp"
#include "journal/segment.hpp"
#include "unit/journal/built.hpp"

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

bool begins_as_a_file(ByteView bytes) {
    const auto version = load_big<std::int32_t>(bytes.data());
    return version == 7 || version == 8;
}

/// The first byte of `bytes` is the form; each mutation follows its size, each section ends with a
/// mutation of no bytes.
Bytes built_of(ByteView bytes) {
    fuzz::Choices choices(bytes);
    const std::uint8_t form = choices.byte();
    const journal::SegmentName name{form % 2 == 0 ? 7 : 8, 1'795'256'793'391};
    const bool compressed = form / 2 % 2 == 1;
    auto built = compressed ? journal::BuiltSegment::lz4(name) : journal::BuiltSegment(name);
    for (;;) {
        std::vector<Bytes> mutations;
        ByteView taken;
        while (!(taken = choices.take(choices.byte())).empty())
            mutations.emplace_back(taken.begin(), taken.end());
        if (mutations.empty()) return built.bytes();
        built.section_of(mutations);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 14) return 0;
    const ByteView bytes(data + 1, size - 1);
    const Bytes built = begins_as_a_file(bytes) ? Bytes() : built_of(bytes);
    const ByteView file = built.empty() ? bytes : built;
    // The name's numbers are the header's: a file under another name is not worth a run.
    journal::SegmentParser parser(
        {load_big<std::int32_t>(file.data()), load_big<std::int64_t>(&file[4])});
    look(parser, file.first(file.size() * data[0] / 255));
    look(parser, file);
    return 0;
}
