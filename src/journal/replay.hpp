#pragma once
// A part of the journal read once more: what an earlier process had not settled.

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "journal/segment_file.hpp"

namespace duet::journal {

class Replay {
public:
    enum class State : std::uint8_t {
        more,
        done,
        lost,  // something cannot be read: problem()
    };
    /// Each key, with the place of the section that holds it.
    using Sink = std::function<void(const WrittenKey&, Place)>;

    /// Next, in the order of their ids: a segment, up to this offset. UINT64_MAX: to its end.
    void add(std::unique_ptr<SegmentFile> file, std::uint64_t upto);
    /// Goes on reading, within `budget` bytes.
    [[nodiscard]] State read(Bytes& buffer, const Sink& sink, std::size_t budget);
    [[nodiscard]] const std::string& problem() const { return problem_; }

private:
    struct Part {
        std::unique_ptr<SegmentFile> file;
        std::uint64_t upto = 0;
    };
    std::deque<Part> parts_;
    std::string problem_;

    [[nodiscard]] State read_part(Part& part, Bytes& buffer, const Sink& sink, std::size_t& budget);
};

}  // namespace duet::journal
