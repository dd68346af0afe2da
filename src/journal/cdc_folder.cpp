#include "journal/cdc_folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <system_error>

namespace duet::journal {

namespace {

/// Two changes within one tick of the file system's clock have one time.
constexpr std::chrono::seconds clock_tick{1};

}  // namespace

bool Listing::has(std::int64_t id) const {
    return std::ranges::binary_search(segments, id, {},
                                      [](const ListedSegment& each) { return each.name.id; });
}

Listing CdcFolder::list() {
    Listing listing;
    std::error_code error;
    const auto now = std::filesystem::file_time_type::clock::now();
    const auto changed_at = std::filesystem::last_write_time(path_, error);
    changed_at_ = error ? std::nullopt : std::optional(changed_at);
    settled_ = now - changed_at > clock_tick;
    std::map<std::string, std::uint64_t> files;
    std::filesystem::directory_iterator entry(path_, error);
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
        std::error_code failed;
        const std::uint64_t bytes = entry->file_size(failed);
        if (failed == std::errc::no_such_file_or_directory) continue;  // gone meanwhile
        std::uint64_t& size = files[entry->path().filename().string()];
        if (!failed) listing.bytes += size = bytes;
    }
    if (error) {
        return {.segments = {},
                .bytes = 0,
                .problem = fmt::format("{} cannot be read: {}", path_.string(), error.message())};
    }
    for (const auto& [file, bytes] : files) {
        const auto name = SegmentName::parse(file);
        if (!name) continue;
        const auto index = files.find(name->index_file());
        listing.segments.push_back({*name, bytes + (index == files.end() ? 0 : index->second)});
    }
    std::ranges::sort(listing.segments, {}, [](const auto& each) { return each.name.id; });
    return listing;
}

bool CdcFolder::may_have_changed() const {
    std::error_code error;
    const auto changed_at = std::filesystem::last_write_time(path_, error);
    return error || !settled_ || changed_at != changed_at_;
}

bool CdcFolder::is_complete(const SegmentName& name) const {
    std::ifstream stream(path_ / name.index_file());
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    return text.find("COMPLETED") != std::string::npos;
}

std::string CdcFolder::remove(const SegmentName& name) const {
    std::error_code error;
    std::filesystem::remove(path_ / name.log_file(), error);
    if (!error) std::filesystem::remove(path_ / name.index_file(), error);
    return error ? error.message() : std::string();
}

}  // namespace duet::journal
