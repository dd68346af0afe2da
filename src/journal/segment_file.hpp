#pragma once
// A segment in the folder, open for reading: its file, and how far it was read.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "journal/segment.hpp"

namespace duet::journal {

using Steady = std::chrono::steady_clock;

/// Between two sections of the journal: what lies before it is in segments of lower ids, or before
/// this offset of this one.
struct Place {
    std::int64_t segment = -1;
    std::uint64_t offset = 0;

    auto operator<=>(const Place&) const = default;
};

class SegmentFile {
public:
    /// nullptr: it cannot be opened, `reason` says why.
    [[nodiscard]] static std::unique_ptr<SegmentFile> open(const std::filesystem::path& folder,
                                                           const SegmentName& name,
                                                           std::string& reason);
    ~SegmentFile();
    SegmentFile(const SegmentFile&) = delete;
    SegmentFile& operator=(const SegmentFile&) = delete;

    [[nodiscard]] const SegmentName& name() const { return name_; }
    [[nodiscard]] SegmentParser& parser() { return parser_; }
    [[nodiscard]] const SegmentParser& parser() const { return parser_; }
    /// Where the section begins that is read now, or the next one.
    [[nodiscard]] Place place() const { return {name_.id, parser_.section_at()}; }

    /// Reads one piece, by way of `buffer`, which others may use as well; takes from `budget` what
    /// that cost, in bytes.
    [[nodiscard]] SegmentParser::State step(Bytes& buffer, const SegmentParser::Sink& sink,
                                            std::size_t& budget);
    /// Leaves out all that was written before this offset: a section's.
    void begin_at(std::uint64_t offset) { begin_at_ = offset; }
    /// Leaves out all that is written by now; the state that this ended with.
    [[nodiscard]] SegmentParser::State skip_to_end(Bytes& buffer);

    /// What was read last ended with an error of the file, not with its end.
    [[nodiscard]] bool failed() const { return failed_; }

    std::optional<Steady::time_point> torn_since;  // its reader's note

private:
    SegmentFile(SegmentName name, int descriptor) : name_(name), file_(descriptor), parser_(name) {}

    SegmentName name_;
    int file_;  // Cassandra may remove its name before all of it was read
    SegmentParser parser_;
    std::uint64_t begin_at_ = 0;
    bool failed_ = false;
};

}  // namespace duet::journal
