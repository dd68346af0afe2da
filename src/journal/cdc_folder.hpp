#pragma once
// The folder where Cassandra links commit-log segments for others to read (cdc_raw), as it lies on
// the disk.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "journal/segment.hpp"

namespace duet::journal {

/// A segment in the folder, with what lies beside it.
struct ListedSegment {
    SegmentName name;
    std::uint64_t bytes = 0;  // of its files
};

struct Listing {
    std::vector<ListedSegment> segments;  // in the order of their ids
    std::uint64_t bytes = 0;              // of all files: what Cassandra counts
    std::string problem;                  // why nothing can be listed; empty: it can

    [[nodiscard]] bool has(std::int64_t id) const;
};

class CdcFolder {
public:
    explicit CdcFolder(std::filesystem::path path) : path_(std::move(path)) {}

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] Listing list();
    /// Names may have come or gone since the last list(). Costs one look at the folder itself.
    [[nodiscard]] bool may_have_changed() const;
    /// Cassandra writes nothing more into this segment.
    [[nodiscard]] bool is_complete(const SegmentName& name) const;
    /// Removes a segment and what lies beside it; why it cannot, empty: it could.
    [[nodiscard]] std::string remove(const SegmentName& name) const;

private:
    std::filesystem::path path_;
    std::optional<std::filesystem::file_time_type> changed_at_;  // as last listed
    bool settled_ = false;  // long enough ago for another change to show in the time
};

}  // namespace duet::journal
